"""A small misbehaving portal on loopback, for the fetcher's tests."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

_BODY = b"packed " * 1000
_PACKED = {
    "gzip": gzip.compress(_BODY),
    "deflate": zlib.compress(_BODY),
    "raw-deflate": zlib.compress(_BODY, wbits=-15),
    "broken": b"\x1f\x8b\x08\x00garbage" * 50,
    "bomb": gzip.compress(b"\0" * 60_000_000),
    "nested-bomb": gzip.compress(gzip.compress(b"\0" * 20_000_000)),
}


async def _answer(request: web.Request) -> web.StreamResponse:  # noqa: C901  # a table of misdeeds
    match request.path.strip("/").split("/"):
        case ["plain"]:
            return web.Response(body="Tạo việc làm".encode(), content_type="text/html", headers={"ETag": '"1"'})
        case ["echo"]:
            return web.json_response(dict(request.headers))
        case ["conditional"]:
            fresh = request.headers.get("If-None-Match") == '"1"'
            return web.Response(status=304 if fresh else 200, headers={"ETag": '"1"'}, body=b"" if fresh else b"x")
        case ["status", code]:
            after = {"Retry-After": request.query["after"]} if "after" in request.query else {}
            return web.Response(status=int(code), headers=after, text="status")
        case ["redirect", "cookie"]:
            if "seen" in request.cookies:
                return web.Response(text="welcome")
            return web.Response(status=302, headers={"Location": "/redirect/cookie", "Set-Cookie": "seen=1; Path=/"})
        case ["redirect", "to"]:
            return web.Response(status=int(request.query.get("code", 302)), headers={"Location": request.query["url"]})
        case ["redirect", "loop", number]:
            return web.Response(status=301, headers={"Location": f"/redirect/loop/{int(number) + 1}"})
        case ["packed", how]:
            coding = "deflate" if "deflate" in how else "gzip"
            return web.Response(body=_PACKED[how], headers={"Content-Encoding": coding})
        case ["large"]:
            return web.Response(body=b"x" * 300_000)
        case ["endless"]:
            return await _stream(request, b"x" * 65_536, pause_s=0)
        case ["drip"]:
            return await _stream(request, b"x", pause_s=0.05)
        case ["silent"]:
            await asyncio.sleep(30)
        case ["cut"]:
            response = web.StreamResponse(headers={"Content-Length": "1000"})
            await response.prepare(request)
            await response.write(b"half")
            assert request.transport is not None
            request.transport.abort()
            return response
    return web.Response(status=404)


async def _stream(request: web.Request, piece: bytes, pause_s: float) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(2000):
        try:
            await response.write(piece)
        except ConnectionError:
            break
        await asyncio.sleep(pause_s)
    return response


@asynccontextmanager
async def portal(context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Gives its port."""
    application = web.Application()
    application.router.add_get("/{path:.*}", _answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
