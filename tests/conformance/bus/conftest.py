"""One suite, two buses: every test here runs on the embedded bus and on Apache Kafka."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from shared.bus.api import Bus, Consumer, Message, Partition, Producer, RebalanceListener, Record
from shared.bus.embedded import EmbeddedBus, EmbeddedConsumer
from shared.bus.kafka import KafkaBus, KafkaConsumer
from shared.bus.topics import Topic, create
from shared.settings import KafkaSettings

PARTITIONS = 3
SESSION_S = 6.0
"""The shortest that a broker with default settings accepts."""


@dataclass
class World:
    """A bus with what the suite needs beside its interface: topics, and members that die."""

    bus: Bus
    kafka: KafkaSettings | None
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def topic(self, bytes_max: int = 12 * 1024 * 1024) -> str:
        name = f"test-{uuid4().hex[:12]}"
        if self.kafka:
            await create(self.kafka, (Topic(name, "", bytes_max, PARTITIONS),))
        return name

    async def consumer(self, topic: str, group: str = "", listener: RebalanceListener | None = None) -> Consumer:
        """A started consumer; stopped at the end of the test."""
        consumer = self.bus.consumer(group or f"group-{uuid4().hex[:12]}", [topic], listener)
        await consumer.start()
        self.stack.push_async_callback(consumer.stop)
        return consumer

    async def producer(self) -> Producer:
        producer = self.bus.producer()
        await producer.start()
        self.stack.push_async_callback(producer.stop)
        return producer

    async def publish(self, topic: str, messages: Sequence[tuple[str, str]]) -> None:
        """(key, value) pairs, acknowledged."""
        producer = await self.producer()
        for waiting in [await producer.send(Message(topic, k.encode(), v.encode())) for k, v in messages]:
            await waiting

    async def crash(self, consumer: Consumer) -> None:
        """The member dies without leaving its group, as by `kill -9`; the group may need a session to notice."""
        if isinstance(consumer, EmbeddedConsumer):
            await consumer.crash()
        else:
            assert isinstance(consumer, KafkaConsumer)
            await cut_off(consumer)


async def cut_off(consumer: KafkaConsumer) -> None:
    """Closes the connections and stops the heartbeats of a consumer, without a goodbye to the broker."""
    client, consumer._client = consumer._client, None
    coordinator = client._coordinator
    coordinator._coordination_task.cancel()
    if coordinator._heartbeat_task:
        coordinator._heartbeat_task.cancel()
    await client._fetcher.close()
    await client._client.close()
    client._closed = True  # or its destructor warns


async def read(consumer: Consumer, count: int, wait_s: float = 20.0) -> list[Record]:
    """The next `count` records, or fewer if they do not come in time."""
    records: list[Record] = []
    deadline = asyncio.get_running_loop().time() + wait_s
    while len(records) < count and asyncio.get_running_loop().time() < deadline:
        for part in (await consumer.fetch(wait_s=0.2, records_max=count - len(records))).values():
            records.extend(part)
    return records


def offsets(records: Sequence[Record]) -> Mapping[Partition, int]:
    """What a commit of `records` says."""
    return {Partition(r.topic, r.partition): r.offset + 1 for r in records}


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.servers)])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "embedded":
        world = World(EmbeddedBus(PARTITIONS), None)
    else:
        servers = request.getfixturevalue("kafka_servers")
        settings = KafkaSettings(bootstrap_servers=servers, session_s=SESSION_S, rebalance_s=10, poll_s_max=7)
        world = World(KafkaBus(settings), settings)
    async with world.stack:
        yield world
