"""The bus as services see it: records in, messages out, offsets committed by hand.

Two implementations: `kafka.py` (aiokafka) and `embedded.py` (in process). One suite, tests/conformance/bus, holds both.

How to write a service
----------------------
A service is one value, a `Stage` or a `Source`, in its `stage.py` (crawler: `source.py`), and a one-line `__main__.py`:

    from shared.bus.run import main; main(CLEANER)

- **A pure core** (cleaner, extractor): `Stage("cleaner", (PAGES_FETCHED,), work=clean_record)`. `work` takes a `Record`
  and returns the messages to publish, in order, perhaps none. It runs in a worker process that may be killed, so it is
  a module-level function and opens nothing. What it raises is poison: one dead letter with the original bytes. `warm`
  runs once in each new worker (load the lexicon, import trafilatura), so that the first document isn't charged for it.
- **A sink** (writer): `Stage("writer", (INDICATORS_OBSERVED, ...), open=open_writer)` where `open_writer(settings)` is
  an async context manager (`@asynccontextmanager`) that opens the pool, yields the `Write`, closes the pool. `Write`
  raises `Transient` (same batch again after a wait), `Rejected` (all is written but these records: dead letters),
  anything else stops the service without a commit. `open` may raise `Transient` too: it's tried again.
- **A source** (crawler): `Source("crawler", run=crawl)` where `await crawl(settings, publish, stop)` opens what it
  needs and runs until `stop` is set (or until nothing is left to do), with `await publish(messages)`: see `Publish`.

`shared/bus/codec.py` turns events into messages and records into events. `shared/bus/run.py` builds and runs services:
`main` for one on Kafka, `run_services` for several in this process on any bus.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import asyncio

    from shared.settings import Settings

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
    """What is to be published. Messages of one key keep their order; None as key spreads them over the partitions."""

    topic: str
    key: bytes | None
    value: bytes
    headers: Headers = ()


class BusError(Exception):
    """Base of what the bus raises."""


class Transient(BusError):
    """Not now: the same call may succeed later. Adapters (bus, database, network) raise it for their listed errors."""


class Disowned(BusError):
    """The partitions of this batch belong to another member now: drop it, it will be read again."""


class TooLarge(BusError):
    """This very message is larger than its topic takes, now and later."""


class Stopped(BusError):
    """The service was told to stop while it waited. What was not acknowledged counts as not published."""


class Rejected(Exception):
    """Raised by a `Write` when everything was written but these records, which will never be."""

    def __init__(self, reasons: Mapping[int, str]) -> None:
        """`reasons`: index in the batch that was given -> why."""
        super().__init__(f"{len(reasons)} records rejected")
        self.reasons = dict(reasons)


class RebalanceListener(Protocol):
    """Told by a consumer, in the group's own time: the rebalance waits for what these await."""

    async def revoked(self, partitions: frozenset[Partition]) -> None: ...
    async def assigned(self, partitions: frozenset[Partition]) -> None: ...


class Consumer(Protocol):
    """A member of a consumer group. Reads its partitions from the group's committed offset, else from their start."""

    async def start(self) -> None:
        """Joins the group. Raises `Transient` where the broker can't be reached; may then be called again."""
        ...

    async def stop(self) -> None:
        """Leaves the group. Bounded: gives up on a broker that doesn't answer within 5 s. Never raises."""
        ...

    async def fetch(self, *, wait_s: float, records_max: int) -> Mapping[Partition, Sequence[Record]]:
        """The next records, in offset order within each partition; empty if none came within `wait_s`. Moves the
        position, not the committed offset. Blocks while a rebalance runs. Never cancel it. Raises `Transient`."""
        ...

    async def keep_alive(self) -> None:
        """Tells the group that this member lives while it works on a batch: call it each second. Fetches nothing."""
        ...

    async def commit(self, offsets: Mapping[Partition, int]) -> None:
        """Commits for each partition the offset of the next record to read. Raises `Disowned` if the group has moved
        on and `Transient` if the broker doesn't answer."""
        ...

    async def lag(self) -> Mapping[Partition, int]:
        """Records not yet committed of each assigned partition. Asks the broker. Raises `Transient`."""
        ...


class Producer(Protocol):
    async def start(self) -> None:
        """Raises `Transient` where the broker can't be reached; may then be called again."""
        ...

    async def stop(self) -> None:
        """Bounded to 5 s. Never raises."""
        ...

    async def send(self, message: Message) -> Awaitable[None]:
        """Hands over `message`; the awaitable it returns ends when the bus has acknowledged it. Both raise `Transient`
        or `TooLarge`. Waits for room (back-pressure). After any error the producer is spent: make a new one."""
        ...


class Bus(Protocol):
    def consumer(self, group: str, topics: Sequence[str], listener: RebalanceListener | None = None) -> Consumer: ...
    def producer(self) -> Producer: ...


class Publish(Protocol):
    async def __call__(self, messages: Sequence[Message]) -> None:
        """Publishes in order and returns when all are acknowledged. Waits as long as the broker is away or full.

        Raises `TooLarge` (nothing was sent: sizes are checked first) and `Stopped` (the service is stopping and the
        rest could not be sent; what was sent may be sent again by the next run, which changes nothing)."""
        ...


Work = Callable[[Record], list[Message]]
"""A pure stage's core: importable by name, run in a worker process that may be killed. What it raises is poison."""

Write = Callable[[Sequence[Record]], Awaitable[None]]
"""A sink's core, an adapter. May raise `Transient` (same batch again after a wait) or `Rejected` (poison by record)."""

OpenWrite = Callable[["Settings"], AbstractAsyncContextManager[Write]]
"""Opens what a sink needs, yields its `Write`, closes. May raise `Transient` on entering."""

RunSource = Callable[["Settings", Publish, "asyncio.Event"], Awaitable[None]]
"""A source's loop: returns soon after the event is set, or when it has nothing left to do."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a service reads and does. Exactly one of `work` and `open` is set. Run by shared/bus/runner.py."""

    name: str
    """Also its consumer group, `solieu.<name>`, and the `stage` label of its metrics."""
    sources: tuple[str, ...]
    work: Work | None = None
    open: OpenWrite | None = None
    warm: Callable[[], None] | None = None
    """Runs in each new worker process before its first document: heavy imports, data files."""
    document_s_max: float = 10.0
    """Hard time limit of one document in `work`, seconds. Over it: worker killed, document tried once more alone."""
    records_max: int = 200
    """Most records in a batch."""
    bytes_max: int = 32 * 1024 * 1024
    """Most bytes in a batch (it may exceed this by one fetch)."""

    def __post_init__(self) -> None:
        if (self.work is None) == (self.open is None):
            raise ValueError(f"stage {self.name}: exactly one of work and open must be given")

    @property
    def group(self) -> str:
        return f"solieu.{self.name}"


@dataclass(frozen=True, slots=True)
class Source:
    """A service that reads no topic: it publishes what it finds in the world (the crawler)."""

    name: str
    run: RunSource


Service = Stage | Source
