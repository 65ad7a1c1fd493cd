"""Where the embedded bus is no Kafka. Each test is strict: the day a difference disappears, it fails here."""

from __future__ import annotations

import asyncio

import pytest

from shared.bus.api import Disowned, Message, Transient
from shared.bus.embedded import EmbeddedBus, Limits
from tests.conformance.bus.conftest import World, offsets, read

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def known(request: pytest.FixtureRequest) -> None:
    """Marks the embedded run as a strict xfail, with the test's docstring as the reason."""
    if "embedded" in request.node.name:
        reason = request.function.__doc__ or ""
        request.node.add_marker(pytest.mark.xfail(strict=True, reason=" ".join(reason.split())))


@pytest.mark.usefixtures("known")
async def test_a_member_that_stops_polling_is_put_out(world: World) -> None:
    """The embedded bus has no sessions: its members live in one process, and none can be taken for dead."""
    topic = await world.topic()
    await world.publish(topic, [("k", "v")])
    consumer = await world.consumer(topic, "g-" + topic)
    records = await read(consumer, 1)
    await asyncio.sleep(9 if world.kafka else 0)  # the poll limit is 7 s
    with pytest.raises(Disowned):
        await consumer.commit(offsets(records))


@pytest.mark.usefixtures("known")
async def test_what_everybody_has_committed_can_still_be_read_by_a_new_group(world: World) -> None:
    """The embedded bus has no retention: it forgets what its groups have committed."""
    topic = await world.topic()
    await world.publish(topic, [("k", "v")])
    first = await world.consumer(topic)
    await first.commit(offsets(await read(first, 1)))
    assert len(await read(await world.consumer(topic), 1, wait_s=2)) == 1


async def test_a_full_partition_makes_senders_wait_until_readers_commit() -> None:
    """Kafka has disks; the embedded bus has back-pressure."""
    bus = EmbeddedBus(1, Limits(records_max=10, send_s_max=0.3))
    consumer = bus.consumer("g", ["t"])
    await consumer.start()
    producer = bus.producer()
    for n in range(10):
        await (await producer.send(Message("t", b"k", str(n).encode())))
    with pytest.raises(Transient):
        await producer.send(Message("t", b"k", b"one too many"))
    records = await read(consumer, 10)
    waiting = asyncio.create_task(producer.send(Message("t", b"k", b"waits")))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await consumer.commit(offsets(records[:1]))
    await waiting
    assert bus.lag() == {"g": 10}


async def test_bytes_count_towards_a_full_partition() -> None:
    bus = EmbeddedBus(1, Limits(bytes_max=1_000_000, send_s_max=0.1))
    bus.consumer("g", ["t"])
    producer = bus.producer()
    await producer.send(Message("t", b"k", bytes(1_000_000)))
    with pytest.raises(Transient):
        await producer.send(Message("t", b"k", b"small"))


async def test_a_topic_without_readers_keeps_its_newest_records() -> None:
    bus = EmbeddedBus(1, Limits(unread_max=3))
    producer = bus.producer()
    for n in range(10):
        await producer.send(Message("t", b"k", str(n).encode()))
    assert [record.value for record in bus.records("t")] == [b"7", b"8", b"9"]
    late = bus.consumer("g", ["t"])
    await late.start()
    assert bus.lag() == {"g": 3}
    assert [record.offset for record in await read(late, 3)] == [7, 8, 9]


async def test_memory_is_freed_once_every_group_has_committed() -> None:
    bus = EmbeddedBus(1)
    one, other = bus.consumer("a", ["t"]), bus.consumer("b", ["t"])
    await one.start()
    await other.start()
    producer = bus.producer()
    await producer.send(Message("t", b"k", b"v"))
    await one.commit(offsets(await read(one, 1)))
    assert len(bus.records("t")) == 1
    await other.commit(offsets(await read(other, 1)))
    assert bus.records("t") == []
    await asyncio.wait_for(bus.wait_idle(), 1)


async def test_idle_waits_for_the_slowest_group() -> None:
    bus = EmbeddedBus(1)
    consumer = bus.consumer("g", ["t"])
    await consumer.start()
    await bus.producer().send(Message("t", b"k", b"v"))
    idle = asyncio.create_task(bus.wait_idle())
    records = await read(consumer, 1)
    await asyncio.sleep(0.05)
    assert not idle.done()
    await consumer.commit(offsets(records))
    await asyncio.wait_for(idle, 1)


async def test_a_joiner_that_is_cancelled_leaves_no_half_rebalance() -> None:
    class Slow:
        async def revoked(self, partitions: object) -> None:
            await asyncio.sleep(0.2)

        async def assigned(self, partitions: object) -> None: ...

    bus = EmbeddedBus(2)
    first, joiner = bus.consumer("g", ["t"], Slow()), bus.consumer("g", ["t"])
    await first.start()
    for n in range(10):
        await bus.producer().send(Message("t", f"k{n}".encode(), b"v"))
    assert len(await read(first, 10)) == 10  # not committed, and told to let go of it
    joining = asyncio.create_task(joiner.start())
    await asyncio.sleep(0.05)
    joining.cancel()
    await asyncio.gather(joining, return_exceptions=True)
    await asyncio.sleep(0.3)
    again = [*await read(first, 10, wait_s=0.5), *await read(joiner, 10, wait_s=0.5)]
    assert len(again) == 10


async def test_faults_on_sending_and_copies_can_be_switched_on_for_tests() -> None:
    async def refuse(message: Message) -> None:
        if message.value == b"no":
            raise Transient("not now")

    bus = EmbeddedBus(1, on_send=refuse, copies=2)
    with pytest.raises(Transient):
        await bus.producer().send(Message("t", b"k", b"no"))
    await bus.producer().send(Message("t", b"k", b"yes"))
    assert [record.value for record in bus.records("t")] == [b"yes", b"yes"]
