"""A split article through the real crawler: archived part by part and as one, the same again from the archive."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import PostgresDsn, Secret

from services.console.rebuild import pages_of
from services.crawler.archive import Place, read_body
from services.crawler.portals import load_portals
from services.crawler.service import crawler
from shared import parts
from shared.bus.api import Message
from shared.settings import CrawlSettings, Settings
from shared.store.pool import Pool

pytestmark = pytest.mark.servers
ARTICLE = "/xa-hoi/giam-ngheo-ben-vung-700123.html"


async def answer(request: web.Request) -> web.Response:
    number = int(request.query.get("page", 1))
    if request.path == "/rss":
        feed = f"<rss version='2.0'><channel><item><title>Tin</title><link>{ARTICLE}</link></item></channel></rss>"
        return web.Response(text=feed, content_type="text/xml")
    if request.path != ARTICLE or number > 3:
        return web.Response(status=404)
    pager = "".join(f"<a href='?page={n}'>{n}</a>" for n in (1, 2, 3) if n != number)
    page = f"<html><h1>Giảm nghèo</h1><p>Phần {number}.</p><div class='pagination'>{pager}</div></html>"
    return web.Response(text=page, content_type="text/html")


@asynccontextmanager
async def paper(folder: Path) -> AsyncIterator[Path]:
    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        entry = f'{{id: bao, name: Báo, kind: newspaper, base: ["{base}/"], feeds: ["{base}/rss"], delay_s: 0}}'
        file = folder / "portals.yaml"
        file.write_text(f"portals: [{entry}]", "utf-8")
        yield file
    finally:
        await runner.cleanup()


async def test_a_split_article_is_one_page_in_event_ledger_and_archive(
    postgres_dsn: str, database: Pool, tmp_path: Path
) -> None:
    events: list[dict[str, Any]] = []

    async def publish(messages: Sequence[Message]) -> None:
        events.extend(json.loads(message.value) for message in messages)

    async with paper(tmp_path) as portals:
        crawl = CrawlSettings(portals=portals, archive=tmp_path / "archive")
        settings = Settings(database_url=Secret(PostgresDsn(postgres_dsn)), crawl=crawl)
        await crawler(once=True).run(settings, publish, asyncio.Event())
    (event,) = events
    body = base64.b64decode(event["body"])
    assert [page.count(f"Phần {n}.".encode()) for n, page in enumerate(parts.split(body), start=1)] == [1, 1, 1]
    place = Place(event["warc_file"], event["warc_offset"])
    assert read_body(crawl.archive, place) == body
    (row,) = await database.fetch("SELECT page_id, body_sha256, warc_offset FROM page")
    assert tuple(row) == (event["page_id"], event["body_sha256"], event["warc_offset"])
    file = crawl.archive / place.file
    (again,) = pages_of(file, crawl.archive, {portal.id: portal for portal in load_portals(portals)})
    assert (again["page"], again["sha256"], again["warc_offset"]) == (
        event["page_id"],
        event["body_sha256"],
        place.offset,
    )
    further = await database.fetchval("SELECT n FROM crawl_count WHERE what = 'further' AND outcome = 'ok'")
    assert further == 2
    check = [sys.executable, "-c", "from warcio.cli import main; main()", "check", "-v", str(file)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)  # noqa: ASYNC221  # half a second
    assert done.returncode == 0 and "conversion" in done.stdout, done.stdout + done.stderr
