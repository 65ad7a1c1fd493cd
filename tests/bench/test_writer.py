"""The writer against a bare asyncpg upsert of the same rows into the same tables, in the same run."""

from __future__ import annotations

import gc
import time
from collections.abc import Awaitable, Callable, Sequence

import pytest

from services.writer import batch as rows
from services.writer.batch import Batch
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


async def bare(pool: Pool, prepared: Sequence[dict[str, rows.Columns]]) -> None:
    """The same rows, decoded and merged beforehand, by plain upserts: nothing is locked, retired or settled."""
    sql = queries()
    for statements in prepared:
        async with pool.acquire() as connection, connection.transaction():
            for name, columns in statements.items():
                if columns:
                    await getattr(sql, name)(connection, **columns)


def prepare(records: Sequence[Record]) -> dict[str, rows.Columns]:
    events, refused = rows.read(records)
    assert not refused
    batch = Batch()
    for _, event in events:
        batch.add(event)
    return {
        "add_portals": {"portals": ["mau"]},
        "claim_articles": batch.fetches(),
        "add_pages": rows.page_rows(batch, []),
        "merge_cleanings": rows.cleaning_rows(batch),
        "merge_revisions": rows.revision_rows(batch.cleaned),
        "settle_heads": rows.head_rows(batch.cleaned),
        "merge_observations": rows.observation_rows(batch.observed),
        "merge_extractions": rows.extraction_rows(batch.extracted),
        "merge_figures": rows.figure_rows(batch.extracted),
    }


async def seconds(work: Callable[[], Awaitable[None]]) -> float:
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start


async def test_the_writer_keeps_most_of_the_bare_rate(database: Pool) -> None:
    ratios = []
    for attempt in range(RUNS):
        plain = [prepare(each) for each in batches(history(f"plain{attempt}"))]
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
