"""The crawler as it runs: HTTP, archive and Postgres real, the bus a list."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import PostgresDsn, Secret
from warcio.archiveiterator import ArchiveIterator

from services.crawler.archive import Place, read_body
from services.crawler.service import crawler
from shared.bus.api import Message
from shared.errors import SolieuError
from shared.settings import CrawlSettings, Settings
from shared.store.pool import Pool
from tests.integration.crawler.paper import Paper, publishing

pytestmark = pytest.mark.servers


class Crawled:
    """What one run published and reported."""

    def __init__(self) -> None:
        self.pages: list[dict[str, Any]] = []
        self.steps: list[tuple[str, str, int]] = []

    async def publish(self, messages: Sequence[Message]) -> None:
        self.pages += [json.loads(message.value) for message in messages]

    def report(self, portal: str, what: str, n: int) -> None:
        self.steps.append((portal, what, n))


async def crawl(database: str, portals: Path, folder: Path, *, alone: bool = False) -> Crawled:
    crawled = Crawled()
    made = Settings(
        database_url=Secret(PostgresDsn(database)), crawl=CrawlSettings(portals=portals, archive=folder / "archive")
    )
    await crawler(once=True, alone=alone, report=crawled.report).run(made, crawled.publish, asyncio.Event())
    return crawled


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not done():  # noqa: ASYNC110  # what is waited for happens in other processes
            await asyncio.sleep(0.05)


async def test_every_article_is_archived_published_and_noted_once(
    postgres_dsn: str, database: Pool, tmp_path: Path
) -> None:
    async with publishing(Paper(("127.0.0.1", "127.0.0.2"), 5)) as paper:
        portals = paper.portals(tmp_path, delay_s=0.02)
        first = await crawl(postgres_dsn, portals, tmp_path)
        again = await crawl(postgres_dsn, portals, tmp_path)
    assert len(first.pages) == 10 and again.pages == []
    assert {page["area"] for page in first.pages} == {"34-24"}
    assert sum(n for _, what, n in first.steps if what == "fetched") == 10
    ledger = await database.fetch("SELECT page_id, warc_file, warc_offset FROM page")
    assert {row["page_id"] for row in ledger} == {page["page_id"] for page in first.pages}
    for page in first.pages:
        body = read_body(tmp_path / "archive", Place(page["warc_file"], page["warc_offset"]))
        assert body and f"<h1>{page['url'].split(str(paper.port))[1]}</h1>".encode() in body


async def test_any_reader_of_warc_files_reads_the_archive(postgres_dsn: str, tmp_path: Path) -> None:
    async with publishing(Paper(("127.0.0.1",), 3)) as paper:
        await crawl(postgres_dsn, paper.portals(tmp_path, delay_s=0), tmp_path)
    kinds: list[str] = []
    (file,) = (tmp_path / "archive").rglob("*.warc.gz")
    with file.open("rb") as opened:
        for record in ArchiveIterator(opened):
            kinds.append(record.rec_type)
            if record.rec_type == "response":
                record.content_stream().read()
    asked = 1 + 1 + 3  # robots.txt, feed, articles
    assert (kinds[0], kinds.count("response"), kinds.count("request")) == ("warcinfo", asked, asked)


async def test_pages_without_an_outcome_are_published_again_from_the_archive(
    postgres_dsn: str, database: Pool, tmp_path: Path
) -> None:
    async with publishing(Paper(("127.0.0.1",), 2)) as paper:
        portals = paper.portals(tmp_path, delay_s=0)
        first = await crawl(postgres_dsn, portals, tmp_path)
        await database.execute("UPDATE page SET discard_reason = 'listing' WHERE url LIKE '%bai-1.html'")
        asked = len(paper.requests)
        again = await crawl(postgres_dsn, portals, tmp_path, alone=True)
    (lost,) = again.pages
    (before,) = [page for page in first.pages if page["url"].endswith("bai-2.html")]
    assert (lost["page_id"], lost["body"], lost["attempt"]) == (before["page_id"], before["body"], 1)
    assert len(paper.requests) == asked + 1, "the feed alone was asked again"


async def test_rules_of_the_house_are_kept(postgres_dsn: str, tmp_path: Path) -> None:
    paper = Paper(("127.0.0.1",), 4, robots="User-agent: *\nDisallow: /vi/tin/muc/bai-3\nCrawl-delay: 0.3\n")
    async with publishing(paper):
        crawled = await crawl(postgres_dsn, paper.portals(tmp_path, delay_s=0.1), tmp_path)
    assert paper.fetches("/vi/tin/muc/bai-3.html") == 0
    assert len(crawled.pages) == 3
    assert paper.closest() >= 0.29


async def test_a_stop_ends_the_run_and_frees_the_hosts(postgres_dsn: str, database: Pool, tmp_path: Path) -> None:
    async with publishing(Paper(("127.0.0.1",), 50)) as paper:
        stop, crawled = asyncio.Event(), Crawled()
        portals = paper.portals(tmp_path, delay_s=0.2)
        settings = Settings(
            database_url=Secret(PostgresDsn(postgres_dsn)), crawl=CrawlSettings(portals=portals, archive=tmp_path / "a")
        )
        running = asyncio.ensure_future(crawler().run(settings, crawled.publish, stop))
        await until(lambda: len(crawled.pages) >= 2)
        stop.set()
        await asyncio.wait_for(running, 5)
    assert len(crawled.pages) < 50
    assert await database.fetchval("SELECT count(*) FROM crawl_host WHERE lease_owner IS NOT NULL") == 0


async def test_without_a_contact_nobody_abroad_is_asked(postgres_dsn: str, tmp_path: Path) -> None:
    portals = tmp_path / "portals.yaml"
    entry = '{id: x, name: X, kind: newspaper, base: ["https://bao.example/"], feeds: ["https://bao.example/rss"]}'
    portals.write_text(f"portals: [{entry}]", "utf-8")
    with pytest.raises(SolieuError, match="contact-missing"):
        await crawl(postgres_dsn, portals, tmp_path)


async def test_two_crawlers_of_which_one_is_killed(postgres_dsn: str, database: Pool, tmp_path: Path) -> None:
    """Eight hosts, twelve articles each; one process dies in the middle. Nothing is lost, nobody is hurried."""
    hosts = tuple(f"127.0.0.{n}" for n in range(2, 10))
    async with publishing(Paper(hosts, 12)) as paper:
        portals = paper.portals(tmp_path, delay_s=0.3)
        out = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
        command = [
            sys.executable,
            "-m",
            "tests.integration.crawler.child",
            postgres_dsn,
            str(portals),
            str(tmp_path / "a"),
        ]
        one, two = [await asyncio.create_subprocess_exec(*command, str(file)) for file in out]
        await until(lambda: len(paper.requests) >= 40)
        os.kill(one.pid, signal.SIGKILL)
        await one.wait()
        assert await asyncio.wait_for(two.wait(), 60) == 0
    published = [json.loads(line) for file in out if file.exists() for line in file.read_text().splitlines()]
    assert len({url for _, url in published}) == 8 * 12
    assert len(published) - len({page for page, _ in published}) <= len(hosts), "twice at most what was in flight"
    assert paper.closest() >= 0.299
    assert await database.fetchval("SELECT count(*) FROM page") == 8 * 12
    fetched = [path for _, host, path in paper.requests if path.startswith("/vi/")]
    assert len(fetched) <= 8 * 12 + len(hosts)


async def test_a_host_that_does_not_answer_is_counted_and_tried_later(
    postgres_dsn: str, database: Pool, tmp_path: Path
) -> None:
    portals = Paper(("127.0.0.1",), 1, port=48998).portals(tmp_path, delay_s=0)
    crawled = await crawl(postgres_dsn, portals, tmp_path)
    assert crawled.steps == [("bao-127-0-0-1", "failed", 1)]
    counts = await database.fetch("SELECT what, outcome, n FROM crawl_count")
    assert [tuple(row) for row in counts] == [("robots", "unreachable", 1)]
    assert await database.fetchval("SELECT not_before > now() + interval '5 min' FROM crawl_host")
