"""The account that closes a run: pages by outcome, articles, observations by province and indicator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiosql

from services.console.figures import area_name
from shared.store.pool import Pool


@dataclass(frozen=True, slots=True)
class Account:
    totals: dict[str, int]
    pages: dict[str, dict[str, int]]
    """Portal -> outcome (`discarded: listing` with its reason, `no outcome yet`) -> pages."""
    observations: dict[str | None, dict[str, int]]
    """Area key (None: unknown) -> indicator code (or `(not in the catalogue)`) -> live observations of originals."""


async def take(pool: Pool) -> Account:
    """Reads the account from Postgres."""
    queries: Any = aiosql.from_path(Path(__file__).with_name("sql") / "account.sql", "asyncpg")
    async with pool.acquire() as connection:
        totals = dict(await queries.totals(connection))
        pages: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        async for line in queries.outcomes_by_portal(connection):
            outcome = line["outcome"] or "no outcome yet"
            if line["discard_reason"]:
                outcome += f": {line['discard_reason']}"
            pages[line["portal"] or "?"][outcome] += line["pages"]
        observations: dict[str | None, dict[str, int]] = defaultdict(dict)
        async for line in queries.observations_by_area_and_indicator(connection):
            observations[line["area"]][line["indicator"] or "(not in the catalogue)"] = line["observations"]
    return Account(totals, pages, observations)


def lines(account: Account) -> Iterator[str]:
    """The account as lines of text, widest columns first, for terminals and logs alike."""
    totals = account.totals
    yield (
        f"{totals['pages']} pages, {totals['unaccounted']} without an outcome; {totals['articles']} articles"
        f" ({totals['copies']} copies); {totals['observations']} observations"
        f" ({totals['unmapped']} of what the catalogue does not hold); {totals['dead_letters']} dead letters"
    )
    yield ""
    yield "pages by portal and outcome"
    for portal, outcomes in account.pages.items():
        yield f"  {portal:<24} " + ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
    yield ""
    yield "observations by province and indicator"
    for area, counts in account.observations.items():
        yield f"  {area_name(area)} ({area or '-'}): {sum(counts.values())}"
        for indicator, count in counts.items():
            yield f"      {count:>4}  {indicator}"
