"""How stages and services end: stuck, broken, refused, in company; and what they leave on the topics."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from shared.bus import runner
from shared.bus.api import (
    Message,
    Partition,
    Publish,
    RebalanceListener,
    Record,
    Rejected,
    Service,
    Source,
    Stage,
    TooLarge,
    Transient,
    Write,
)
from shared.bus.dead_letters import TooManyDeadLetters
from shared.bus.embedded import EmbeddedBus, EmbeddedConsumer, Limits
from shared.bus.processing import Done
from shared.bus.run import run, run_services
from shared.events import DEAD_LETTERS
from shared.health import Progress, verdict
from shared.settings import Settings, StageSettings
from tests.unit.shared.bus.hand import EXAMPLE, SETTINGS, Hand, echo, feed, letters, out, running

pytestmark = pytest.mark.timeout(60)


class Watched(EmbeddedBus):
    """Its members get nothing, whatever waits; `lag_error` is what measuring the lag raises."""

    lag_error: Exception | None = None

    def consumer(
        self, group: str, topics: Sequence[str], listener: RebalanceListener | None = None
    ) -> EmbeddedConsumer:
        consumer = super().consumer(group, topics, listener)
        measure = consumer.lag

        async def fetch(**_: object) -> dict[Partition, list[Record]]:
            await asyncio.sleep(0.02)
            return {}

        async def lag() -> Mapping[Partition, int]:
            if self.lag_error:
                raise self.lag_error
            return await measure()

        consumer.fetch, consumer.lag = fetch, lag  # type: ignore[method-assign]
        return consumer


IMPATIENT = SETTINGS.model_copy(update={"stage": StageSettings(stuck_s=0.3)})


async def test_a_consumer_that_silently_gets_nothing_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "WATCH_S", 0.05)
    bus = Watched(1)
    await feed(bus, "a")
    with pytest.raises(runner.Stuck, match="while 1 records wait"):
        async with running(bus, Hand(), settings=IMPATIENT):
            await asyncio.sleep(1.5)


async def test_nothing_to_do_is_no_reason_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "WATCH_S", 0.05)
    async with running(Watched(1), Hand(), settings=IMPATIENT):
        await asyncio.sleep(1)


async def test_a_broker_that_does_not_answer_is_waited_for_but_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "WATCH_S", 0.05)
    bus, progress, stop = Watched(1), Progress("example"), asyncio.Event()
    bus.lag_error = Transient("no broker")
    task = asyncio.create_task(runner.Runner(EXAMPLE, Hand(), IMPATIENT, bus=bus, stop=stop, progress=progress).run())
    await asyncio.sleep(1)
    trouble = verdict(progress, stuck_s=0.3, now=time.monotonic())
    assert trouble is not None
    assert "waiting for lag: no broker" in trouble
    bus.lag_error = None
    await asyncio.sleep(0.3)
    assert verdict(progress, stuck_s=0.3, now=time.monotonic()) is None
    stop.set()
    await task


async def test_a_fetch_that_blocks_for_ever_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "BLOCKED_S_MAX", 0.1)

    async def never(self: object, **_: object) -> dict[Partition, list[Record]]:
        nothing: asyncio.Future[dict[Partition, list[Record]]] = asyncio.get_running_loop().create_future()
        return await nothing

    monkeypatch.setattr(EmbeddedConsumer, "fetch", never)
    stop = asyncio.Event()
    made = runner.Runner(EXAMPLE, Hand(), SETTINGS, bus=EmbeddedBus(1), stop=stop, progress=Progress("example"))
    task = asyncio.create_task(made.run())
    await asyncio.sleep(0.1)
    stop.set()
    await asyncio.wait_for(task, 3)


async def test_an_output_that_no_topic_takes_is_a_dead_letter() -> None:
    class Swollen(Hand):
        async def __call__(self, records: Sequence[Record], go_on: Callable[[], bool]) -> list[Done]:
            sizes = {"big": 13 * 1024 * 1024}
            return [Done(r, (Message("out", r.key, bytes(sizes.get(r.value.decode(), 1))),)) for r in records]

    bus = EmbeddedBus(1)
    await feed(bus, "a", "big", "b")
    async with running(bus, Swollen()):
        await bus.wait_idle()
    assert len(out(bus)) == 2
    assert letters(bus) == [("example", "too_large", b"big")]


async def test_a_broker_that_takes_less_than_our_topics_costs_the_culprit_alone() -> None:
    async def small(message: Message) -> None:
        if message.topic == "out" and message.value == b"big":
            raise TooLarge("the broker says no")

    bus = EmbeddedBus(1, on_send=small)
    await feed(bus, "a", "big", "b")
    async with running(bus, Hand()):
        await bus.wait_idle()
    assert letters(bus) == [("example", "too_large", b"big")]
    assert set(out(bus)) == {"a", "b"}


async def test_a_dead_letter_that_fails_again_is_not_wrapped_once_more() -> None:
    @asynccontextmanager
    async def refusing(settings: Settings) -> AsyncIterator[Write]:
        async def write(records: Sequence[Record]) -> None:
            raise Rejected(dict.fromkeys(range(len(records)), "no"))

        yield write

    bus, stop = EmbeddedBus(1), asyncio.Event()
    sink = Stage("example", (DEAD_LETTERS, "in"), open=refusing)
    bus.consumer(sink.group, sink.sources)
    await bus.producer().send(Message(DEAD_LETTERS, b"k", b"odd"))
    await bus.producer().send(Message("in", b"k", b"refused"))
    settings = SETTINGS.model_copy(update={"stage": StageSettings(dead_letter_share_max=1)})
    task = asyncio.create_task(run(sink, settings, bus=bus, stop=stop))
    await asyncio.wait_for(bus.wait_idle(), 10)
    stop.set()
    await task
    # The letter about `refused` was itself read and refused: it is on its topic, and nothing came of it.
    assert bus.lag() == {sink.group: 0}


async def test_a_broken_release_publishes_and_commits_nothing_of_the_batch() -> None:
    settings = SETTINGS.model_copy(
        update={"stage": StageSettings(workers=1, dead_letter_documents_min=10, dead_letter_share_max=0.5)}
    )
    bus = EmbeddedBus(1)
    await feed(bus, *(str(n) for n in range(20)))
    with pytest.raises(TooManyDeadLetters, match=r"20 of the last 20 documents failed \(limit 50%\)"):
        await asyncio.wait_for(run(replace(EXAMPLE, work=_fail), settings, bus=bus, stop=asyncio.Event()), 30)
    assert bus.lag() == {"solieu.example": 20}
    assert letters(bus) == []


def _fail(record: Record) -> list[Message]:
    raise ValueError("a broken release")


async def test_services_together_end_when_all_is_dealt_with() -> None:
    stored: list[str] = []

    @asynccontextmanager
    async def store(settings: Settings) -> AsyncIterator[Write]:
        async def write(records: Sequence[Record]) -> None:
            stored.extend(record.value.decode() for record in records)

        yield write

    async def source(settings: Settings, publish: Publish, stop: asyncio.Event) -> None:
        for part in range(10):
            await publish([Message("in", f"k{n}".encode(), f"{part}-{n}".encode()) for n in range(30)])

    bus = EmbeddedBus(2, Limits(records_max=40))  # far less than is sent: back-pressure on the way
    progress: dict[str, Progress] = {}
    services: list[Service] = [
        replace(EXAMPLE, work=echo),
        Stage("store", ("out",), open=store),
        Source("source", source),
    ]
    await asyncio.wait_for(
        run_services(services, SETTINGS, bus=bus, stop=asyncio.Event(), progress=progress, idle=bus.wait_idle), 40
    )
    assert sorted(stored) == sorted(f"{part}-{n}" for part in range(10) for n in range(30))
    assert set(progress) == {"example", "store", "source"}


async def test_the_first_failure_ends_all_services() -> None:
    async def source(settings: Settings, publish: object, stop: asyncio.Event) -> None:
        raise RuntimeError("no portals")

    bus = EmbeddedBus(1)
    services: list[Service] = [replace(EXAMPLE, work=echo), Source("source", source)]
    with pytest.raises(RuntimeError, match="no portals"):
        await asyncio.wait_for(run_services(services, SETTINGS, bus=bus, stop=asyncio.Event()), 20)


async def test_a_source_that_waits_for_room_ends_when_told_to_stop() -> None:
    async def away(message: Message) -> None:
        raise Transient("broker away")

    async def source(settings: Settings, publish: Publish, stop: asyncio.Event) -> None:
        await publish([Message("in", None, b"v")])

    bus, stop = EmbeddedBus(1, on_send=away), asyncio.Event()
    progress = Progress("source")
    task = asyncio.create_task(run(Source("source", source), SETTINGS, bus=bus, stop=stop, progress=progress))
    await asyncio.sleep(0.3)
    assert progress.waiting_for == "publish: broker away"
    stop.set()
    await asyncio.wait_for(task, 3)


async def test_a_sink_that_cannot_open_yet_waits() -> None:
    tries: list[int] = []

    @asynccontextmanager
    async def opening(settings: Settings) -> AsyncIterator[Write]:
        tries.append(1)
        if len(tries) < 3:
            raise Transient("database starting")

        async def write(records: Sequence[Record]) -> None: ...

        yield write

    bus, stop = EmbeddedBus(1), asyncio.Event()
    await feed(bus, "a")
    task = asyncio.create_task(run(replace(EXAMPLE, work=None, open=opening), SETTINGS, bus=bus, stop=stop))
    await asyncio.wait_for(bus.wait_idle(), 5)
    stop.set()
    await task
    assert len(tries) == 3


async def test_services_that_still_wait_for_their_store_end_when_told_to_stop() -> None:
    started: list[str] = []

    @asynccontextmanager
    async def opening(settings: Settings) -> AsyncIterator[Write]:
        raise Transient("database away")
        yield

    async def source(settings: Settings, publish: object, stop: asyncio.Event) -> None:
        started.append("source")
        await stop.wait()

    bus, stop = EmbeddedBus(1), asyncio.Event()
    services: list[Service] = [replace(EXAMPLE, work=None, open=opening), Source("source", source)]
    task = asyncio.create_task(run_services(services, SETTINGS, bus=bus, stop=stop, idle=bus.wait_idle))
    await asyncio.sleep(0.3)
    stop.set()
    await asyncio.wait_for(task, 3)
    assert started == []
