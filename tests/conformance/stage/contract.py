"""The suite that every stage passes. A service subclasses it with its stage and three samples:

    class TestCleaner(StageContract):
        stage = CLEANER
        good = encode(PageFetched(...), source="test", at=NOW)        # leads to outputs
        discarded = encode(PageFetched(...), source="test", at=NOW)   # is counted and leads to nothing, or to a discard
        poison = Message(PAGES_FETCHED, b"k", b"not json", ...)       # its core raises, or its sink rejects it

A sink also overrides `settings` (a fixture) and `effects` (what its store holds). Everything runs on the embedded bus,
through the real runner and real worker processes.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import pytest
from prometheus_client import REGISTRY

from shared.bus import trace
from shared.bus.api import Consumer, Headers, Message, Partition, Producer, RebalanceListener, Record, Stage
from shared.bus.codec import decode
from shared.bus.embedded import EmbeddedBus
from shared.bus.run import run
from shared.events import DEAD_LETTERS, EVENTS, DeadLetter
from shared.health import Progress
from shared.settings import Settings, StageSettings

TOPICS = sorted({event.TOPIC for event in EVENTS})


class Killed(Exception):
    """The process ended here."""


@dataclass
class DyingBus:
    """An embedded bus whose members die when they would commit: everything is published, nothing is committed."""

    inner: ListeningBus

    def consumer(self, group: str, topics: Sequence[str], listener: RebalanceListener | None = None) -> Consumer:
        consumer = self.inner.consumer(group, topics, listener)

        async def die(offsets: Mapping[Partition, int]) -> None:
            raise Killed

        consumer.commit = die  # type: ignore[method-assign]
        return consumer

    def producer(self) -> Producer:
        return self.inner.producer()


class ListeningBus(EmbeddedBus):
    """An embedded bus that remembers the dead letters sent: a stage may itself read and so consume them."""

    def __init__(self) -> None:
        super().__init__(partitions=2, on_send=self._remember)
        self.dead_letters: list[DeadLetter] = []

    async def _remember(self, message: Message) -> None:
        if message.topic == DEAD_LETTERS:
            letter = decode(Record(message.topic, 0, 0, message.key, message.value, message.headers))
            assert isinstance(letter, DeadLetter)
            self.dead_letters.append(letter)


def new_bus(stage: Stage) -> ListeningBus:
    bus = ListeningBus()
    bus.consumer(stage.group, stage.sources)  # the group exists before its records
    return bus


class StageContract:
    stage: ClassVar[Stage]
    good: ClassVar[Message]
    discarded: ClassVar[Message]
    poison: ClassVar[Message]

    @pytest.fixture
    def settings(self) -> Settings:
        """One bad document must not look like a bad release here."""
        return Settings(stage=StageSettings(workers=1, dead_letter_share_max=1))

    @pytest.fixture
    def bus(self) -> ListeningBus:
        return new_bus(self.stage)

    async def effects(self, bus: ListeningBus, settings: Settings) -> Counter[object]:
        """What the world sees of the stage's work, each thing with how often it is there. A pure stage: its events."""
        return Counter((r.topic, r.key, r.value) for topic in TOPICS for r in _outputs(bus, self.stage, topic))

    async def test_a_good_record_has_effects_and_moves_the_offset(self, bus: ListeningBus, settings: Settings) -> None:
        await self._run(bus, settings, [self.good])
        assert await self.effects(bus, settings)
        assert bus.lag() == {self.stage.group: 0}
        assert bus.dead_letters == []

    async def test_every_output_is_an_event_of_the_contract(self, bus: ListeningBus, settings: Settings) -> None:
        await self._run(bus, settings, [self.good, self.discarded])
        for topic in TOPICS:
            for record in _outputs(bus, self.stage, topic):
                event = decode(record)
                assert (event.TOPIC, event.key.encode()) == (topic, record.key)

    async def test_every_output_is_in_the_trace_of_its_record(self, bus: ListeningBus, settings: Settings) -> None:
        await self._run(bus, settings, [self.good])
        outputs = [record for topic in TOPICS for record in _outputs(bus, self.stage, topic)]
        assert {_trace(record.headers) for record in outputs} <= {_trace(self.good.headers)}

    async def test_discards_alone_move_the_offset(self, bus: ListeningBus, settings: Settings) -> None:
        await self._run(bus, settings, [self.discarded, self.discarded])
        assert bus.lag() == {self.stage.group: 0}
        assert bus.dead_letters == []

    async def test_poison_between_good_ones_costs_one_dead_letter(self, bus: ListeningBus, settings: Settings) -> None:
        await self._run(bus, settings, [self.good, self.poison, self.discarded])
        assert bus.lag() == {self.stage.group: 0}
        assert await self.effects(bus, settings)
        [letter] = bus.dead_letters
        assert letter.stage == self.stage.name
        assert (letter.origin_topic, letter.origin_value) == (self.poison.topic, self.poison.value)
        assert (letter.origin_key, letter.origin_headers) == (self.poison.key, self.poison.headers)

    async def test_a_kill_between_publish_and_commit_changes_nothing(
        self, bus: ListeningBus, settings: Settings
    ) -> None:
        with pytest.raises(Killed):
            await self._run(DyingBus(bus), settings, [self.good, self.discarded])
        before = await self.effects(bus, settings)
        assert bus.lag() == {self.stage.group: 2}
        await self._run(bus, settings, [])
        assert bus.lag() == {self.stage.group: 0}
        # A pure stage says the same again, byte for byte; a sink's store stays as it was.
        assert set(await self.effects(bus, settings)) == set(before)

    async def test_what_the_runner_counts(self, bus: ListeningBus, settings: Settings) -> None:
        def counted() -> dict[str, float]:
            labels = {"stage": self.stage.name}
            names = ("solieu_records_read_total", "solieu_records_done_total", "solieu_batch_seconds_count")
            counts = {name: REGISTRY.get_sample_value(name, labels) or 0.0 for name in names}
            dead = [s for m in REGISTRY.collect() if m.name == "solieu_dead_letters" for s in m.samples]
            mine = [s.value for s in dead if s.name.endswith("_total") and s.labels["stage"] == self.stage.name]
            return {**counts, "dead": sum(mine)}

        before = counted()
        await self._run(bus, settings, [self.good, self.discarded, self.poison])
        rise = {name: value - before[name] for name, value in counted().items()}
        assert rise["solieu_batch_seconds_count"] >= 1
        rise.pop("solieu_batch_seconds_count")
        count = 4 if DEAD_LETTERS in self.stage.sources else 3  # its own dead letter comes back to it
        assert rise == {"solieu_records_read_total": count, "solieu_records_done_total": count, "dead": 1}

    async def _run(self, bus: ListeningBus | DyingBus, settings: Settings, messages: Sequence[Message]) -> None:
        """Publishes `messages`, runs the stage until nothing is left, stops it."""
        inner = bus.inner if isinstance(bus, DyingBus) else bus
        for message in messages:
            await (await inner.producer().send(message))
        stop, progress = asyncio.Event(), Progress(self.stage.name)
        running = asyncio.create_task(run(self.stage, settings, bus=bus, stop=stop, progress=progress))
        idle = asyncio.create_task(inner.wait_idle())
        try:
            await asyncio.wait({running, idle}, return_when=asyncio.FIRST_COMPLETED, timeout=60)
            assert running.done() or idle.done(), "the stage did not finish its records in 60 s"
        finally:
            idle.cancel()
            stop.set()
            await running


def _trace(headers: Headers) -> bytes | None:
    parent = dict(headers).get(trace.HEADER)
    return parent.split(b"-")[1] if parent else None


def _outputs(bus: ListeningBus, stage: Stage, topic: str) -> list[Record]:
    """What the stage published on `topic`, dead letters aside (they hold the time)."""
    return [] if topic in stage.sources or topic == DEAD_LETTERS else bus.records(topic)
