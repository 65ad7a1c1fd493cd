"""The sample portals on HTTP: loopback, a free port, ETag and Last-Modified with 304."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime

from aiohttp import web

from services.console.sample.pages import Page, all_pages


@asynccontextmanager
async def sample_portals(
    host: str = "127.0.0.1", port: int = 0, *, base_url: str | None = None, delay_s: float = 0
) -> AsyncIterator[str]:
    """Serve the sample until the block ends; gives the base address without a slash at its end.

    Port 0 takes a free one. `base_url` is the address that links are written with, where it differs from the one
    listened on (in a container's network). Each answer takes `delay_s`, as those of slow portals do. Raises OSError if
    the port is taken, SampleError if a file is broken."""
    pages: dict[str, Page] = {}

    async def answer(request: web.Request) -> web.Response:
        await asyncio.sleep(delay_s)
        # As the real ones do, an address answers with any session id or unknown parameter that hangs on it.
        page = pages.get(request.path_qs) or pages.get(request.path.partition(";")[0])
        if page is None:
            return web.Response(status=404, text="Not found\n")
        return _respond(request, page)

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound = runner.addresses[0][1]
        base = base_url or f"http://{host}:{bound}"
        pages |= all_pages(base)
        yield base
    finally:
        await runner.cleanup()


def _respond(request: web.Request, page: Page) -> web.Response:
    headers = {"ETag": f'"{page.etag}"', "Last-Modified": format_datetime(page.modified.astimezone(UTC), usegmt=True)}
    if _unchanged(request, page):
        return web.Response(status=304, headers=headers)
    return web.Response(body=page.body, headers=headers | {"Content-Type": page.content_type})


def _unchanged(request: web.Request, page: Page) -> bool:
    """RFC 9110, 13.2.2: If-None-Match decides alone where it is given."""
    if (tags := request.headers.get("If-None-Match")) is not None:
        return page.etag in tags
    since = request.headers.get("If-Modified-Since")
    try:
        return since is not None and page.modified.replace(second=0) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False
