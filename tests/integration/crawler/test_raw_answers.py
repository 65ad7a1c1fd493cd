"""Answers as broken servers send them, byte by byte: each ends in its outcome, none in an error."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services.crawler.addresses import AddressPolicy
from services.crawler.fetch import Fetched, Fetcher, Limits
from services.crawler.outcomes import Outcome

PAGE = b"<html><p>Xin ch\xc3\xa0o</p></html>"
PACKED = gzip.compress(PAGE)
PLAIN = gzip.compress(b"Chao " * 2000)


def answer(body: bytes = b"", *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body) if length is None else length}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def chunked(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body


ANSWERS = {
    "a chunk without a size": (chunked(b"ZZZ\r\nabc\r\n0\r\n\r\n"), Outcome.BROKEN),
    "a chunk of negative size": (chunked(b"-5\r\nabc\r\n0\r\n\r\n"), Outcome.BROKEN),
    "a chunk beyond all measure": (chunked(b"FFFFFFFFFFFFFFFFFF\r\nabc\r\n"), Outcome.BROKEN),
    "chunks that break off": (chunked(b"5\r\nabc"), Outcome.BROKEN),
    "a length of words": (b"HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\nabc", Outcome.BROKEN),
    "two lengths": (answer(b"abcde", "Content-Length: 3"), Outcome.BROKEN),
    "no length, the connection's end": (b"HTTP/1.1 200 OK\r\n\r\n" + PAGE, Outcome.OK),
    "no HTTP": (PAGE, Outcome.BROKEN),
    "a status of words": (answer(PAGE, status="abc OK"), Outcome.BROKEN),
    "a status beyond 599": (answer(PAGE, status="999 No"), Outcome.SERVER_ERROR),
    "no page": (answer(status="204 No Content"), Outcome.BROKEN),
    "a part that nobody asked for": (answer(PAGE, status="206 Partial Content"), Outcome.BROKEN),
    "several pages to choose from": (answer(PAGE, "Location: /x", status="300 Multiple Choices"), Outcome.BROKEN),
    "another protocol": (b"HTTP/1.1 101 x\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", Outcome.BROKEN),
    "a hundred thousand headers": (b"HTTP/1.1 200 OK\r\n" + b"X-A: a\r\n" * 100_000 + b"\r\n", Outcome.BROKEN),
    "a header without an end": (b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 200_000, Outcome.BROKEN),
    "many provisional answers": (b"HTTP/1.1 100 Continue\r\n\r\n" * 50 + answer(PAGE), Outcome.OK),
    "packed, they say": (answer(PAGE, "Content-Encoding: gzip"), Outcome.BROKEN),
    "packed as was not asked for": (answer(b"\x0b\x02\x80\x03", "Content-Encoding: br"), Outcome.BROKEN),
    "a charset for a coding": (answer(PAGE, "Content-Encoding: UTF-8"), Outcome.OK),
    "packed and broken off": (answer(PLAIN[:-30], "Content-Encoding: gzip"), Outcome.BROKEN),
    "packed, with bytes behind": (answer(PACKED + b"\0\0\0\0", "Content-Encoding: gzip"), Outcome.OK),
    "packed without an end, the page whole": (answer(PACKED[:-8], "Content-Encoding: gzip"), Outcome.OK),
    "packed without a body, unchanged": (
        answer(b"", "Content-Encoding: gzip", status="304 x", length=500),
        Outcome.NOT_MODIFIED,
    ),
    "packed in a thousand parts": (answer(PACKED * 1000, "Content-Encoding: gzip"), Outcome.BROKEN),
    "gone, its page unreadable": (answer(PAGE, "Content-Encoding: gzip", status="404 x"), Outcome.GONE),
    "a redirect with an unreadable page": (
        answer(PAGE, "Content-Encoding: gzip", "Location: /page", status="302 x"),
        Outcome.OK,
    ),
    "a redirect with a huge page": (answer(b"x", "Location: /page", status="302 x", length=10**9), Outcome.OK),
    "a redirect in Vietnamese": (answer(b"", "Location: /tin-tức", status="302 x"), Outcome.OK),
    "a redirect to nowhere": (answer(b"", status="302 x"), Outcome.BROKEN),
    "cookies of rubbish": (
        answer(b"", "Location: /page", "Set-Cookie: " + "a=b; " * 500, "Set-Cookie: ;;;=", status="302 x"),
        Outcome.OK,
    ),
    "rest until a day long past": (
        answer(b"", "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT", status="503 x"),
        Outcome.RATE_LIMITED,
    ),
    "rest for soon": (answer(b"", "Retry-After: soon", status="429 x"), Outcome.RATE_LIMITED),
    "rest for less than nothing": (answer(b"", "Retry-After: -10", status="429 x"), Outcome.RATE_LIMITED),
}


@asynccontextmanager
async def at_once(url: str) -> AsyncIterator[None]:
    yield


async def fetched(first: bytes) -> Fetched:
    """What comes of a server that answers so, and any further request with PAGE."""
    answers = iter([first])

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (await reader.readline()).strip():
            pass
        writer.write(next(answers, answer(PAGE)))
        try:
            await writer.drain()
        except ConnectionError:
            return
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    fetcher = Fetcher("x", policy=AddressPolicy.of(["127.0.0.0/8"]), limits=Limits(total_s=10, idle_s=5))
    try:
        return await fetcher.fetch(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", at_once)
    finally:
        await fetcher.close()
        server.close()


@pytest.mark.parametrize("name", ANSWERS)
async def test_a_broken_answer_ends_in_its_outcome(name: str) -> None:
    sent, outcome = ANSWERS[name]
    got = await fetched(sent)
    assert got.outcome == outcome, got.detail
    assert got.body == PAGE or outcome is not Outcome.OK
    assert got.exchanges or outcome not in (Outcome.OK, Outcome.NOT_MODIFIED), "what is believed is archived"


async def test_all_members_of_a_packed_body_are_read() -> None:
    two = gzip.compress(PAGE[:20]) + gzip.compress(PAGE[20:])
    assert (await fetched(answer(two, "Content-Encoding: gzip"))).body == PAGE


async def test_a_rest_that_can_not_be_read_is_left_to_us() -> None:
    assert (await fetched(ANSWERS["rest for soon"][0])).retry_after_s is None
    assert (await fetched(ANSWERS["rest until a day long past"][0])).retry_after_s == 0


async def test_a_server_that_hangs_up_is_asked_once_more_in_its_turn() -> None:
    turns = 0

    @asynccontextmanager
    async def turn(url: str) -> AsyncIterator[None]:
        nonlocal turns
        turns += 1
        yield

    asked = 0

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        await reader.readline()
        asked += 1
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    fetcher = Fetcher("x", policy=AddressPolicy.of(["127.0.0.0/8"]))
    got = await fetcher.fetch(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", turn)
    await fetcher.close()
    server.close()
    assert (got.outcome, asked, turns) == (Outcome.UNREACHABLE, 2, 2)
