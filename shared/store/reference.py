"""Areas and catalogue as tables: loaded after every migration, so that foreign keys and joins have them."""

from __future__ import annotations

from datetime import date

import asyncpg

from shared.vietnam.areas import NATION, areas
from shared.vietnam.catalogue import catalogue


async def load_reference(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """Upserts all areas and indicators; an indicator that left the catalogue is marked, never deleted."""
    await _load_areas(connection)
    await _load_indicators(connection)


async def _load_areas(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    first: dict[str, date] = {}
    rows: dict[str, tuple[object, ...]] = {NATION: (NATION, "Việt Nam", "quốc gia", None, None, None)}
    for area in areas():  # versions of a key stand in order of time: the last gives kind and end, the first the start
        start = first.setdefault(area.key, area.valid_from)
        rows[area.key] = (area.key, area.name, area.kind, start, area.valid_to, area.successor)
    await connection.executemany(
        """
        INSERT INTO area (area, name, kind, valid_from, valid_to, successor) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (area) DO UPDATE SET name = excluded.name, kind = excluded.kind, valid_from = excluded.valid_from,
            valid_to = excluded.valid_to, successor = excluded.successor""",
        list(rows.values()),
    )


async def _load_indicators(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    rows = [
        (each.code, each.domain, each.name, each.name_en, each.definition, each.unit, each.kind, *each.plausible)
        for each in catalogue().values()
    ]
    await connection.executemany(
        """
        INSERT INTO indicator
            (indicator, domain, name_vi, name_en, definition, unit, kind, plausible_low, plausible_high)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (indicator) DO UPDATE SET domain = excluded.domain, name_vi = excluded.name_vi,
            name_en = excluded.name_en, definition = excluded.definition, unit = excluded.unit, kind = excluded.kind,
            plausible_low = excluded.plausible_low, plausible_high = excluded.plausible_high, retired_at = NULL""",
        rows,
    )
    await connection.execute(
        "UPDATE indicator SET retired_at = now() WHERE retired_at IS NULL AND indicator <> ALL($1::text[])",
        [row[0] for row in rows],
    )
