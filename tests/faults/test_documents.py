"""Faults of documents and of what a sink writes to, on a real broker: nothing is lost, one bad one costs one letter."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from shared.bus.api import Record, Stage, Transient, Write
from shared.bus.dead_letters import TooManyDeadLetters
from shared.settings import Settings, StageSettings
from tests.faults.cores import stage
from tests.faults.harness import Line, in_order, lost_and_repeated

pytestmark = [pytest.mark.servers, pytest.mark.faults, pytest.mark.timeout(120)]


async def test_poison_among_good_ones(kafka_servers: str) -> None:
    line = await Line.lay(kafka_servers)
    values = [str(n) for n in range(300)]
    bad = {50: "bad:a", 120: "loop:", 200: "crash:", 250: "bad:b"}
    headers = [("ce_id", b"1"), ("ghi-chú", b"\xff\x00")]
    await line.feed([bad.get(n, value) for n, value in enumerate(values)], headers)
    async with line.running(stage(line.topic, document_s_max=0.5)):
        await line.until_committed()
    outputs, letters = await line.outputs(), await line.dead_letters()
    assert lost_and_repeated(outputs, [v for n, v in enumerate(values) if n not in bad]) == ([], 0)
    assert in_order(outputs)
    assert {(letter.origin_value.decode(), letter.error) for letter in letters} == {
        ("bad:a", "poison"),
        ("loop:", "time_limit"),
        ("crash:", "worker_died"),
        ("bad:b", "poison"),
    }
    assert len(letters) == 4
    assert {letter.origin_headers for letter in letters} == {tuple(headers)}
    assert {letter.origin_key for letter in letters} == {f"k{n % 7}".encode() for n in bad}


async def test_a_header_that_is_not_utf_8(kafka_servers: str) -> None:
    line = await Line.lay(kafka_servers)
    values = [str(n) for n in range(50)]
    await line.feed(values[:25])
    await line.feed(values[25:], [("x", b"\xff\xfe"), ("ce_type", b"\xc3")])
    async with line.running(stage(line.topic)):
        await line.until_committed()
    assert lost_and_repeated(await line.outputs(), values) == ([], 0)
    assert await line.dead_letters() == []


async def test_a_broken_release_stops_before_the_commit(kafka_servers: str) -> None:
    line = await Line.lay(
        kafka_servers, StageSettings(workers=2, dead_letter_documents_min=20, dead_letter_share_max=0.2)
    )
    await line.feed([str(n) for n in range(40)] + ["bad:"] * 60)
    with pytest.raises(TooManyDeadLetters, match=r"of the last \d+ documents failed \(limit 20%\); last: ValueError"):
        await line.run_to_its_end(stage(line.topic))
    assert await line.dead_letters() == []
    assert await line.lag() == 100


async def test_a_broken_release_stays_unhealthy_instead_of_draining_the_topic(
    kafka_servers: str, tmp_path: Path
) -> None:
    line, log = await Line.lay(kafka_servers), tmp_path / "stage.log"
    await line.feed(["bad:"] * 120)
    process = line.process(log)
    try:
        await line.until(lambda: "stopped consuming" in (log.read_text() if log.exists() else ""), 60)
        port = re.search(r'"health_port": (\d+)', log.read_text())
        assert port
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port[1]}") as http, http.get("/healthz") as answer:
            assert answer.status == 503
            assert "broken release" in await answer.text()
        assert process.poll() is None
        assert await line.lag() == 120
    finally:
        process.terminate()
        assert process.wait(20) == 1


async def test_a_largest_page_that_is_poison_is_a_dead_letter_whole(kafka_servers: str) -> None:
    line, page = await Line.lay(kafka_servers), "bad:" + "x" * (11 * 1024 * 1024)
    await line.feed([page, "1"])
    async with line.running(stage(line.topic)):
        await line.until_committed()
    [letter] = await line.dead_letters()
    assert letter.origin_value == page.encode()
    assert lost_and_repeated(await line.outputs(), ["1"]) == ([], 0)


class Store:
    """A sink whose database is away for a while."""

    def __init__(self, away_s: float = 0, error: Exception | None = None) -> None:
        self.rows: list[str] = []
        self.away_s, self.error, self.tries = away_s, error or Transient("database away"), 0
        self.away_until: float | None = None

    @asynccontextmanager
    async def open(self, settings: Settings) -> AsyncIterator[Write]:
        yield self.write

    async def write(self, records: Sequence[Record]) -> None:
        self.tries += 1
        if self.away_until is None:
            self.away_until = time.monotonic() + self.away_s
            raise self.error
        if time.monotonic() < self.away_until:
            raise self.error
        self.rows += [record.value.decode() for record in records]


async def test_a_write_that_fails_once_is_done_again(kafka_servers: str) -> None:
    line, store = await Line.lay(kafka_servers), Store()
    await line.feed(values := [str(n) for n in range(300)])
    async with line.running(Stage(line.topic, (line.topic,), open=store.open)):
        await line.until_committed()
    assert sorted(store.rows) == sorted(values)


async def test_the_database_away_beyond_session_and_poll_limit(kafka_servers: str) -> None:
    line, store = await Line.lay(kafka_servers), Store(away_s=9)
    await line.feed(values := [str(n) for n in range(300)])
    async with line.running(Stage(line.topic, (line.topic,), open=store.open)) as progress:
        await asyncio.sleep(5)
        assert await line.lag() == 300
        assert progress.waiting_for == "write: database away"
        await line.until_committed()
        assert progress.waiting_for is None
    assert sorted(store.rows) == sorted(values)  # none lost, none twice: it kept its partitions
    assert store.tries < 20


async def test_an_error_that_is_not_listed_stops_the_stage_and_loses_nothing(kafka_servers: str) -> None:
    line, store = await Line.lay(kafka_servers), Store(error=RuntimeError("a fault of ours"))
    await line.feed(values := [str(n) for n in range(100)])
    sink = Stage(line.topic, (line.topic,), open=store.open)
    with pytest.raises(RuntimeError, match="a fault of ours"):
        await line.run_to_its_end(sink)
    assert await line.lag() == 100
    async with line.running(sink):
        await line.until_committed()
    assert sorted(store.rows) == sorted(values)


async def test_a_document_slower_than_session_and_poll_limit(kafka_servers: str) -> None:
    line = await Line.lay(kafka_servers)
    await line.feed(["slow:8:0", *(str(n) for n in range(1, 60))])
    async with line.running(stage(line.topic, document_s_max=20)):
        await line.until_committed()
    outputs = await line.outputs()
    assert lost_and_repeated(outputs, [str(n) for n in range(60)]) == ([], 0)
    assert in_order(outputs)
