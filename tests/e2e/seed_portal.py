"""The seed articles as pages of local portals: a feed and an article page each, in plain markup."""

from __future__ import annotations

import asyncio
import html
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import yaml
from aiohttp import web

PAGE = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title>
<link rel="canonical" href="{url}"></head><body><nav><a href="/">Trang chủ</a></nav>
<article class="entry-content"><h1 class="entry-title">{title}</h1>{body}</article>
<footer>Bản quyền thuộc về cổng thông tin. Lượt truy cập: 1.234.567</footer></body></html>"""
FEED = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Tin tức</title><link>{url}</link>
<item><title>{title}</title><link>{url}</link>{date}</item></channel></rss>"""


@asynccontextmanager
async def seed_portals(seeds: Path, portals_file: Path) -> AsyncIterator[tuple[Path, int]]:
    """Serves `seeds` (a gold folder with its manifest), writes their portals file; gives it and the page count."""
    rows = [json.loads(line) for line in (seeds / "manifest.jsonl").read_text("utf-8").splitlines()]
    pages: dict[str, tuple[str, str]] = {}

    async def answer(request: web.Request) -> web.Response:
        if request.path not in pages:
            return web.Response(status=404)
        text, content_type = pages[request.path]
        return web.Response(text=text, content_type=content_type)

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    entries = []
    for number, line in enumerate(rows):
        title, body = _split((seeds / line["path"]).read_text("utf-8"))
        url = f"{base}/s{number}/bai-viet-{number + 100}.html"
        date = f"<pubDate>{line['published']}</pubDate>" if line.get("published") else ""
        pages[f"/s{number}/bai-viet-{number + 100}.html"] = (PAGE.format(title=title, url=url, body=body), "text/html")
        pages[f"/s{number}/rss"] = (FEED.format(title=title, url=url, date=date), "application/rss+xml")
        entries.append(
            {
                "id": f"seed-{number}",
                "name": f"Seed {number}",
                "kind": "department",
                "area": line["area"],
                "base": [f"{base}/s{number}/"],
                "feeds": [f"{base}/s{number}/rss"],
                "delay_s": 0.05,
            }
        )
    await asyncio.to_thread(portals_file.write_text, yaml.safe_dump({"portals": entries}, allow_unicode=True), "utf-8")
    try:
        yield portals_file, len(rows)
    finally:
        await runner.cleanup()


def _split(text: str) -> tuple[str, str]:
    """Title (the first line that is a sentence of its own) and the rest as paragraphs."""
    lines = [line.strip() for line in text.splitlines()]
    title = next(line for line in lines if len(line.split()) > 5 and not line.isupper())
    rest = lines[lines.index(title) + 1 :]
    return html.escape(title), "".join(f"<p>{html.escape(line)}</p>\n" for line in rest if line)
