"""The writer against a bare asyncpg upsert of the same rows into the same tables, in the same run."""

from __future__ import annotations

import gc
import time
from collections.abc import Awaitable, Callable, Sequence

import pytest

from services.writer.batch import Statements, prepare
from services.writer.queries import queries
from services.writer.write import Writer
from shared.bus.api import Record
from shared.events import Event
from shared.store.pool import Pool
from tests.fixtures.events import cleaned, extraction, observation, records

pytestmark = [pytest.mark.servers, pytest.mark.slow]

ARTICLES, FIGURES, BATCH = 1_500, 8, 4_000
RUNS = 4
RATIO_MIN = 0.7
"""In the best of the runs: another program's load in one of the two halves of a run blurs its ratio either way."""

UPSERTS = {
    "add_portals",
    "claim_articles",
    "add_pages",
    "merge_cleanings",
    "merge_revisions",
    "settle_heads",
    "merge_observations",
    "merge_extractions",
    "merge_figures",
}


def history(name: str) -> list[Event]:
    """`ARTICLES` articles of 2 kB with `FIGURES` figures each, as the pipeline would interleave them."""
    events: list[Event] = []
    for n in range(ARTICLES):
        article, text = f"{name}-{n}", f"Bài {n}. " + "Toàn tỉnh giải quyết việc làm cho 12.840 lao động. " * 30
        said = [observation(article, k, value=n * 10 + k, sentence=text[:300]) for k in range(FIGURES)]
        events += [cleaned(article, text=text), *extraction(article, *said, text=text)]
    return events


def batches(events: Sequence[Event]) -> list[list[Record]]:
    sealed = records(*events)
    return [sealed[low : low + BATCH] for low in range(0, len(sealed), BATCH)]


async def bare(pool: Pool, prepared: Sequence[Statements]) -> None:
    """The same rows, decoded and merged beforehand, by plain upserts: nothing is locked, retired or settled."""
    for statements in prepared:
        async with pool.acquire() as connection, connection.transaction():
            for name, columns in statements.items():
                await getattr(queries(), name)(connection, **columns)


def upserts(records: Sequence[Record]) -> Statements:
    prepared = prepare(records, range(len(records)))
    assert not prepared.refused
    assert prepared.statements.keys() == UPSERTS | {"lock_copies", "settle_copies", "settle_observations"}
    return {name: columns for name, columns in prepared.statements.items() if name in UPSERTS}


async def seconds(work: Callable[[], Awaitable[None]]) -> float:
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start


async def test_the_writer_keeps_most_of_the_bare_rate(database: Pool) -> None:
    ratios = []
    for attempt in range(RUNS):
        plain = [upserts(each) for each in batches(history(f"plain{attempt}"))]
        full = batches(history(f"full{attempt}"))
        write = Writer(database)
        gc.collect()
        gc.freeze()  # the histories held here are no burden of the writer's

        async def write_all(write: Writer = write, full: list[list[Record]] = full) -> None:
            for each in full:
                await write(each)

        bare_s = await seconds(lambda plain=plain: bare(database, plain))  # type: ignore[misc]
        ours_s = await seconds(write_all)
        ratios.append(bare_s / ours_s)
        print(f"bare {ARTICLES * FIGURES / bare_s:,.0f} figures/s, writer {ARTICLES * FIGURES / ours_s:,.0f}")  # noqa: T201
    assert max(ratios) >= RATIO_MIN, ratios
