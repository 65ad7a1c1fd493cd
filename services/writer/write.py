"""Events to tables, in one transaction a batch; what a row's own fault is, told from what time will heal.

Tables are a function of the set of events that ever arrived: every statement merges by rank (time of fetch, cleaner,
extractor, revision), then the articles concerned are settled from what is stored. So order, repeats and replays do not
matter. The proof is tests/integration/writer/test_any_history.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from services.writer import batch as rows
from services.writer.batch import Batch
from services.writer.queries import queries
from shared.bus.api import Record, Rejected, Transient
from shared.copies import COPY_BITS_MAX
from shared.events import Event
from shared.store.pool import ACQUIRE_S_MAX, LOST, Pool

POISON: Final[tuple[type[Exception], ...]] = (
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.DataError,  # out of range, NUL in a text
    asyncpg.ProgramLimitExceededError,  # too long for an index
    ValueError,  # what asyncpg itself cannot send: an integer out of range, half a surrogate pair
)
"""The data's own fault: it would fail again."""


SLICE: Final = 2000
"""Records in a transaction: unnest upserts reach their full rate at some 1,000 rows. Of a batch with several slices the
next is decoded while the database works on one."""


@dataclass(frozen=True, slots=True)
class Writer:
    """The stage's `Write`, on an open pool."""

    pool: Pool

    async def __call__(self, records: Sequence[Record]) -> None:
        """Writes `records`, however many, in transactions of `SLICE`.

        Raises Rejected when all are written but those that no database will take (each found by halving the slice that
        failed), and Transient where the database is away, busy or restarting: then some may be written, and writing all
        again changes nothing of that. Anything else is a mistake of ours.
        """
        refused: dict[int, str] = {}
        try:
            async with self.pool.acquire(timeout=ACQUIRE_S_MAX) as connection:
                ahead = _reading(records, 0)
                for low in range(0, len(records), SLICE):
                    events, bad = await ahead
                    refused |= bad
                    ahead = _reading(records, low + SLICE)  # while the database works on this one
                    await _write_or_halve(connection, events, refused)
        except LOST as error:
            raise Transient(f"database: {rows.reason(error)}") from error
        if refused:
            raise Rejected(refused)


def _reading(records: Sequence[Record], low: int) -> asyncio.Task[rows.Read]:
    """Decodes one slice in a thread."""
    return asyncio.create_task(asyncio.to_thread(rows.read, records, low, low + SLICE))


async def _write_or_halve(connection: Any, events: Sequence[tuple[int, Event]], refused: dict[int, str]) -> None:
    if not events:
        return
    try:
        async with connection.transaction():
            await write_events(connection, [event for _, event in events])
    except POISON as error:
        if len(events) == 1:
            refused[events[0][0]] = rows.reason(error)
            return
        half = len(events) // 2
        await _write_or_halve(connection, events[:half], refused)
        await _write_or_halve(connection, events[half:], refused)


async def write_events(connection: Any, events: Sequence[Event]) -> None:
    """Merges `events` into the tables. Call it in a transaction. Raises what asyncpg raises."""
    batch = Batch()
    for event in events:
        batch.add(event)
    origins = rows.origins(batch.dead)
    sql = queries()
    pages = rows.page_rows(batch, origins)
    portals = {*pages.get("portal", ()), *(e.portal for e in batch.cleaned)} - {None}
    fetches = batch.fetches()
    articles = sorted(set(fetches.get("article", ())))
    if portals:
        await sql.add_portals(connection, portals=sorted(portals))
    if articles:
        await sql.claim_articles(connection, **fetches)
    if pages:
        await sql.add_pages(connection, **pages)
    if batch.cleaned or batch.discarded:
        await sql.merge_cleanings(connection, **rows.cleaning_rows(batch))
    if batch.cleaned:
        await _write_revisions(connection, batch)
    if batch.observed:
        await sql.merge_observations(connection, **rows.observation_rows(batch.observed))
    if batch.extracted:
        await sql.merge_extractions(connection, **rows.extraction_rows(batch.extracted))
        await sql.merge_figures(connection, **rows.figure_rows(batch.extracted))
    if articles:
        await sql.settle_observations(connection, articles=articles)
    if batch.dead:
        await sql.merge_dead_letters(connection, **rows.dead_letter_rows(batch.dead, origins))
        await sql.mark_dead(connection, pages=sorted({o.page_id for o in origins if o.page_id}))


async def _write_revisions(connection: Any, batch: Batch) -> None:
    sql = queries()
    await sql.lock_copies(connection)
    await sql.merge_revisions(connection, **rows.revision_rows(batch.cleaned))
    await sql.settle_heads(connection, **rows.head_rows(batch.cleaned))
    articles = sorted({event.article_id for event in batch.cleaned})
    follow = [row["article_id"] async for row in sql.settle_copies(connection, articles=articles, bits=COPY_BITS_MAX)]
    if follow:
        await sql.settle_page_copies(connection, articles=follow)
