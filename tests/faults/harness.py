"""A stage on a real broker, what went in, and what came out: lost and repeated are counted over whole topics."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError
from prometheus_client import REGISTRY

from shared.bus.api import Message, Record, Stage
from shared.bus.codec import decode
from shared.bus.kafka import KafkaBus, _record
from shared.bus.run import run
from shared.bus.topics import TOPICS, Topic, create
from shared.events import DEAD_LETTERS, DeadLetter
from shared.health import Progress
from shared.paths import ROOT
from shared.settings import KafkaSettings, Settings, StageSettings
from tests.faults.cores import out

PARTITIONS = 3
TWO_WORKERS = StageSettings(workers=2)


@dataclass(frozen=True)
class Line:
    """A topic that a stage reads, the one it writes, and the settings of both."""

    topic: str
    settings: Settings

    @property
    def bus(self) -> KafkaBus:
        return KafkaBus(self.settings.kafka)

    @classmethod
    async def lay(cls, servers: str, stage: StageSettings = TWO_WORKERS) -> Line:
        """Topics are new; the group's times are the shortest that a broker takes, so that faults outlast them."""
        kafka = KafkaSettings(bootstrap_servers=servers, session_s=6, rebalance_s=10, poll_s_max=6)
        settings = Settings(_env_file=None, kafka=kafka, stage=stage)
        line = cls(f"fault-{uuid4().hex[:12]}", settings)
        await create(kafka, (Topic(line.topic, "", partitions=3), Topic(out(line.topic), "", partitions=3), *TOPICS))
        return line

    async def feed(self, values: Iterable[str], headers: Sequence[tuple[str, bytes]] = ()) -> None:
        """Publishes `values`; keys k0 to k6 in turn."""
        producer = self.bus.producer()
        await producer.start()
        waiting = [
            await producer.send(Message(self.topic, f"k{n % 7}".encode(), value.encode(), tuple(headers)))
            for n, value in enumerate(values)
        ]
        for each in waiting:
            await each
        await producer.stop()

    async def outputs(self) -> list[Record]:
        return await read_all(self.settings.kafka.bootstrap_servers, out(self.topic))

    async def dead_letters(self) -> list[DeadLetter]:
        records = await read_all(self.settings.kafka.bootstrap_servers, DEAD_LETTERS)
        letters = [event for event in map(decode, records) if isinstance(event, DeadLetter)]
        return [letter for letter in letters if letter.origin_topic == self.topic]

    async def lag(self) -> int:
        """Records that the stage's group has not committed."""
        servers = self.settings.kafka.bootstrap_servers
        partitions = [TopicPartition(self.topic, n) for n in range(PARTITIONS)]
        reader, admin = AIOKafkaConsumer(bootstrap_servers=servers), AIOKafkaAdminClient(bootstrap_servers=servers)
        await reader.start()
        await admin.start()
        try:
            ends = await reader.end_offsets(partitions)
            try:
                committed = await admin.list_consumer_group_offsets(f"solieu.{self.topic}", partitions=partitions)
            except GroupCoordinatorNotAvailableError:  # so early in a broker's life nothing can be committed
                return sum(ends.values())
            known = {tp: max(found.offset, 0) for tp, found in committed.items()}
            return sum(ends[tp] - known.get(tp, 0) for tp in partitions)
        finally:
            await admin.close()
            await reader.stop()

    def fetched(self) -> float:
        """Records that a stage in this process has taken from the topic."""
        return REGISTRY.get_sample_value("solieu_records_read_total", {"stage": self.topic}) or 0

    async def until(self, condition: Callable[[], object], wait_s: float) -> None:
        deadline = time.monotonic() + wait_s
        while not condition():
            assert time.monotonic() < deadline, f"not within {wait_s} s"
            await asyncio.sleep(0.1)

    async def until_committed(self, wait_s: float = 60) -> None:
        deadline = time.monotonic() + wait_s
        while lag := await self.lag():
            assert time.monotonic() < deadline, f"{lag} records not committed within {wait_s} s"
            await asyncio.sleep(0.3)

    @asynccontextmanager
    async def running(self, stage: Stage) -> AsyncIterator[Progress]:
        """The stage in this process; stopped at the end. What it raises comes out at the end."""
        stop, progress = asyncio.Event(), Progress(stage.name)
        task = asyncio.create_task(run(stage, self.settings, bus=self.bus, stop=stop, progress=progress))
        try:
            yield progress
        finally:
            stop.set()
            await task

    async def run_to_its_end(self, stage: Stage, wait_s: float = 40) -> None:
        """The stage in this process, which is to end by itself. Raises what it raises."""
        await asyncio.wait_for(run(stage, self.settings, bus=self.bus, stop=asyncio.Event()), wait_s)

    def process(self, log: Path, document_s_max: float = 10.0) -> subprocess.Popen[bytes]:
        """The stage in a process of its own, with `main`, settings from the environment and a health port."""
        s = self.settings
        environment = {
            **os.environ,
            "SOLIEU_KAFKA__BOOTSTRAP_SERVERS": s.kafka.bootstrap_servers,
            "SOLIEU_KAFKA__SESSION_S": str(s.kafka.session_s),
            "SOLIEU_KAFKA__REBALANCE_S": str(s.kafka.rebalance_s),
            "SOLIEU_KAFKA__POLL_S_MAX": str(s.kafka.poll_s_max),
            "SOLIEU_STAGE__GRACE_S": str(s.stage.grace_s),
            "SOLIEU_HEALTH__PORT": "0",
        }
        with log.open("ab") as file:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.faults.child", self.topic, str(document_s_max)],
                cwd=ROOT,
                env=environment,
                stdout=file,
                stderr=file,
            )


async def read_all(servers: str, topic: str) -> list[Record]:
    """Every record of `topic`, from first to last."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=servers, auto_offset_reset="earliest")
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        records: list[Record] = []
        deadline = time.monotonic() + 60
        while len(records) < sum(ends.values()):
            assert time.monotonic() < deadline, f"{topic} could not be read within 60 s"
            for messages in (await consumer.getmany(timeout_ms=500)).values():
                records += [_record(message) for message in messages]
        return records
    finally:
        await consumer.stop()


def lost_and_repeated(records: Iterable[Record], expected: Iterable[str]) -> tuple[list[str], int]:
    """Values that never came out, and how many outputs are beyond one an input."""
    seen = Counter(record.value.decode() for record in records)
    lost, repeated = sorted(set(expected) - seen.keys()), sum(seen.values()) - len(seen)
    print(f"{len(seen)} seen, {len(lost)} lost, {repeated} repeated")  # noqa: T201  # shown with -s, and on failure
    return lost, repeated


def in_order(records: Iterable[Record]) -> bool:
    """Whether the first appearance of each value (a number) follows the numbers, key by key."""
    firsts: dict[bytes | None, list[int]] = {}
    for record in records:
        numbers = firsts.setdefault(record.key, [])
        if int(record.value) not in numbers:
            numbers.append(int(record.value))
    return all(numbers == sorted(numbers) for numbers in firsts.values())


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
