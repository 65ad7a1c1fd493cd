"""Reading a listing further: until known articles by habit, back to a day on demand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from pydantic import PostgresDsn, Secret

from services.crawler.service import crawler
from shared.bus.api import Message
from shared.clock import VIETNAM
from shared.settings import CrawlSettings, Settings
from shared.store.pool import Pool

pytestmark = pytest.mark.servers
NEWEST = datetime(2024, 3, 31, 9, tzinfo=VIETNAM)


class Archive:
    """A department that lists ten articles a page, one a day, newest first; `newest` is the number of the last."""

    def __init__(self) -> None:
        self.newest = 100
        self.pages: list[int] = []

    def listing(self, page: int) -> str:
        self.pages.append(page)
        numbers = range(self.newest - 10 * (page - 1), max(self.newest - 10 * page, 0), -1)
        rows = "".join(
            f"<div><a href='/vi/tin/muc/bai-so-{n}.html'>Bài số {n}</a>"
            f" {NEWEST - timedelta(days=100 - n):%d/%m/%Y %H:%M}</div>"
            for n in numbers
        )
        return f"<html><body>{rows}</body></html>"

    async def answer(self, request: web.Request) -> web.Response:
        if request.path == "/danh-sach/":
            return web.Response(text=self.listing(int(request.query.get("trang", 1))), content_type="text/html")
        if request.path.startswith("/vi/"):
            return web.Response(text=f"<html><p>{request.path}</p></html>", content_type="text/html")
        return web.Response(status=404)


@asynccontextmanager
async def served(archive: Archive, folder: Path) -> AsyncIterator[Path]:
    application = web.Application()
    application.router.add_get("/{path:.*}", archive.answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        file = folder / "portals.yaml"
        file.write_text(
            f"""portals:
  - id: so
    name: Sở
    kind: department
    cms: nukeviet
    base: ["{address}/"]
    listings: [{{url: "{address}/danh-sach/", next: "?trang={{page}}", pages: 4}}]
    delay_s: 0
""",
            "utf-8",
        )
        yield file
    finally:
        await runner.cleanup()


async def fetched(
    database: str,
    portals: Path,
    *,
    only: frozenset[str] = frozenset(),
    since: datetime | None = None,
    budget: int = 0,
) -> list[int]:
    """Numbers of the articles that a run published."""
    urls: list[str] = []

    async def publish(messages: Sequence[Message]) -> None:
        urls.extend(json.loads(message.value)["url"] for message in messages)

    crawl = CrawlSettings(portals=portals, archive=portals.parent / "archive")
    settings = Settings(database_url=Secret(PostgresDsn(database)), crawl=crawl)
    await crawler(once=True, only=only, since=since, budget=budget).run(settings, publish, asyncio.Event())
    return sorted(int(url.rsplit("-", 1)[1].removesuffix(".html")) for url in urls)


async def test_a_listing_is_read_on_until_what_is_known(postgres_dsn: str, tmp_path: Path) -> None:
    archive = Archive()
    async with served(archive, tmp_path) as portals:
        assert await fetched(postgres_dsn, portals) == list(range(91, 101)), "at first sight one page"
        archive.newest, archive.pages = 125, []
        assert await fetched(postgres_dsn, portals) == list(range(101, 126)), "after a long silence, all that is new"
        assert archive.pages == [1, 2, 3]
        archive.pages = []
        assert await fetched(postgres_dsn, portals) == []
        assert archive.pages == [1]


async def test_a_back_fill_reads_to_its_day_within_its_budget(
    postgres_dsn: str, database: Pool, tmp_path: Path
) -> None:
    archive = Archive()
    async with served(archive, tmp_path) as portals:
        since = NEWEST.replace(hour=0) - timedelta(days=34)
        back = await fetched(postgres_dsn, portals, only=frozenset({"so"}), since=since, budget=1000)
        assert back == list(range(66, 101)), "from the day itself on"
        assert archive.pages == [1, 2, 3, 4, 5], "the fifth page is all too old"
        more = await fetched(postgres_dsn, portals, only=frozenset({"so"}), since=NEWEST - timedelta(days=90), budget=8)
        assert more == list(range(58, 66)), "the newest of what is missing, as many as the budget allows"
    assert await database.fetchval("SELECT count(*) FROM crawl_address WHERE next_at IS NOT NULL") == 0, (
        "old articles are read once"
    )
