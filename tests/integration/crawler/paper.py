"""A well-behaved paper on several loopback hosts, that logs who asked for what and when."""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web


@dataclass
class Paper:
    hosts: tuple[str, ...]
    articles: int
    """On each host."""
    port: int = 0
    requests: list[tuple[float, str, str]] = field(default_factory=list)
    """(monotonic second, host, path)"""
    texts: dict[str, str] = field(default_factory=dict)
    """Path -> text, where it differs from the article's first."""
    robots: str = ""

    def portals(self, folder: Path, delay_s: float) -> Path:
        """Writes a portals file that follows all hosts."""
        entries = "".join(
            f"""  - id: bao-{host.replace(".", "-")}
    name: Báo {host}
    kind: newspaper
    area: 34-24
    cms: nukeviet
    base: ["http://{host}:{self.port}/"]
    feeds: ["http://{host}:{self.port}/rss/"]
    delay_s: {delay_s}
"""
            for host in self.hosts
        )
        file = folder / "portals.yaml"
        file.write_text(f"portals:\n{entries}", "utf-8")
        return file

    def answer(self, host: str, path: str) -> web.Response:
        self.requests.append((time.monotonic(), host, path))
        if path == "/robots.txt":
            return web.Response(text=self.robots) if self.robots else web.Response(status=404)
        if path == "/rss/":
            items = "".join(
                f"<item><title>Tin {n}</title><link>/vi/tin/muc/bai-{n}.html</link></item>"
                for n in range(1, self.articles + 1)
            )
            return web.Response(text=f"<rss version='2.0'><channel>{items}</channel></rss>", content_type="text/xml")
        if not path.startswith("/vi/tin/"):
            return web.Response(status=404)
        text = self.texts.get(path, f"Bài ở {host}{path} kể về việc làm trong tỉnh.")
        return web.Response(text=f"<html><h1>{path}</h1><p>{text}</p></html>", content_type="text/html")

    def fetches(self, path: str) -> int:
        return sum(1 for _, _, asked in self.requests if asked == path)

    def closest(self) -> float:
        """Least seconds between two requests to one host."""
        gaps = [1e9]
        for host in self.hosts:
            times = [at for at, asked, _ in self.requests if asked == host]
            gaps += [later - earlier for earlier, later in itertools.pairwise(times)]
        return min(gaps)


@asynccontextmanager
async def publishing(paper: Paper) -> AsyncIterator[Paper]:
    async def answer(request: web.Request) -> web.Response:
        return paper.answer(request.host.split(":")[0], request.path)

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        for host in paper.hosts:
            await web.TCPSite(runner, host, paper.port).start()
            paper.port = paper.port or runner.addresses[0][1]
        yield paper
    finally:
        await runner.cleanup()
