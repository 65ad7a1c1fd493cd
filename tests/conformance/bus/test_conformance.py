"""What both buses promise."""

from __future__ import annotations

import asyncio

import pytest

from shared.bus.api import Disowned, Message, Partition, Record, TooLarge
from tests.conformance.bus.conftest import World, offsets, read

pytestmark = pytest.mark.timeout(60)


def values(records: list[Record]) -> list[str]:
    return [record.value.decode() for record in records]


async def test_order_per_key(world: World) -> None:
    topic = await world.topic()
    await world.publish(topic, [(f"k{n % 5}", f"{n:03}") for n in range(100)])
    records = await read(await world.consumer(topic), 100)
    assert sorted(values(records)) == [f"{n:03}" for n in range(100)]
    for key in range(5):
        mine = [r for r in records if r.key == f"k{key}".encode()]
        assert values(mine) == [f"{n:03}" for n in range(100) if n % 5 == key]
        assert len({r.partition for r in mine}) == 1


async def test_a_key_has_the_same_partition_on_both_buses(world: World) -> None:
    # As Kafka's Java client has it: Utils.toPositive(Utils.murmur2(key)) % 3.
    topic = await world.topic()
    await world.publish(topic, [("bac-ninh", ""), ("ha-nam", ""), ("phu-yen", ""), ("dak-lak", ""), ("quảng-trị", "")])
    found = {(r.key or b"").decode(): r.partition for r in await read(await world.consumer(topic), 5)}
    assert found == {"bac-ninh": 0, "ha-nam": 0, "phu-yen": 1, "dak-lak": 1, "quảng-trị": 0}


async def test_headers_keep_bytes_names_and_order(world: World) -> None:
    topic = await world.topic()
    headers = (("ce_id", b"1"), ("số", b"\xff\xfe not utf-8"), ("ce_id", b"2"), ("empty", b""))
    producer = await world.producer()
    await (await producer.send(Message(topic, None, b"v", headers)))
    [record] = await read(await world.consumer(topic), 1)
    assert record.headers == headers
    assert record.key is None


async def test_pages_of_8_mib(world: World) -> None:
    topic = await world.topic()
    producer = await world.producer()
    pages = [bytes([n]) * (11 * 1024 * 1024) for n in range(3)]  # 8 MiB as base64 in JSON
    for page in pages:
        await (await producer.send(Message(topic, b"k", page)))
    records = await read(await world.consumer(topic), 3, wait_s=30)
    assert [record.value == page for record, page in zip(records, pages, strict=True)] == [True] * 3


async def test_a_message_beyond_the_limit_is_refused_and_the_rest_goes_on(world: World) -> None:
    topic = await world.topic(bytes_max=12 * 1024 * 1024)
    producer = world.bus.producer()
    await producer.start()
    with pytest.raises(TooLarge):
        await (await producer.send(Message(topic, b"k", bytes(13 * 1024 * 1024))))
    await producer.stop()
    await world.publish(topic, [("k", "after")])
    assert values(await read(await world.consumer(topic), 1)) == ["after"]


async def test_what_was_not_committed_comes_again_after_a_crash(world: World) -> None:
    topic = await world.topic()
    await world.publish(topic, [("k", str(n)) for n in range(10)])
    first = await world.consumer(topic, "g-" + topic)
    records = await read(first, 10)
    await first.commit(offsets(records[:4]))
    await world.crash(first)
    second = await world.consumer(topic, "g-" + topic)
    assert values(await read(second, 6, wait_s=30)) == [str(n) for n in range(4, 10)]


async def test_what_was_committed_does_not_come_again(world: World) -> None:
    topic = await world.topic()
    await world.publish(topic, [("k", str(n)) for n in range(4)])
    first = await world.consumer(topic, "g-" + topic)
    await first.commit(offsets(await read(first, 4)))
    await first.stop()
    await world.publish(topic, [("k", "new")])
    second = await world.consumer(topic, "g-" + topic)
    assert values(await read(second, 2, wait_s=5)) == ["new"]


async def test_groups_have_offsets_of_their_own(world: World) -> None:
    topic = await world.topic()
    one, other = await world.consumer(topic, "a-" + topic), await world.consumer(topic, "b-" + topic)
    await world.publish(topic, [("k", str(n)) for n in range(5)])
    await one.commit(offsets(await read(one, 5)))
    assert values(await read(other, 5)) == [str(n) for n in range(5)]
    assert sum((await one.lag()).values()) == 0
    assert sum((await other.lag()).values()) == 5


class Revocations:
    def __init__(self) -> None:
        self.revocations: list[frozenset[Partition]] = []
        self.assignments: list[frozenset[Partition]] = []
        self.hold = asyncio.Event()
        self.hold.set()

    async def revoked(self, partitions: frozenset[Partition]) -> None:
        await self.hold.wait()
        self.revocations.append(partitions)

    async def assigned(self, partitions: frozenset[Partition]) -> None:
        self.assignments.append(partitions)


async def test_a_joining_member_gets_its_share_and_nothing_is_read_twice(world: World) -> None:
    topic = await world.topic()
    listener = Revocations()
    first = await world.consumer(topic, "g-" + topic, listener)
    await world.publish(topic, [(f"k{n}", str(n)) for n in range(30)])
    await first.commit(offsets(await read(first, 30)))
    joining = asyncio.create_task(world.consumer(topic, "g-" + topic))
    while not joining.done():
        await first.fetch(wait_s=0.1, records_max=10)
    second = joining.result()
    await world.publish(topic, [(f"k{n}", str(n)) for n in range(30, 60)])
    mine: list[Record] = []
    theirs: list[Record] = []
    deadline = asyncio.get_running_loop().time() + 20
    while len(mine) + len(theirs) < 30 and asyncio.get_running_loop().time() < deadline:
        for consumer, got in ((first, mine), (second, theirs)):
            for part in (await consumer.fetch(wait_s=0.1, records_max=30)).values():
                got.extend(part)
    assert sorted(int(v) for v in values(mine + theirs)) == list(range(30, 60))
    assert mine
    assert theirs
    assert not {r.partition for r in mine} & {r.partition for r in theirs}
    assert listener.revocations == [frozenset(Partition(topic, n) for n in range(3))]


async def test_the_partitions_of_a_dead_member_go_to_the_others(world: World) -> None:
    topic = await world.topic()
    first = await world.consumer(topic, "g-" + topic)
    joining = asyncio.create_task(world.consumer(topic, "g-" + topic))
    while not joining.done():
        await first.fetch(wait_s=0.1, records_max=10)
    await world.crash(joining.result())
    await world.publish(topic, [(f"k{n}", str(n)) for n in range(30)])
    got: set[str] = set()
    deadline = asyncio.get_running_loop().time() + 30
    while len(got) < 30 and asyncio.get_running_loop().time() < deadline:
        got.update(values(await read(first, 30, wait_s=0.5)))  # its own share comes again after the rebalance
    assert got == {str(n) for n in range(30)}


async def test_a_commit_of_a_partition_that_moved_is_disowned(world: World) -> None:
    topic = await world.topic()
    first = await world.consumer(topic, "g-" + topic)
    second = asyncio.create_task(world.consumer(topic, "g-" + topic))
    while not second.done():
        await first.fetch(wait_s=0.1, records_max=1)
    moved = await second.result().lag()
    assert moved
    with pytest.raises(Disowned):
        await first.commit(dict.fromkeys(moved, 1))


async def test_a_commit_after_leaving_is_disowned(world: World) -> None:
    # Kafka itself accepts it when the group is empty, and sets the group back.
    topic = await world.topic()
    await world.publish(topic, [("k", str(n)) for n in range(6)])
    consumer = await world.consumer(topic, "g-" + topic)
    records = await read(consumer, 6)
    await consumer.stop()
    with pytest.raises(Disowned):
        await consumer.commit(offsets(records))


async def test_a_revocation_waits_for_the_listener_and_its_commit_counts(world: World) -> None:
    topic = await world.topic()
    await world.publish(topic, [("k", str(n)) for n in range(6)])
    listener = Revocations()
    first = await world.consumer(topic, "g-" + topic, listener)
    records = await read(first, 6)
    listener.hold.clear()
    joining = asyncio.create_task(world.consumer(topic, "g-" + topic))
    await asyncio.sleep(3)
    assert not joining.done()
    await first.commit(offsets(records))
    listener.hold.set()
    while not joining.done():
        await first.fetch(wait_s=0.1, records_max=1)
    await world.publish(topic, [("k", "new")])
    got = [*await read(first, 1, wait_s=3), *await read(joining.result(), 1, wait_s=3)]
    assert values(got) == ["new"]


async def test_fetching_blocks_while_a_rebalance_runs(world: World) -> None:
    # Records given out meanwhile would be of the old assignment, and come again under the new one.
    topic = await world.topic()
    listener = Revocations()
    first = await world.consumer(topic, "g-" + topic, listener)
    await read(first, 1, wait_s=0.1)
    listener.hold.clear()
    joining = asyncio.create_task(world.consumer(topic, "g-" + topic))
    await asyncio.sleep(2)  # until the revocation has begun
    await world.publish(topic, [(f"k{n}", str(n)) for n in range(9)])
    fetching = asyncio.create_task(first.fetch(wait_s=0, records_max=9))
    await asyncio.sleep(1)
    assert not fetching.done()
    listener.hold.set()
    mine = [record for part in (await fetching).values() for record in part]
    second = await joining
    both = [*mine, *(await read(first, 9, wait_s=2)), *(await read(second, 9, wait_s=2))]
    assert sorted(values(both)) == [str(n) for n in range(9)]


async def test_a_slow_handler_keeps_its_partitions_beyond_session_and_poll_limit(world: World) -> None:
    topic = await world.topic()
    listener = Revocations()
    consumer = await world.consumer(topic, "g-" + topic, listener)
    await world.publish(topic, [("k", str(n)) for n in range(6)])
    records = await read(consumer, 6)
    for _ in range(9 if world.kafka else 1):  # session 6 s, poll limit 7 s
        await asyncio.sleep(1)
        await consumer.keep_alive()
    await consumer.commit(offsets(records))
    assert listener.revocations == []
    assert sum((await consumer.lag()).values()) == 0


async def test_keep_alive_takes_no_records(world: World) -> None:
    topic = await world.topic()
    consumer = await world.consumer(topic)
    await world.publish(topic, [("k", str(n)) for n in range(6)])
    for _ in range(5):
        await consumer.keep_alive()
        await asyncio.sleep(0.1)
    assert values(await read(consumer, 6)) == [str(n) for n in range(6)]
