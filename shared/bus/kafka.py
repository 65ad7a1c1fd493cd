"""The bus on Apache Kafka, by aiokafka 0.14: every setting explicit, every error translated here, at the edge.

aiokafka's traps that this file closes (each seen on a real broker):
- its `stop` may hang or raise, even CancelledError, when the broker is gone: bounded, and its outcome is logged only;
- `getmany` must never be cancelled (its fetch counter leaks): waiting is by its own time-out;
- a commit after leaving the group goes out with generation -1 and an empty group accepts it: refused here;
- a failed batch spoils an idempotent producer for its partition: whoever gets an error makes a new producer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka import errors as kafka_errors

from shared.bus.api import (
    BusError,
    Disowned,
    Headers,
    Message,
    Partition,
    RebalanceListener,
    Record,
    TooLarge,
    Transient,
)
from shared.bus.connection import connection
from shared.bus.topics import DEAD_LETTER_BYTES_MAX
from shared.settings import KafkaSettings

STOP_S_MAX: Final = 5.0
NOWHERE: Final = TopicPartition("-", 0)
"""Polling a partition that does not exist counts as a poll, returns nothing and keeps what was prefetched. (`pause`
would throw the prefetch away.)"""

TRANSIENT: Final = (
    kafka_errors.KafkaTimeoutError,
    kafka_errors.KafkaConnectionError,
    kafka_errors.OutOfOrderSequenceNumber,
    kafka_errors.UnknownProducerId,
    kafka_errors.ProducerClosed,
)
"""Errors that aiokafka does not mark as retriable and that a new try, or a new producer, mends."""
REFUSED: Final = (
    kafka_errors.MessageSizeTooLargeError,
    kafka_errors.RecordListTooLargeError,
    kafka_errors.PolicyViolationError,
)
DISOWNED: Final = (
    kafka_errors.CommitFailedError,
    kafka_errors.IllegalStateError,
    kafka_errors.IllegalGenerationError,
    kafka_errors.UnknownMemberIdError,
    kafka_errors.RebalanceInProgressError,
)

log = structlog.get_logger(__name__)


def translate(error: kafka_errors.KafkaError) -> BusError:
    """Our word for aiokafka's error. What is none of the listed kinds (authorisation, a bad request) is a plain
    `BusError` and stops the service."""
    text = repr(error)[:200]
    if isinstance(error, REFUSED):
        return TooLarge(text)
    if isinstance(error, TRANSIENT) or getattr(error, "retriable", False):
        return Transient(text)
    return BusError(text)


async def shut(what: str, close: Callable[[], Awaitable[object]]) -> None:
    """Runs `close` for at most STOP_S_MAX; never raises: the process is on its way out, or the client replaced."""

    async def closing() -> None:
        await close()

    task = asyncio.create_task(closing())
    await asyncio.wait({task}, timeout=STOP_S_MAX)
    if not task.done():
        task.cancel()
        log.warning("client did not stop in time", client=what, limit_s=STOP_S_MAX)
    elif task.cancelled() or task.exception():
        log.warning("client failed to stop", client=what, error="" if task.cancelled() else repr(task.exception()))


class KafkaBus:
    """Implements `shared.bus.api.Bus`. Holds no connection itself: each consumer and producer has its own."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings

    def consumer(self, group: str, topics: Sequence[str], listener: RebalanceListener | None = None) -> KafkaConsumer:
        return KafkaConsumer(self._settings, group, topics, listener)

    def producer(self) -> KafkaProducer:
        return KafkaProducer(self._settings)


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    """aiokafka's listener in our terms. Runs in the coordinator's task: heartbeats go on and commits still work."""

    def __init__(self, inner: RebalanceListener) -> None:
        self._inner = inner

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        if not revoked:  # aiokafka calls it before the first join too
            return
        await self._inner.revoked(frozenset(Partition(tp.topic, tp.partition) for tp in revoked))

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        await self._inner.assigned(frozenset(Partition(tp.topic, tp.partition) for tp in assigned))


class KafkaConsumer:
    def __init__(
        self, settings: KafkaSettings, group: str, topics: Sequence[str], listener: RebalanceListener | None
    ) -> None:
        self._settings, self._group, self._topics, self._listener = settings, group, list(topics), listener
        self._client: Any = None

    async def start(self) -> None:
        s = self._settings
        client = AIOKafkaConsumer(
            **connection(s),
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=int(s.session_s * 1000),
            heartbeat_interval_ms=int(s.session_s * 250),
            # How long the group waits for us in `revoked`; the request must outlast it, or JoinGroup itself times out.
            rebalance_timeout_ms=int(s.rebalance_s * 1000),
            request_timeout_ms=int(s.rebalance_s * 1000) + 10_000,
            max_poll_interval_ms=int(s.poll_s_max * 1000),
            fetch_max_bytes=16 * 1024 * 1024,
            max_partition_fetch_bytes=2 * 1024 * 1024,
            fetch_max_wait_ms=200,
        )
        client.subscribe(self._topics, listener=_Listener(self._listener) if self._listener else None)
        try:
            await client.start()
        except kafka_errors.KafkaError as error:
            await shut("consumer", client.stop)
            raise translate(error) from error
        self._client = client

    async def stop(self) -> None:
        if self._client is not None:
            await shut("consumer", self._client.stop)
            self._client = None

    async def fetch(self, *, wait_s: float, records_max: int) -> Mapping[Partition, Sequence[Record]]:
        try:
            got = await self._client.getmany(timeout_ms=int(wait_s * 1000), max_records=records_max)
        except kafka_errors.KafkaError as error:
            raise translate(error) from error
        return {Partition(tp.topic, tp.partition): [_record(m) for m in messages] for tp, messages in got.items()}

    async def keep_alive(self) -> None:
        try:
            await self._client.getmany(NOWHERE, timeout_ms=0)
        except kafka_errors.KafkaError as error:
            log.debug("keep-alive failed", error=repr(error))  # the batch's own commit will say what it means

    async def commit(self, offsets: Mapping[Partition, int]) -> None:
        if self._client is None or self._client._coordinator.generation < 0:
            raise Disowned("no longer a member of the group")
        try:
            await self._client.commit({TopicPartition(p.topic, p.number): offset for p, offset in offsets.items()})
        except DISOWNED as error:
            raise Disowned(repr(error)[:200]) from error
        except kafka_errors.KafkaError as error:
            raise translate(error) from error

    async def lag(self) -> Mapping[Partition, int]:
        partitions = list(self._client.assignment())
        try:
            ends = await self._client.end_offsets(partitions) if partitions else {}
            starts = await self._client.beginning_offsets(partitions) if partitions else {}
            committed = {tp: await self._client.committed(tp) for tp in partitions}
        except DISOWNED as error:
            raise Transient(repr(error)[:200]) from error
        except kafka_errors.KafkaError as error:
            raise translate(error) from error
        return {Partition(tp.topic, tp.partition): ends[tp] - max(committed[tp] or 0, starts[tp]) for tp in partitions}


class KafkaProducer:
    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._client: Any = None

    async def start(self) -> None:
        client = AIOKafkaProducer(
            **connection(self._settings),
            acks="all",
            enable_idempotence=True,  # keeps order within a partition: after a gap nothing later is accepted
            linger_ms=5,
            max_batch_size=256 * 1024,
            max_request_size=DEAD_LETTER_BYTES_MAX,
            request_timeout_ms=40_000,
        )
        try:
            await client.start()
        except kafka_errors.KafkaError as error:
            await shut("producer", client.stop)
            raise translate(error) from error
        self._client = client

    async def stop(self) -> None:
        if self._client is not None:
            await shut("producer", self._client.stop)
            self._client = None

    async def send(self, message: Message) -> Awaitable[None]:
        try:
            future = await self._client.send(
                message.topic, message.value, key=message.key, headers=list(message.headers)
            )
        except kafka_errors.KafkaError as error:
            raise translate(error) from error
        future.add_done_callback(_retrieved)
        return _Acknowledgement(future)


class _Acknowledgement:
    """Awaitable; may be dropped without a warning."""

    __slots__ = ("_future",)

    def __init__(self, future: asyncio.Future[Any]) -> None:
        self._future = future

    def __await__(self) -> Generator[Any, None, None]:
        try:
            yield from self._future
        except kafka_errors.KafkaError as error:
            raise translate(error) from error


def _retrieved(future: asyncio.Future[Any]) -> None:
    """Marks the error as seen: after the first failure of a batch nobody awaits the rest."""
    if not future.cancelled():
        future.exception()


def _record(message: Any) -> Record:
    """Kafka allows null values and header values; an empty one stands for null (nothing of ours ever writes null)."""
    headers: Headers = tuple((name, value if value is not None else b"") for name, value in message.headers)
    return Record(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value if message.value is not None else b"",
        headers=headers,
        timestamp_ms=message.timestamp,
    )
