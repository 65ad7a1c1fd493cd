"""The account of every page as an operator sees it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from services.console.database import Store, check_portal
from services.console.status import render, take
from services.writer.write import Writer
from shared.errors import SolieuError
from tests.fixtures.events import at, cleaned, discarded, extraction, observation, records
from tests.fixtures.store import store_of

pytestmark = pytest.mark.servers


async def given(store: Store) -> None:
    """Portal mau: a page written, one discarded, one that the extractor owes. Portal khac: one owed by the cleaner."""
    await Writer(store.pool)(
        records(cleaned("a"), *extraction("a", observation()), discarded("b", day=1), cleaned("c", day=2))
    )
    await store.pool.execute("INSERT INTO portal VALUES ('khac')")
    await store.pool.execute(
        "INSERT INTO page (page_id, article_id, portal, fetched_at, published_at, attempts)"
        " VALUES ('p', 'd', 'khac', now() - interval '3 hours', now() - interval '2 hours', 2)"
    )


async def shown(store: Store, *, width: int = 200, rates: bool = True, portals_max: int | None = None) -> list[str]:
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(render(await take(store), rates=rates, portals_max=portals_max))
    return [" ".join(line.split()) for line in console.export_text().splitlines()]


async def test_pages_by_portal_and_what_waits_for_each_stage(postgres_dsn: str, tmp_path: Path) -> None:
    async with store_of(postgres_dsn, tmp_path) as store:
        await given(store)
        lines = await shown(store)
        days = (await take(store)).at - at(2)
        old = f"{days.total_seconds() / 86_400:.0f} d"
        assert lines[1] == "portal pages written empty discarded copies dead open figures oldest in/h out/h last"
        assert lines[2:5] == [
            "khac 1 - - - - - 1 - 3 h - - 3 h",
            f"mau 3 1 - 1 - - 1 1 {old} - 2 {old}",
            f"all 4 1 - 1 - - 2 1 {old} - 2 3 h",
        ]
        assert lines[8:12] == [
            "crawler - - - - - -",
            "cleaner 1 3 h 2 3 - - -",  # two texts and what is none
            f"extractor 1 {old} - 1 - - -",
            "writer - - 2 - - -",
        ]


async def test_a_watched_table_keeps_to_its_screen(postgres_dsn: str, tmp_path: Path) -> None:
    async with store_of(postgres_dsn, tmp_path) as store:
        await given(store)
        lines = await shown(store, width=80, rates=False, portals_max=1)
        assert [line.split()[0] for line in lines[2:5]] == ["khac", "…", "all"]
        assert lines[4].startswith("all 4 1"), "counted all the same"


async def test_a_portal_that_nobody_knows_is_told(postgres_dsn: str, tmp_path: Path) -> None:
    async with store_of(postgres_dsn, tmp_path) as store:
        await given(store)
        await check_portal(store, "khac")
        with pytest.raises(SolieuError, match="near it: mau"):
            await check_portal(store, "ma")
        with pytest.raises(SolieuError, match="portal-unknown"):
            await check_portal(store, "tuoi-tre")
