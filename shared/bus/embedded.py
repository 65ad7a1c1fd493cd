"""The bus in this process: partitions by key, consumer groups with committed offsets, rebalance, back-pressure.

Behaves as Kafka does wherever tests/conformance/bus can tell; the differences (no sessions, nothing survives the
process) are strict xfails there. Values are bytes, never objects, so both modes run the same code.

Invariant: the graph of stages has no cycle. A stage that fed its own full topic would wait for itself.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka.partitioner import murmur2

from shared.bus.api import Disowned, Message, Partition, RebalanceListener, Record, TooLarge, Transient
from shared.bus.topics import OVERHEAD_BYTES, fits


@dataclass(frozen=True, slots=True)
class Limits:
    records_max: int = 5_000
    """Records that a partition holds for its readers before senders must wait."""
    bytes_max: int = 64 * 1024 * 1024
    """The same in bytes. Eight largest pages."""
    unread_max: int = 1_000
    """Records that a partition without readers keeps: the newest."""
    send_s_max: float = 30.0
    """How long a sender waits for room before `Transient`, seconds."""


class EmbeddedBus:
    """Implements `shared.bus.api.Bus`. Lives in one event loop.

    A group exists from the making of its first consumer on: what is sent later waits for it, started or not."""

    def __init__(
        self,
        partitions: int = 3,
        limits: Limits = Limits(),
        *,
        on_send: Callable[[Message], Awaitable[None]] | None = None,
        copies: int = 1,
    ) -> None:
        """For tests: `on_send` runs before each message is taken and may wait or raise `Transient`; `copies` above 1
        delivers every message so often, as a producer's retry would."""
        self.partitions, self.limits, self.on_send, self.copies = partitions, limits, on_send, copies
        self._logs: dict[Partition, _Log] = {}
        self._groups: dict[str, _Group] = {}
        self._moved = asyncio.Condition()
        self._spread = itertools.count()

    def consumer(
        self, group: str, topics: Sequence[str], listener: RebalanceListener | None = None
    ) -> EmbeddedConsumer:
        joined = self._groups.setdefault(group, _Group(self))
        joined.topics.update(topics)
        return EmbeddedConsumer(self, joined, topics, listener)

    def producer(self) -> EmbeddedProducer:
        return EmbeddedProducer(self)

    def lag(self) -> dict[str, int]:
        """Records not yet committed, by group. Taken at one moment: a stage commits after it has published, so
        nothing can hide between two groups, and all zero means that everything sent has been dealt with."""
        return {
            name: sum(self._log(p).end - group.next(p) for p in self._all(group.topics))
            for name, group in self._groups.items()
        }

    async def wait_idle(self) -> None:
        """Returns when every group's lag is 0."""
        async with self._moved:
            await self._moved.wait_for(lambda: not any(self.lag().values()))

    def records(self, topic: str) -> list[Record]:
        """What the topic still holds, partition by partition: of a topic without readers its newest records."""
        return [entry.record for p in self._all([topic]) for entry in self._log(p).entries]

    def _log(self, partition: Partition) -> _Log:
        return self._logs.setdefault(partition, _Log())

    def _all(self, topics: Iterable[str]) -> list[Partition]:
        return [Partition(topic, number) for topic in sorted(topics) for number in range(self.partitions)]

    def _readers(self, topic: str) -> list[_Group]:
        return [group for group in self._groups.values() if topic in group.topics]

    def _full(self, partition: Partition) -> bool:
        log = self._log(partition)
        crowded = len(log.entries) >= self.limits.records_max or log.bytes >= self.limits.bytes_max
        return crowded and bool(self._readers(partition.topic))

    def _trim(self, partition: Partition) -> None:
        """Drops what every group has committed; of a topic that nobody reads, all but the newest."""
        log, readers = self._log(partition), self._readers(partition.topic)
        done = [group.committed.get(partition, 0) for group in readers]
        log.trim(min(done) if done else log.end - self.limits.unread_max)

    async def _wake(self) -> None:
        async with self._moved:
            self._moved.notify_all()

    async def _wait_for_move(self, wait_s: float) -> None:
        try:
            async with asyncio.timeout(wait_s), self._moved:
                await self._moved.wait()
        except TimeoutError:
            return


class EmbeddedConsumer:
    def __init__(
        self, bus: EmbeddedBus, group: _Group, topics: Sequence[str], listener: RebalanceListener | None
    ) -> None:
        self._bus, self._group, self.topics, self.listener = bus, group, tuple(topics), listener
        self.positions: dict[Partition, int] = {}
        """Next offset to read of each assigned partition."""
        self.generation = -1

    async def start(self) -> None:
        self._group.members.append(self)
        await self._group.rebalance()

    async def stop(self) -> None:
        if self in self._group.members:
            await self._revoke()
            self.crash_now()
            await self._group.rebalance()

    async def crash(self) -> None:
        """For tests: the member dies as by `kill -9`: nobody asks it, its partitions go to the others."""
        self.crash_now()
        await self._group.rebalance()

    def crash_now(self) -> None:
        self._group.members.remove(self)
        self.positions, self.generation = {}, -1

    async def fetch(self, *, wait_s: float, records_max: int) -> Mapping[Partition, Sequence[Record]]:
        await asyncio.sleep(0)  # a full log must not keep the loop from its other tasks
        deadline = time.monotonic() + wait_s
        while True:
            # Blocks while a rebalance runs, as aiokafka does. Reading beside it was tried: records were given twice.
            async with self._group.rebalancing:
                got = self._take(records_max)
            left = deadline - time.monotonic()
            if got or left <= 0:
                return got
            await self._bus._wait_for_move(left)

    async def keep_alive(self) -> None:
        """Nothing to do: a member in this process cannot be taken for dead."""

    async def commit(self, offsets: Mapping[Partition, int]) -> None:
        if self.generation != self._group.generation:
            raise Disowned(f"generation {self.generation}, the group is at {self._group.generation}")
        for partition in offsets:
            if partition not in self.positions:
                raise Disowned(f"{partition} is not assigned")
        for partition, offset in offsets.items():
            self._group.committed[partition] = offset
            self._bus._trim(partition)
        await self._bus._wake()

    async def lag(self) -> Mapping[Partition, int]:
        return {p: self._bus._log(p).end - self._group.next(p) for p in self.positions}

    async def _revoke(self) -> None:
        if self.listener and self.positions:
            await self.listener.revoked(frozenset(self.positions))

    def _take(self, records_max: int) -> dict[Partition, list[Record]]:
        """Up to `records_max` records, of the fullest partition first, so that none starves."""
        taken: dict[Partition, list[Record]] = {}
        waiting = {p: self._bus._log(p).end - position for p, position in self.positions.items()}
        for partition in sorted(waiting, key=lambda p: -waiting[p]):
            if records_max <= 0 or waiting[partition] <= 0:
                break
            records = self._bus._log(partition).read(self.positions[partition], records_max)
            self.positions[partition] = records[-1].offset + 1
            records_max -= len(records)
            taken[partition] = records
        return taken


class EmbeddedProducer:
    def __init__(self, bus: EmbeddedBus) -> None:
        self._bus = bus

    async def start(self) -> None:
        """Nothing to connect to."""

    async def stop(self) -> None:
        """Nothing is held back: every message sent is in its log."""

    async def send(self, message: Message) -> Awaitable[None]:
        bus = self._bus
        if bus.on_send:
            await bus.on_send(message)
        if not fits(message):
            raise TooLarge(f"{len(message.value)} bytes for {message.topic}")
        # The producer's own partitioner in Kafka, so that both modes put a key into the same partition.
        spot = murmur2(message.key) & 0x7FFFFFFF if message.key is not None else next(bus._spread)
        partition = Partition(message.topic, spot % bus.partitions)
        deadline = time.monotonic() + bus.limits.send_s_max
        while bus._full(partition):
            if (left := deadline - time.monotonic()) <= 0:
                raise Transient(f"{message.topic}/{partition.number} is full")
            await bus._wait_for_move(left)
        for _ in range(bus.copies):
            bus._log(partition).append(partition, message)
        bus._trim(partition)
        await bus._wake()
        return _ACKNOWLEDGED


class _Acknowledged:
    def __await__(self) -> Generator[Any, None, None]:
        yield from ()


_ACKNOWLEDGED: Final = _Acknowledged()


@dataclass(frozen=True, slots=True)
class _Entry:
    record: Record
    bytes: int


@dataclass(slots=True)
class _Log:
    """One partition: entries from offset `base` on."""

    base: int = 0
    entries: deque[_Entry] = field(default_factory=deque)
    bytes: int = 0

    @property
    def end(self) -> int:
        return self.base + len(self.entries)

    def append(self, partition: Partition, message: Message) -> None:
        record = Record(
            topic=partition.topic,
            partition=partition.number,
            offset=self.end,
            key=message.key,
            value=message.value,
            headers=message.headers,
            timestamp_ms=int(time.time() * 1000),
        )
        entry = _Entry(record, len(message.value) + OVERHEAD_BYTES)
        self.entries.append(entry)
        self.bytes += entry.bytes

    def read(self, offset: int, count: int) -> list[Record]:
        skip = max(offset, self.base) - self.base
        return [entry.record for entry in itertools.islice(self.entries, skip, skip + count)]

    def trim(self, offset: int) -> None:
        while self.entries and self.base < offset:
            self.bytes -= self.entries.popleft().bytes
            self.base += 1


class _Group:
    """A consumer group: eager rebalance, everybody lets go, then everything is dealt anew."""

    def __init__(self, bus: EmbeddedBus) -> None:
        self._bus = bus
        self.topics: set[str] = set()
        self.members: list[EmbeddedConsumer] = []
        self.committed: dict[Partition, int] = {}
        self.generation = 0
        self.rebalancing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def next(self, partition: Partition) -> int:
        """The offset that a new owner reads first: the committed one, else the oldest that is still held."""
        return max(self.committed.get(partition, 0), self._bus._log(partition).base)

    async def rebalance(self) -> None:
        """Shielded: a joiner that is cancelled half way must not leave the others without their partitions."""
        task = asyncio.create_task(self._deal())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.shield(task)

    async def _deal(self) -> None:
        async with self.rebalancing:
            await asyncio.gather(*(member._revoke() for member in self.members))
            self.generation += 1
            for member in self.members:
                member.positions, member.generation = {}, self.generation
            for topic in sorted(self.topics):
                takers = [member for member in self.members if topic in member.topics]
                for number in range(self._bus.partitions if takers else 0):
                    partition = Partition(topic, number)
                    takers[number % len(takers)].positions[partition] = self.next(partition)
            listening = [m for m in self.members if m.listener]
            await asyncio.gather(*(m.listener.assigned(frozenset(m.positions)) for m in listening if m.listener))
        await self._bus._wake()
