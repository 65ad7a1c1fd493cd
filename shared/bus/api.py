"""The bus as stages see it: records in, messages out, offsets committed by hand.

Two implementations: `kafka.py` (aiokafka) and `embedded.py` (in process). tests/conformance/bus holds both to one suite.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Partition:
    topic: str
    number: int


@dataclass(frozen=True, slots=True)
class Record:
    """What was read. `value` stays bytes until the stage's own code decodes it, so a dead letter holds the original."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: Headers = ()
    timestamp_ms: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be published."""

    topic: str
    key: bytes | None
    value: bytes
    headers: Headers = ()


class RebalanceListener(Protocol):
    async def revoked(self, partitions: frozenset[Partition]) -> None: ...
    async def assigned(self, partitions: frozenset[Partition]) -> None: ...


class Consumer(Protocol):
    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    async def fetch(self, *, wait_s: float, records_max: int) -> Mapping[Partition, Sequence[Record]]: ...
    async def keep_alive(self) -> None:
        """Tell the group that this member lives while a batch is worked on. Returns nothing, fetches nothing."""
        ...

    async def commit(self, offsets: Mapping[Partition, int]) -> None:
        """Raises `Disowned` if the group has moved on."""
        ...

    def lag(self) -> Mapping[Partition, int]: ...


class Producer(Protocol):
    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    async def send(self, message: Message) -> Awaitable[None]:
        """Hand over `message`; the awaitable it returns ends when the bus has acknowledged it."""
        ...


class Bus(Protocol):
    def consumer(self, group: str, topics: Sequence[str], listener: RebalanceListener | None = None) -> Consumer: ...
    def producer(self) -> Producer: ...
    async def close(self) -> None: ...


class BusError(Exception):
    """Base of what the bus raises."""


class Transient(BusError):
    """The broker cannot now; the same call may succeed later."""


class Disowned(BusError):
    """The partitions of this batch belong to another member now: drop it, it will be read again."""


class TooLarge(BusError):
    """The broker refuses this very message, now and later."""


Work = Callable[[Record], list[Message]]
"""A pure stage's core: importable by name, run in a worker process that may be killed. What it raises is poison."""

Write = Callable[[Sequence[Record]], Awaitable[None]]
"""A sink's core: an adapter. May raise Transient (wait, same batch again) or Rejected (poison, by record)."""


@dataclass(frozen=True, slots=True)
class Rejected(Exception):
    """Raised by a `Write` when everything was written but these records, which will never be: index -> reason."""

    reasons: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stage:
    """What a service reads and does. Exactly one of `work` and `write` is set. Run by shared/bus/runner.py."""

    name: str
    sources: tuple[str, ...]
    work: Work | None = None
    write: Write | None = None
    document_s_max: float = 10.0
    """Hard time limit of one document in `work`, seconds."""
    records_max: int = 200
    """Most records in a batch."""
    bytes_max: int = 32 * 1024 * 1024
    """Most bytes in a batch."""
