"""Pages a second of the whole crawler (pace, fetch, archive with fsync, judge, event, state) against aiohttp alone.

Server in a process of its own, the same pages and the same number at once for both; best of three, taken in turn.
Counted in seconds of this process's CPU, whatever else runs on the machine: pages a second on one core.
"""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from services.crawler.addresses import AddressPolicy
from services.crawler.archive import Archive
from services.crawler.crawl import Crawl
from services.crawler.fetch import Fetcher
from services.crawler.portals import Portal
from services.crawler.postgres_state import PostgresState
from services.crawler.state import State
from services.crawler.tools import Tools
from shared.bus.api import Message
from shared.store.pool import Pool
from tests.fixtures.memory_state import MemoryState

HOSTS = 16
PAGES = 480
"""Over all hosts; each page 30 KB, as a portal's."""
RATIO_MIN = 0.025
"""Of aiohttp alone, whose parser in C takes 0.08 to 0.15 ms a page. The crawler's 2.5 ms are the archive's packing and
digests, the fingerprint, the event's JSON and its own bookkeeping. Measured 0.03 to 0.06; less means something
quadratic."""

SERVER = """
import asyncio, sys
from aiohttp import web
hosts, pages = int(sys.argv[1]), int(sys.argv[2])
filler = "".join(f"<p>Toàn tỉnh giải quyết việc làm cho {n} lao động.</p>" for n in range(400))
async def answer(request):
    if request.path == "/rss/":
        links = (f"<link>/vi/tin/muc/bai-{n}.html</link>" for n in range(1, pages + 1))
        items = "".join(f"<item><title>Tin</title>{link}</item>" for link in links)
        return web.Response(text=f"<rss version='2.0'><channel>{items}</channel></rss>", content_type="text/xml")
    if not request.path.startswith("/vi/"):
        return web.Response(status=404)
    return web.Response(text=f"<html><h1>{request.host}{request.path}</h1>{filler}</html>", content_type="text/html")
async def main():
    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    port = 0
    for n in range(hosts):
        await web.TCPSite(runner, f"127.0.0.{n + 2}", port).start()
        port = port or runner.addresses[0][1]
    print(port, flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


@asynccontextmanager
async def server() -> AsyncIterator[int]:
    command = [sys.executable, "-c", SERVER, str(HOSTS), str(PAGES // HOSTS)]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield int(await process.stdout.readline())
    finally:
        process.kill()
        await process.wait()


async def bare(port: int) -> float:
    """CPU seconds that aiohttp alone takes for all pages, HOSTS at once."""

    async def host(session: aiohttp.ClientSession, n: int) -> None:
        for page in range(1, PAGES // HOSTS + 1):
            async with session.get(f"http://127.0.0.{n + 2}:{port}/vi/tin/muc/bai-{page}.html") as answer:
                await answer.read()

    began = time.process_time()
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(host(session, n) for n in range(HOSTS)))
    return time.process_time() - began


async def whole(port: int, folder: Path, state: State) -> float:
    """CPU seconds that the crawler takes for all pages, robots.txt and feeds included."""
    published = 0

    async def publish(messages: Sequence[Message]) -> None:
        nonlocal published
        published += len(messages)

    portals = tuple(
        Portal(
            f"p{n}",
            "P",
            "newspaper",
            (f"http://127.0.0.{n + 2}:{port}/",),
            cms="nukeviet",
            feeds=(f"http://127.0.0.{n + 2}:{port}/rss/",),
            delay_s=0,
        )
        for n in range(HOSTS)
    )
    fetcher, archive = Fetcher("bench", policy=AddressPolicy.of(["127.0.0.0/8"])), Archive(folder)
    tools = Tools(
        portals=portals,
        state=state,
        fetch=fetcher.fetch,
        store=archive.store,
        load=lambda place: None,
        publish=publish,
    )
    began = time.process_time()
    await Crawl(tools, asyncio.Event()).run(once=True)
    took = time.process_time() - began
    await fetcher.close()
    await archive.close()
    assert published == PAGES
    return took


@pytest.mark.slow
async def test_pages_a_second_against_aiohttp_alone(tmp_path: Path) -> None:
    async with server() as port:
        bare_s, whole_s = [], []
        for turn in range(3):
            bare_s.append(await bare(port))
            whole_s.append(await whole(port, tmp_path / str(turn), MemoryState()))
    ratio = min(bare_s) / min(whole_s)
    sys.stdout.write(
        f"\ncrawler {PAGES / min(whole_s):.0f} pages/s, aiohttp alone {PAGES / min(bare_s):.0f}, ratio {ratio:.2f}\n"
    )
    assert ratio >= RATIO_MIN


@pytest.mark.slow
@pytest.mark.servers
async def test_pages_a_second_with_the_memory_in_postgres(database: Pool, tmp_path: Path) -> None:
    """What each page costs in this process beyond the memory in memory: a transaction of six statements."""
    async with server() as port:
        await whole(port, tmp_path / "warm", MemoryState())
        plain_s = min([await whole(port, tmp_path / f"m{turn}", MemoryState()) for turn in range(2)])
        postgres_s = await whole(port, tmp_path / "p", PostgresState(database))
    sys.stdout.write(f"\nwith Postgres {PAGES / postgres_s:.0f} pages/s, in memory {PAGES / plain_s:.0f}\n")
    assert postgres_s < 4 * plain_s


@pytest.mark.slow
async def test_memory_does_not_grow_with_the_pages(tmp_path: Path) -> None:
    """The second, third and fourth thousand pages cost no more than what the memory keeps of each address (2 KiB)."""
    async with server() as port:
        await whole(port, tmp_path / "warm", MemoryState())
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for turn in range(3):
            await whole(port, tmp_path / str(turn), MemoryState())
        grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    sys.stdout.write(f"\npeak memory grew by {grown_kib} KiB over {3 * PAGES} pages of 30 KB\n")
    assert grown_kib < 3 * PAGES * 2
