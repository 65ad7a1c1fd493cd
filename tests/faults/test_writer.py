"""Kill -9 of the writer and of Postgres at random moments of a stream of 50,000 events: the tables do not show it."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from deploy.local.kafka import Node
from services.console.lag import lags
from services.writer.stage import WRITER
from services.writer.write import Writer
from shared.bus.api import Message
from shared.bus.codec import encode
from shared.bus.kafka import KafkaBus
from shared.events import Event
from shared.paths import PORTALS
from shared.settings import KafkaSettings
from shared.store.embedded import postgres_server, running_server
from shared.store.migrate import migrate
from shared.store.pool import open_pool
from tests.e2e.house import House, create_topics, house, state
from tests.fixtures.events import START, cleaned, extraction, observation, records

ARTICLES, REVISIONS, FIGURES = 2_500, 2, 8
EVENTS = ARTICLES * REVISIONS * (FIGURES + 2)
KILLS = 10
SEED = int(os.environ.get("SEED", "20250701"))
"""SEED=… pytest … repeats a run; it is printed."""
FAST = ("fsync=off", "full_page_writes=off")
"""The machine does not crash here, processes do. Commits must reach the system, so synchronous_commit stays on."""


def history() -> list[Event]:
    """Each article is read twice: its second revision changes half of the figures and drops one."""
    events: list[Event] = []
    for revision in range(REVISIONS):
        for n in range(ARTICLES):
            article, text = f"a{n}", f"Bài {n}, bản {revision}. Toàn tỉnh giải quyết việc làm cho 12.840 lao động."
            said = [observation(article, k, value=n + k * revision) for k in range(FIGURES + (revision == 0))]
            closing = extraction(article, *said[: FIGURES + 1 - revision], day=revision, text=text)
            events += [cleaned(article, day=revision, text=text), *closing[-FIGURES - 1 :]]
    assert len(events) == EVENTS == 50_000
    return events


class Database:
    """A server of the test's own, at one port, that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder / "postgres", 0
        self.url = ""
        self._start()

    def _start(self) -> None:
        give_up = time.monotonic() + 60
        while True:
            self.server = postgres_server(self.folder, port=self.port, options=FAST)
            try:
                self.url = self.server.__enter__()
            except Exception:  # the dead server's last processes still hold its memory
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.2)
            else:
                self.port = urlsplit(self.url).port or 0
                return

    def kill_and_start(self) -> None:
        running = running_server(self.folder)
        assert running
        os.kill(running.pid, signal.SIGKILL)
        self.server.__exit__(None, None, None)
        self._start()


@contextmanager
def database(folder: Path) -> Iterator[Database]:
    server = Database(folder)
    try:
        yield server
    finally:
        server.server.__exit__(None, None, None)


async def publish(kafka: KafkaSettings, messages: list[Message]) -> None:
    producer = KafkaBus(kafka).producer()
    await producer.start()
    waiting = [await producer.send(message) for message in messages]
    for each in waiting:
        await each
    await producer.stop()


async def expected(url: str, events: list[Event]) -> dict[str, list[tuple[object, ...]]]:
    """What one writer leaves that nobody disturbs."""
    await migrate(url)
    async with open_pool(url) as pool:
        await Writer(pool)(records(*events))
    found = await state(url)
    connection = await asyncpg.connect(url)
    await connection.execute("TRUNCATE article, revision, observation, page, dead_letter, portal CASCADE")
    await connection.close()
    return found


@pytest.mark.servers
@pytest.mark.faults
@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_kills_of_writer_and_postgres_leave_no_trace(tmp_path: Path, kafka_node: Node) -> None:
    chance = random.Random(SEED)
    print(f"SEED={SEED}")  # noqa: T201
    kafka = KafkaSettings(bootstrap_servers=kafka_node.bootstrap_servers)
    await create_topics(kafka.bootstrap_servers)
    events = history()
    with database(tmp_path) as server:
        undisturbed = await expected(server.url, events)
        await publish(kafka, [encode(event, source="test", at=START) for event in events])
        with house(tmp_path / "house", kafka.bootstrap_servers, server.url, PORTALS / "sample.yaml") as built:
            built.start("writer")
            kills = await disturb(built, server, kafka, chance)
            await until_read(built, kafka)
            built.stop()
        disturbed = await state(server.url)
    print(kills)  # noqa: T201
    assert kills["writer"] >= 3
    assert kills["postgres"] >= 3
    assert disturbed["dead letters"] == []
    for table in undisturbed:
        assert disturbed[table] == undisturbed[table], f"{table} (SEED={SEED})"


async def disturb(built: House, server: Database, kafka: KafkaSettings, chance: random.Random) -> dict[str, int]:
    """`KILLS` kills, while records wait. At least three of each kind: who is killed is drawn from a shuffled list."""
    victims = ["writer", "postgres"] * (KILLS // 2)
    chance.shuffle(victims)
    kills = {"writer": 0, "postgres": 0}
    for victim in victims:
        await asyncio.sleep(chance.uniform(0.5, 3))
        built.check()
        if (await lags([WRITER], kafka))["writer"] == 0:
            break
        if victim == "writer":
            built.kill("writer")
            built.start("writer")
        else:
            await asyncio.to_thread(server.kill_and_start)
        kills[victim] += 1
    return kills


async def until_read(built: House, kafka: KafkaSettings, *, limit_s: float = 400) -> None:
    give_up = time.monotonic() + limit_s
    while (left := (await lags([WRITER], kafka))["writer"]) > 0:
        built.check()
        assert time.monotonic() < give_up, f"{left} records not read"
        await asyncio.sleep(0.5)
