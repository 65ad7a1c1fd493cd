"""The runner on the embedded bus: what moves the offset, what must not, and what a revocation leaves behind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from shared.bus import runner
from shared.bus.api import Disowned, Message, Partition, Record, Rejected, Source, Stage, TooLarge, Transient, Write
from shared.bus.codec import decode
from shared.bus.dead_letters import TooManyDeadLetters
from shared.bus.embedded import EmbeddedBus, EmbeddedConsumer, Limits
from shared.bus.processing import Done, by_pool
from shared.bus.run import run, run_services
from shared.bus.runner import Runner
from shared.events import DEAD_LETTERS, DeadLetter
from shared.health import Progress, verdict
from shared.settings import KafkaSettings, Settings, StageSettings

pytestmark = pytest.mark.timeout(60)

SETTINGS = Settings(_env_file=None, stage=StageSettings(workers=1, grace_s=0.5), kafka=KafkaSettings(rebalance_s=6))


def stage(**changes: object) -> Stage:
    return replace(Stage("example", ("in",), work=lambda record: []), **changes)


class Hand:
    """A `Process` by hand: holds each record until it is let go."""

    def __init__(self, held: bool = False) -> None:
        self.gate = asyncio.Event()
        if not held:
            self.gate.set()
        self.batches: list[list[str]] = []

    async def __call__(self, records: Sequence[Record], go_on: Callable[[], bool]) -> list[Done]:
        self.batches.append([record.value.decode() for record in records])
        done = []
        for record in records:
            if not go_on():
                break
            done.append(Done(record, (Message("out", record.key, record.value),)))
            await self.gate.wait()
        return done


@asynccontextmanager
async def running(
    bus: EmbeddedBus, process: Hand, *, settings: Settings = SETTINGS, of: Stage | None = None
) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    made = Runner(of or stage(), process, settings, bus=bus, stop=stop, progress=Progress("example"))
    task = asyncio.create_task(made.run())
    try:
        yield stop
    finally:
        stop.set()
        await task


async def feed(bus: EmbeddedBus, *values: str, topic: str = "in") -> None:
    bus.consumer("solieu.example", ["in"])
    for value in values:
        await (await bus.producer().send(Message(topic, b"k", value.encode())))


def out(bus: EmbeddedBus, topic: str = "out") -> list[str]:
    return [record.value.decode() for record in bus.records(topic)]


def letters(bus: EmbeddedBus) -> list[tuple[str, str, bytes]]:
    events = [decode(record) for record in bus.records(DEAD_LETTERS)]
    return [(e.stage, e.error, e.origin_value) for e in events if isinstance(e, DeadLetter)]


async def test_batches_are_bounded_by_count_and_by_bytes() -> None:
    bus, process = EmbeddedBus(1), Hand()
    await feed(bus, *(f"{n:04}" for n in range(500)))
    async with running(bus, process, of=stage(records_max=150)):
        await bus.wait_idle()
    assert [len(batch) for batch in process.batches] == [150, 150, 150, 50]

    bus, process = EmbeddedBus(1), Hand()
    await feed(bus, *("x" * 1_000 for _ in range(200)))
    async with running(bus, process, of=stage(bytes_max=70_000)):
        await bus.wait_idle()
    assert [len(batch) for batch in process.batches] == [128, 72]  # whole slices of 64


async def test_nothing_is_committed_while_an_output_is_not_acknowledged() -> None:
    blocked = asyncio.Event()

    async def hold(message: Message) -> None:
        if message.topic == "out" and not blocked.is_set():
            raise Transient("no room")

    bus, process = EmbeddedBus(1, on_send=hold), Hand()
    await feed(bus, "a", "b")
    async with running(bus, process):
        await asyncio.sleep(0.3)
        assert bus.lag() == {"solieu.example": 2}
        blocked.set()
        await bus.wait_idle()
    assert out(bus) == ["a", "b"]
    assert process.batches == [["a", "b"]]  # in hand all the time, not read again


async def test_a_revocation_publishes_and_commits_what_is_finished_and_starts_no_more() -> None:
    bus, process = EmbeddedBus(1), Hand(held=True)
    await feed(bus, "a", "b", "c")
    async with running(bus, process):
        await asyncio.sleep(0.1)
        joining = bus.consumer("solieu.example", ["in"])
        task = asyncio.create_task(joining.start())
        await asyncio.sleep(0.1)
        assert not task.done()
        process.gate.set()  # `a` ends; `b` and `c` are not begun
        await task
        await joining.stop()
        await bus.wait_idle()
    assert out(bus) == ["a", "b", "c"]
    assert process.batches == [["a", "b", "c"], ["b", "c"]]


async def test_a_batch_that_outlasts_the_revocation_is_never_committed() -> None:
    bus, process = EmbeddedBus(1), Hand(held=True)
    await feed(bus, "a")
    async with running(bus, process):
        await asyncio.sleep(0.1)
        joining = bus.consumer("solieu.example", ["in"])
        await asyncio.wait_for(joining.start(), 5)  # 0.6 of 6 s
        assert bus.lag() == {"solieu.example": 1}
        assert out(bus) == []
        process.gate.set()
        await joining.stop()
        await bus.wait_idle()
    assert out(bus) == ["a"]


async def test_a_disowned_batch_that_cannot_be_cancelled_is_not_committed_either() -> None:
    committed: list[object] = []

    class Recording(EmbeddedBus):
        def consumer(self, *args: object, **more: object) -> EmbeddedConsumer:
            consumer = super().consumer(*args, **more)  # type: ignore[arg-type]

            async def commit(offsets: object) -> None:
                committed.append(offsets)

            consumer.commit = commit  # type: ignore[method-assign]
            return consumer

    bus, process, stop = Recording(1), Hand(held=True), asyncio.Event()
    await feed(bus, "a")
    made = Runner(stage(), process, SETTINGS, bus=bus, stop=stop, progress=Progress("example"))
    task = asyncio.create_task(made.run())
    await asyncio.sleep(0.1)
    made._assignment.on_disown = lambda: None
    made._assignment.epoch += 1  # the group has moved on
    stop.set()
    process.gate.set()
    await task
    assert committed == []


async def test_what_was_gathered_before_a_rebalance_is_dropped_and_read_again() -> None:
    class Moving(EmbeddedBus):
        def consumer(self, *args: object, **more: object) -> EmbeddedConsumer:
            consumer = super().consumer(*args, **more)  # type: ignore[arg-type]
            fetch, calls = consumer.fetch, iter(range(1_000_000))

            async def fetch_or_move(*, wait_s: float, records_max: int) -> Mapping[Partition, Sequence[Record]]:
                if next(calls) == 1:  # between the first slice and the second
                    await consumer._group.rebalance()
                return await fetch(wait_s=wait_s, records_max=records_max)

            consumer.fetch = fetch_or_move  # type: ignore[method-assign]
            return consumer

    bus, process = Moving(1), Hand()
    await feed(bus, *(f"{n:03}" for n in range(100)))
    async with running(bus, process):
        await bus.wait_idle()
    assert process.batches == [[f"{n:03}" for n in range(100)]]


async def test_nothing_is_committed_across_a_document_that_was_not_started() -> None:
    class Picky:
        async def run(self, work: object, record: Record, **_: object) -> list[Message] | None:
            return None if record.value == b"late" else []

    process = by_pool(_echo, Picky(), Progress("example"), limit_s=1)  # type: ignore[arg-type]
    records = [
        Record("in", partition, offset, None, value)
        for partition, offset, value in [(0, 0, b"a"), (0, 1, b"late"), (0, 2, b"b"), (1, 0, b"c"), (1, 1, b"d")]
    ]
    done = await process(records, lambda: True)
    assert [each.record.value for each in done] == [b"a", b"c", b"d"]


async def test_a_commit_that_comes_too_late_drops_the_batch_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    refused: list[int] = []
    commit = EmbeddedConsumer.commit

    async def once(self: EmbeddedConsumer, offsets: object) -> None:
        if not refused:
            refused.append(1)
            await self._group.rebalance()
            raise Disowned("the group moved on")
        await commit(self, offsets)  # type: ignore[arg-type]

    monkeypatch.setattr(EmbeddedConsumer, "commit", once)
    bus, process = EmbeddedBus(1), Hand()
    await feed(bus, "a")
    async with running(bus, process):
        await bus.wait_idle()
    assert process.batches == [["a"], ["a"]]


async def test_stopping_commits_the_finished_prefix() -> None:
    bus, process = EmbeddedBus(1), Hand(held=True)
    await feed(bus, "a", "b")
    async with running(bus, process) as stop:
        await asyncio.sleep(0.1)
        stop.set()
        await asyncio.sleep(0.05)
        process.gate.set()
    assert out(bus) == ["a"]
    assert bus.lag() == {"solieu.example": 1}


async def test_stopping_abandons_a_batch_beyond_its_grace() -> None:
    bus, process = EmbeddedBus(1), Hand(held=True)
    await feed(bus, "a")
    async with running(bus, process):
        await asyncio.sleep(0.1)
    assert out(bus) == []
    assert bus.lag() == {"solieu.example": 1}


class Watched(EmbeddedBus):
    """Its members get nothing, whatever waits; `lag_error` is what measuring the lag raises."""

    lag_error: Exception | None = None

    def consumer(self, *args: object, **more: object) -> EmbeddedConsumer:
        consumer = super().consumer(*args, **more)  # type: ignore[arg-type]
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
    task = asyncio.create_task(runner.Runner(stage(), Hand(), IMPATIENT, bus=bus, stop=stop, progress=progress).run())
    await asyncio.sleep(1)
    trouble = verdict(progress, stuck_s=0.3, now=time.monotonic())
    assert trouble is not None
    assert "waiting for lag: no broker" in trouble
    bus.lag_error = None
    await asyncio.sleep(0.3)
    assert verdict(progress, stuck_s=0.3, now=time.monotonic()) is None
    stop.set()
    await task


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
        await asyncio.wait_for(run(stage(work=_fail), settings, bus=bus, stop=asyncio.Event()), 30)
    assert bus.lag() == {"solieu.example": 20}
    assert letters(bus) == []


def _fail(record: Record) -> list[Message]:
    raise ValueError("a broken release")


def _echo(record: Record) -> list[Message]:
    return [Message("out", record.key, record.value)]


async def test_services_together_end_when_all_is_dealt_with() -> None:
    stored: list[str] = []

    @asynccontextmanager
    async def store(settings: Settings) -> AsyncIterator[Write]:
        async def write(records: Sequence[Record]) -> None:
            stored.extend(record.value.decode() for record in records)

        yield write

    async def source(settings: Settings, publish: Callable[..., object], stop: asyncio.Event) -> None:
        for part in range(10):
            await publish([Message("in", f"k{n}".encode(), f"{part}-{n}".encode()) for n in range(30)])  # type: ignore[misc]

    bus = EmbeddedBus(2, Limits(records_max=40))  # far less than is sent: back-pressure on the way
    progress: dict[str, Progress] = {}
    services = [stage(work=_echo), Stage("store", ("out",), open=store), Source("source", source)]
    await asyncio.wait_for(
        run_services(services, SETTINGS, bus=bus, stop=asyncio.Event(), progress=progress, idle=bus.wait_idle), 40
    )
    assert sorted(stored) == sorted(f"{part}-{n}" for part in range(10) for n in range(30))
    assert set(progress) == {"example", "store", "source"}


async def test_the_first_failure_ends_all_services() -> None:
    async def source(settings: Settings, publish: object, stop: asyncio.Event) -> None:
        raise RuntimeError("no portals")

    bus = EmbeddedBus(1)
    with pytest.raises(RuntimeError, match="no portals"):
        await asyncio.wait_for(
            run_services([stage(work=_echo), Source("source", source)], SETTINGS, bus=bus, stop=asyncio.Event()),
            20,
        )


async def test_a_source_that_waits_for_room_ends_when_told_to_stop() -> None:
    async def away(message: Message) -> None:
        raise Transient("broker away")

    async def source(settings: Settings, publish: Callable[..., object], stop: asyncio.Event) -> None:
        await publish([Message("in", None, b"v")])  # type: ignore[misc]

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
    task = asyncio.create_task(run(stage(work=None, open=opening), SETTINGS, bus=bus, stop=stop))
    await asyncio.wait_for(bus.wait_idle(), 5)
    stop.set()
    await task
    assert len(tries) == 3
