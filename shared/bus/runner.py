"""Runs a stage: gather a batch, process, publish, wait for the bus's word, commit. One batch in flight.

Nothing is published before the whole batch is worked, so that a crash costs almost no duplicates; nothing is committed
before all is acknowledged, so that it costs no record. What ends how:

- a document that its core raises on, that a sink refuses, whose output no topic takes, or that twice ran over time or
  killed its worker: a dead letter, published with the rest of the batch;
- something away (`Transient`): waits in place, consuming nothing, keeping its partitions;
- too many dead letters, a broken pool, any other error: raised; nothing of the batch is committed.

Invariant: offsets are committed explicitly, of records whose outputs are acknowledged, in the epoch they were read in.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog

from shared import clock, metrics
from shared.bus.api import Bus, Disowned, Message, Partition, Record, Stage, Stopped, TooLarge, Transient
from shared.bus.assignment import Assignment
from shared.bus.dead_letters import Failure, Limit, dead_letter
from shared.bus.patience import patiently, pause, waits
from shared.bus.processing import Done, Process
from shared.bus.publisher import Publisher
from shared.bus.topics import fits
from shared.events import DEAD_LETTERS
from shared.health import Progress, verdict
from shared.settings import Settings

FETCH_S: Final = 0.5
FETCH_RECORDS: Final = 64
"""A batch is gathered in slices, so that its bytes are looked at between: 200 pages may be 1.6 GiB."""
KEEP_ALIVE_S: Final = 1.0
WATCH_S: Final = 10.0
BLOCKED_S_MAX: Final = 5.0
"""How long beyond the grace of a batch a stop waits for the bus."""
REVOCATION_SHARE: Final = 0.6
"""Share of the group's rebalance time that a revocation waits for the batch; the rest is for joining anew."""

log = structlog.get_logger(__name__)


class Stuck(Exception):
    """Records wait, none comes, and nothing is known to be away: a new process helps, so this one ends."""


@dataclass(frozen=True, slots=True)
class _Batch:
    records: list[Record]
    epoch: int


class Runner:
    """`run` until `stop` is set. One consumer and one producer on `bus`; `process` says what the stage does."""

    def __init__(
        self, stage: Stage, process: Process, settings: Settings, *, bus: Bus, stop: asyncio.Event, progress: Progress
    ) -> None:
        self._stage, self._process, self._stop, self._progress = stage, process, stop, progress
        self._grace_s, self._stuck_s = settings.stage.grace_s, settings.stage.stuck_s
        self._assignment = Assignment(stage.name, wait_s=settings.kafka.rebalance_s * REVOCATION_SHARE)
        self._consumer = bus.consumer(stage.group, stage.sources, self._assignment)
        self._publisher = Publisher(bus, progress)
        self._blind: str | None = None
        """Why the lag can't be measured. An empty fetch then proves nothing: it is empty without a broker, too."""
        self._limit = Limit(
            share_max=settings.stage.dead_letter_share_max, documents_min=settings.stage.dead_letter_documents_min
        )

    async def run(self) -> None:
        """Returns after a stop: the running batch has had its grace, the group is left. Raises what the module says."""
        tasks: set[asyncio.Task[Any]] = set()
        try:
            await patiently(self._consumer.start, doing="start", progress=self._progress, stop=self._stop)
            self._progress.joined.set()
            loop, watch = asyncio.create_task(self._loop()), asyncio.create_task(self._watch())
            stopping = asyncio.create_task(self._stop.wait())
            tasks = {loop, watch, stopping}
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if stopping.done():
                # A fetch blocks as long as a rebalance runs: without a broker that may be for ever.
                await asyncio.wait({loop}, timeout=self._grace_s + BLOCKED_S_MAX)
            for task in (loop, watch):
                if task.done():
                    task.result()
        except Stopped:
            log.info("stopped before the bus was there", stage=self._stage.name)
        finally:
            self._progress.joined.clear()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._consumer.stop()
            await self._publisher.close()

    async def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                batch = await self._gather()
            except Transient as error:
                await pause(self._progress, "fetch", error, FETCH_S, self._stop)
                continue
            if batch.records:
                await self._run_batch(batch)
            elif not self._progress.lag and not self._blind:
                self._progress.moved()

    async def _gather(self) -> _Batch:
        """What is there, bounded by count and by bytes.

        The epoch is taken before the first fetch and compared after each: on a change what was gathered earlier is
        dropped, since it will be read again, and what just came is kept. Taken later, a rebalance in between would
        leave records of the old assignment under the new epoch."""
        epoch, records, size = self._assignment.epoch, list[Record](), 0
        while len(records) < self._stage.records_max and size < self._stage.bytes_max:
            room = self._stage.records_max - len(records)
            got = await self._consumer.fetch(wait_s=0 if records else FETCH_S, records_max=min(FETCH_RECORDS, room))
            if epoch != self._assignment.epoch:
                epoch, records, size = self._assignment.epoch, [], 0
            if not got:
                break
            for part in got.values():
                records.extend(part)
                size += sum(len(record.value) for record in part)
        self._progress.waiting_for = None if records else self._blind
        return _Batch(records, epoch)

    async def _run_batch(self, batch: _Batch) -> None:
        """Handles the batch, alive in the group meanwhile, until it is done, disowned, or out of grace after a stop."""
        metrics.RECORDS_READ.labels(self._stage.name).inc(len(batch.records))
        self._assignment.begin()
        handling = asyncio.create_task(self._handle(batch))
        self._assignment.on_disown = handling.cancel
        keeping, stopping = asyncio.create_task(self._keep_alive()), asyncio.create_task(self._stop.wait())
        try:
            with metrics.BATCH_SECONDS.labels(self._stage.name).time():
                await asyncio.wait({handling, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if not handling.done():
                    await asyncio.wait({handling}, timeout=self._grace_s)
        finally:
            handling.cancel()
            stopping.cancel()
            await asyncio.wait({handling})
            self._assignment.end()
            await keeping
        if handling.cancelled():
            self._drop("disowned" if batch.epoch != self._assignment.epoch else "cut_short")
        else:
            handling.result()

    async def _handle(self, batch: _Batch) -> None:
        done = await self._process(batch.records, lambda: not self._stop.is_set() and not self._assignment.revoking)
        done = [_checked(each) for each in done]
        self._limit.check(each.failure for each in done)
        if len(done) < len(batch.records):
            self._drop("cut_short")
        await self._publish(done)
        if batch.epoch != self._assignment.epoch:
            self._drop("disowned")
            return
        offsets = {Partition(d.record.topic, d.record.partition): d.record.offset + 1 for d in done}
        if offsets and await self._commit(offsets):
            self._progress.moved()
            metrics.RECORDS_DONE.labels(self._stage.name).inc(len(done))

    async def _publish(self, done: list[Done]) -> None:
        try:
            await self._publisher.publish([message for each in done for message in self._outputs(each)])
        except TooLarge:
            # The broker takes less than our topics should: find the culprit, record by record.
            done = [await self._publish_one(each) for each in done]
        for each in done:
            if each.failure:
                metrics.DEAD_LETTERS.labels(self._stage.name, each.failure.error).inc()
                _log_dead_letter(self._stage.name, each.record, each.failure)

    async def _publish_one(self, each: Done) -> Done:
        try:
            await self._publisher.publish(self._outputs(each))
        except TooLarge as error:
            if each.failure:
                raise  # not even the dead letter fits: stop, nothing may be dropped
            each = replace(each, messages=(), failure=Failure("too_large", str(error)))
            await self._publisher.publish(self._outputs(each))
        return each

    def _outputs(self, each: Done) -> tuple[Message, ...]:
        if each.failure is None:
            return each.messages
        if each.record.topic == DEAD_LETTERS:
            return ()  # it already lies where dead letters lie; a letter about a letter would have no end
        return (dead_letter(each.record, each.failure, stage=self._stage.name, at=clock.now()),)

    async def _commit(self, offsets: dict[Partition, int]) -> bool:
        for wait_s in waits():
            try:
                await self._consumer.commit(offsets)
            except Disowned as error:
                log.warning("not committed", stage=self._stage.name, error=str(error))
                self._drop("disowned")
                return False
            except Transient as error:
                await pause(self._progress, "commit", error, wait_s)
            else:
                break
        self._progress.waiting_for = None
        return True

    async def _keep_alive(self) -> None:
        while not await self._assignment.wait_idle(KEEP_ALIVE_S):
            await self._consumer.keep_alive()

    async def _watch(self) -> None:
        """Measures the lag, and ends a consumer that silently gets nothing."""
        while True:
            await asyncio.sleep(WATCH_S)
            try:
                self._progress.lag = sum((await self._consumer.lag()).values())
                self._blind = None
            except Transient as error:
                self._blind = f"lag: {error}"
                continue
            metrics.LAG.labels(self._stage.name).set(self._progress.lag)
            trouble = verdict(self._progress, stuck_s=self._stuck_s, now=time.monotonic())
            if trouble and self._assignment.idle and not self._progress.waiting_for:
                raise Stuck(trouble)

    def _drop(self, reason: str) -> None:
        metrics.BATCHES_DROPPED.labels(self._stage.name, reason).inc()
        log.info("batch not committed", stage=self._stage.name, reason=reason)


def _checked(each: Done) -> Done:
    """A record with an output that no topic takes is a failure before anything of it is sent."""
    large = [message for message in each.messages if not fits(message)]
    if not large:
        return each
    text = f"output of {len(large[0].value)} bytes for {large[0].topic}"
    return Done(each.record, failure=Failure("too_large", text))


def _log_dead_letter(stage: str, record: Record, failure: Failure) -> None:
    log.error(
        "dead letter",
        stage=stage,
        article=(record.key or b"").decode("utf-8", "replace"),
        error=failure.error,
        message=failure.message[:300],
        origin=f"{record.topic}/{record.partition}/{record.offset}",
    )
