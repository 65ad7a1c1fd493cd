"""Publishing with patience: in order, acknowledged, by a new producer after every failure."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from shared import metrics
from shared.bus.api import Bus, Message, Producer, Stopped, TooLarge, Transient
from shared.bus.patience import pause, waits
from shared.bus.topics import fits
from shared.health import Progress

ACKNOWLEDGE_S_MAX: Final = 30.0
"""Without one acknowledgement for so long the producer is given up: while a broker restarts, aiokafka's sender was seen
to spin on a full core; a new producer turns that into one connection a second."""


class Publisher:
    """One producer at a time on `bus`, made at first use. Cancel `publish` at will: its producer is then replaced."""

    def __init__(self, bus: Bus, progress: Progress, stopping: Callable[[], bool] = lambda: False) -> None:
        """`stopping`: once true, a failure is not waited out but raised as `Stopped`."""
        self._bus, self._progress, self._stopping = bus, progress, stopping
        self._producer: Producer | None = None

    async def publish(self, messages: Sequence[Message]) -> None:
        """See `shared.bus.api.Publish`, which this implements. Raises what the bus raises beside `Transient`."""
        for message in messages:
            if not fits(message):
                raise TooLarge(f"{len(message.value)} bytes for {message.topic}")
        acknowledged, delays = 0, waits()
        while acknowledged < len(messages):
            try:
                # From the first that was not acknowledged on, in order: what came after it may be sent twice, but no
                # message can overtake an earlier one of its key.
                done, trouble = await _send(await self._started(), messages[acknowledged:])
            except Transient as error:
                done, trouble = 0, error
            except BaseException:
                await self.close()
                raise
            acknowledged += done
            if trouble is not None:
                await self._renew(trouble)
                delays = waits() if done else delays
                await pause(self._progress, "publish", trouble, next(delays))
        self._progress.waiting_for = None
        self._progress.moved()
        _count(self._progress.service, messages)

    async def close(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()

    async def _started(self) -> Producer:
        if self._producer is None:
            producer = self._bus.producer()
            await producer.start()
            self._producer = producer
        return self._producer

    async def _renew(self, trouble: Transient) -> None:
        """A failed message leaves a gap in the producer's sequence numbers, and the broker takes nothing after it."""
        await self.close()
        metrics.PRODUCERS_RENEWED.labels(self._progress.service).inc()
        if self._stopping():
            raise Stopped(str(trouble)) from trouble


async def _send(producer: Producer, messages: Sequence[Message]) -> tuple[int, Transient | None]:
    """How many of `messages`, from the first on, are acknowledged, and what stopped the rest."""
    done, trouble, loop = 0, None, asyncio.get_running_loop()
    acknowledgements = []
    try:
        async with asyncio.timeout(ACKNOWLEDGE_S_MAX) as limit:
            try:
                for message in messages:
                    acknowledgements.append(await producer.send(message))
                    limit.reschedule(loop.time() + ACKNOWLEDGE_S_MAX)
            except Transient as error:
                trouble = error
            for acknowledgement in acknowledgements:
                await acknowledgement
                done += 1
                limit.reschedule(loop.time() + ACKNOWLEDGE_S_MAX)
    except TimeoutError:
        trouble = Transient(f"no acknowledgement for {ACKNOWLEDGE_S_MAX:.0f} s")
    except Transient as error:
        trouble = error
    return done, trouble


def _count(service: str, messages: Sequence[Message]) -> None:
    types = Counter(
        next((value.decode("utf-8", "replace") for name, value in message.headers if name == "ce_type"), "unknown")
        for message in messages
    )
    for kind, count in types.items():
        metrics.EVENTS_PUBLISHED.labels(service, kind).inc(count)
