"""The runner's batches on the embedded bus: what moves the offset, what must not, what a revocation leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from shared.bus.api import Disowned, Message, Partition, RebalanceListener, Record, Transient
from shared.bus.embedded import EmbeddedBus, EmbeddedConsumer
from shared.bus.processing import by_pool
from shared.bus.runner import Runner
from shared.health import Progress
from tests.unit.shared.bus.hand import EXAMPLE, SETTINGS, Hand, echo, feed, out, running

pytestmark = pytest.mark.timeout(60)


async def test_batches_are_bounded_by_count_and_by_bytes() -> None:
    bus, process = EmbeddedBus(1), Hand()
    await feed(bus, *(f"{n:04}" for n in range(500)))
    async with running(bus, process, of=replace(EXAMPLE, records_max=150)):
        await bus.wait_idle()
    assert [len(batch) for batch in process.batches] == [150, 150, 150, 50]

    bus, process = EmbeddedBus(1), Hand()
    await feed(bus, *("x" * 1_000 for _ in range(200)))
    async with running(bus, process, of=replace(EXAMPLE, bytes_max=70_000)):
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
        def consumer(
            self, group: str, topics: Sequence[str], listener: RebalanceListener | None = None
        ) -> EmbeddedConsumer:
            consumer = super().consumer(group, topics, listener)

            async def commit(offsets: object) -> None:
                committed.append(offsets)

            consumer.commit = commit  # type: ignore[method-assign]
            return consumer

    bus, process, stop = Recording(1), Hand(held=True), asyncio.Event()
    await feed(bus, "a")
    made = Runner(EXAMPLE, process, SETTINGS, bus=bus, stop=stop, progress=Progress("example"))
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
        def consumer(
            self, group: str, topics: Sequence[str], listener: RebalanceListener | None = None
        ) -> EmbeddedConsumer:
            consumer = super().consumer(group, topics, listener)
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

    process = by_pool(echo, Picky(), Progress("example"), limit_s=1)  # type: ignore[arg-type]
    records = [
        Record("in", partition, offset, None, value)
        for partition, offset, value in [(0, 0, b"a"), (0, 1, b"late"), (0, 2, b"b"), (1, 0, b"c"), (1, 1, b"d")]
    ]
    done = await process(records, lambda: True)
    assert [each.record.value for each in done] == [b"a", b"c", b"d"]


async def test_a_commit_that_comes_too_late_drops_the_batch_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    refused: list[int] = []
    commit = EmbeddedConsumer.commit

    async def once(self: EmbeddedConsumer, offsets: Mapping[Partition, int]) -> None:
        if not refused:
            refused.append(1)
            await self._group.rebalance()
            raise Disowned("the group moved on")
        await commit(self, offsets)

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
