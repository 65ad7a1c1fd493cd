"""From a batch of records to what became of each: in worker processes (a pure core) or in one write (a sink)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from shared import metrics
from shared.bus.api import Message, Record, Rejected, Transient, Work, Write
from shared.bus.dead_letters import Failure
from shared.bus.patience import pause, waits
from shared.bus.pool import CoreFailed, OverTime, Pool, WorkerDied
from shared.bus.trace import continued
from shared.health import Progress


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a record: messages to publish, or a failure that makes it a dead letter."""

    record: Record
    messages: tuple[Message, ...] = ()
    failure: Failure | None = None


Process = Callable[[Sequence[Record], Callable[[], bool]], Awaitable[list[Done]]]
"""Works on a batch while the second argument says to go on. Returns of each partition an unbroken prefix, in order."""


def by_pool(work: Work, pool: Pool, progress: Progress, *, limit_s: float) -> Process:
    """A pure core. A document over time or with a dead worker is tried once more, alone: after the others, when no
    neighbour can be to blame. Raises `PoolBroken`."""

    async def attempt(record: Record, go_on: Callable[[], bool]) -> Done | Failure | None:
        """None: not started. A `Failure`: may be tried again."""
        try:
            messages = await pool.run(work, record, limit_s=limit_s, wanted=go_on)
        except CoreFailed as error:
            return Done(record, failure=Failure("poison", str(error)))
        except OverTime as error:
            metrics.WORKERS_KILLED.labels(progress.service, "time_limit").inc()
            return Failure("time_limit", str(error))
        except WorkerDied as error:
            metrics.WORKERS_KILLED.labels(progress.service, "died").inc()
            return Failure("worker_died", str(error))
        progress.moved()
        return None if messages is None else Done(record, tuple(continued(message, record) for message in messages))

    async def process(records: Sequence[Record], go_on: Callable[[], bool]) -> list[Done]:
        tasks = [asyncio.create_task(attempt(record, go_on)) for record in records]
        try:
            outcomes = await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
        results: list[Done | None] = []
        for record, outcome in zip(records, outcomes, strict=True):
            again = await attempt(record, go_on) if isinstance(outcome, Failure) else outcome
            results.append(Done(record, failure=again) if isinstance(again, Failure) else again)
        return _prefixes(records, results)

    return process


def by_write(write: Write, progress: Progress) -> Process:
    """A sink. Waits as long as `write` says `Transient`, the whole batch in hand; nothing is done if told to stop
    meanwhile. What else it raises comes out and stops the service."""

    async def process(records: Sequence[Record], go_on: Callable[[], bool]) -> list[Done]:
        for wait_s in waits():
            try:
                await write(records)
                refused: dict[int, str] = {}
            except Rejected as error:
                refused = error.reasons
            except Transient as error:
                if not go_on():
                    return []
                await pause(progress, "write", error, wait_s)
                continue
            break
        progress.waiting_for = None
        progress.moved()
        return [
            Done(record, failure=Failure("refused", refused[index]) if index in refused else None)
            for index, record in enumerate(records)
        ]

    return process


def _prefixes(records: Sequence[Record], results: Sequence[Done | None]) -> list[Done]:
    """The results up to the first missing one of each partition: what may be committed."""
    broken: set[tuple[str, int]] = set()
    kept = []
    for record, result in zip(records, results, strict=True):
        partition = (record.topic, record.partition)
        if result is None:
            broken.add(partition)
        elif partition not in broken:
            kept.append(result)
    return kept
