"""Events to tables, in one transaction a batch; what a row's own fault is, told from what time will heal.

Tables are a function of the set of events that ever arrived: every statement merges by rank (time of fetch, cleaner,
extractor, revision), then the articles concerned are settled from what is stored. So order, repeats and replays do not
matter. The proof is tests/integration/writer/test_any_history.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

import asyncpg

from services.writer.batch import Prepared, prepare, reason
from services.writer.queries import queries
from shared.bus.api import Record, Rejected, Transient
from shared.store.pool import ACQUIRE_S_MAX, LOST, Pool

POISON: Final[tuple[type[Exception], ...]] = (
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.DataError,  # out of range, NUL in a text
    asyncpg.ProgramLimitExceededError,  # too long for an index
    ValueError,  # what asyncpg itself cannot send: an integer out of range, half a surrogate pair
)
"""The data's own fault: it would fail again."""

SLICE: Final = 1000
"""Records in a transaction: unnest upserts reach their full rate at some 1,000 rows, and of a batch with several slices
the next is made rows of while the database works on one."""
BUSY: Final = ("merge_observations", "merge_revisions")
"""The statements that keep the database at work longest, the longest first."""

Preparation: TypeAlias = Callable[[], asyncio.Task[Prepared]]


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
        indices = range(len(records))
        try:
            async with self.pool.acquire(timeout=ACQUIRE_S_MAX) as connection:
                ahead = _preparation(records, indices[:SLICE])
                for low in indices[::SLICE]:
                    prepared = await ahead()
                    ahead = _preparation(records, indices[low + SLICE : low + 2 * SLICE])
                    await _write_or_halve(connection, records, prepared, refused, ahead)
        except LOST as error:
            raise Transient(f"database: {reason(error)}") from error
        if refused:
            raise Rejected(refused)


def _preparation(records: Sequence[Record], indices: Sequence[int]) -> Preparation:
    """Prepares some of `records` in a thread, which the first call starts; every call gives the same task."""
    return cache(lambda: asyncio.create_task(asyncio.to_thread(prepare, records, indices)))


async def _write_or_halve(
    connection: Any, records: Sequence[Record], prepared: Prepared, refused: dict[int, str], ahead: Preparation
) -> None:
    """Writes what is `prepared`. Starts `ahead` when its longest statement is on its way: during short ones the thread
    would hold the interpreter each time that the database has answered, and leave it idle."""
    refused |= prepared.refused
    taken, statements = prepared.taken, prepared.statements
    if not taken:
        return
    longest = next((name for name in BUSY if name in statements), None)
    try:
        async with connection.transaction():
            for name, parameters in statements.items():
                if name == longest:
                    ahead()
                await getattr(queries(), name)(connection, **parameters)
    except POISON as error:
        if len(taken) == 1:
            refused[taken[0]] = reason(error)
            return
        half = len(taken) // 2
        for part in taken[:half], taken[half:]:
            await _write_or_halve(connection, records, await _preparation(records, part)(), refused, ahead)
