"""The archive's files by two readers that share no code with what wrote them: `warcio check`, and one of the standard
library alone, written after the WARC 1.0 standard (ISO 28500)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import http.client
import io
import subprocess
import sys
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from services.crawler.addresses import AddressPolicy
from services.crawler.archive import Archive, Place
from services.crawler.fetch import Fetched, Fetcher
from tests.integration.crawler.server import portal

PATHS: Final = (
    "plain", "echo", "status/404", "status/503?after=60", "redirect/cookie", "redirect/to?code=301&url=/plain",
    "packed/gzip", "packed/deflate", "packed/raw-deflate", "conditional",
)  # fmt: skip
AT: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Record:
    offset: int
    headers: dict[str, str]
    block: bytes


def records(file: bytes) -> Iterator[Record]:
    """Each gzip member is one record: version, fields, an empty line, as many bytes as they say, two line ends."""
    at = 0
    while at < len(file):
        unpacker = zlib.decompressobj(wbits=31)
        text = unpacker.decompress(file[at:])
        assert unpacker.eof, "a torn member"
        head, _, rest = text.partition(b"\r\n\r\n")
        version, *lines = head.decode("utf-8").split("\r\n")
        assert version == "WARC/1.0"
        headers = dict(line.split(": ", 1) for line in lines)
        length = int(headers["Content-Length"])
        assert rest[length:] == b"\r\n\r\n"
        yield Record(at, headers, rest[:length])
        at = len(file) - len(unpacker.unused_data)


class _Socket(io.BytesIO):
    def makefile(self, *_: object) -> io.BytesIO:
        return self


def response(block: bytes) -> tuple[http.client.HTTPResponse, bytes]:
    answer = http.client.HTTPResponse(_Socket(block))  # type: ignore[arg-type]
    answer.begin()
    return answer, answer.read()


def digest(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


def crawled(folder: Path) -> tuple[Path, list[tuple[Fetched, list[Place]]]]:
    """The archive's file, and what was fetched with where it lies."""
    done = asyncio.run(_crawl(folder))
    (file,) = folder.rglob("*.warc.gz")
    return file, done


async def _crawl(folder: Path) -> list[tuple[Fetched, list[Place]]]:
    archive, fetcher = Archive(folder), Fetcher("SolieuBot/test", policy=AddressPolicy.of(["127.0.0.0/8"]))

    @asynccontextmanager
    async def at_once(url: str) -> AsyncIterator[None]:
        yield

    done = []
    async with portal() as port:
        for path in PATHS:
            fetched = await fetcher.fetch(f"http://127.0.0.1:{port}/{path}", at_once)
            done.append((fetched, await archive.store(fetched.exchanges, AT)))
        await fetcher.close()
        await archive.close()
    return done


def test_warcio_finds_nothing_wrong(tmp_path: Path) -> None:
    file, _ = crawled(tmp_path)
    check = [sys.executable, "-c", "import sys; from warcio.cli import main; main()", "check", "-v", str(file)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "digest pass" in done.stdout and "fail" not in done.stdout


def test_a_reader_of_the_standard_alone_reads_every_exchange_as_it_was(tmp_path: Path) -> None:
    file, done = crawled(tmp_path)
    found = {record.offset: record for record in records(file.read_bytes())}
    kinds = [record.headers["WARC-Type"] for record in found.values()]
    exchanges = sum(len(fetched.exchanges) for fetched, _ in done)
    assert kinds[0] == "warcinfo"
    assert (kinds.count("response"), kinds.count("request")) == (exchanges, exchanges)
    assert exchanges == len(PATHS) + 2, "two of them redirect once"
    for record in found.values():
        assert record.headers.get("WARC-Block-Digest", digest(record.block)) == digest(record.block)
    for fetched, places in done:
        for exchange, place in zip(fetched.exchanges, places, strict=True):
            record = found[place.offset]
            answer, raw = response(record.block)
            assert (record.headers["WARC-Target-URI"], answer.status) == (exchange.url, exchange.status)
            assert record.headers["WARC-Date"] == "2026-03-02T09:30:00Z"
            assert record.headers["WARC-Payload-Digest"] == digest(raw)
            assert raw == exchange.raw
            assert answer.getheader("Content-Type") == dict(exchange.headers).get("Content-Type")


def test_requests_stand_beside_their_answers(tmp_path: Path) -> None:
    file, done = crawled(tmp_path)
    all_records = list(records(file.read_bytes()))
    answers = {record.headers["WARC-Record-ID"]: record for record in all_records}
    requests = [record for record in all_records if record.headers["WARC-Type"] == "request"]
    for record in requests:
        answer = answers[record.headers["WARC-Concurrent-To"]]
        assert answer.headers["WARC-Target-URI"] == record.headers["WARC-Target-URI"]
        line, *headers = record.block.decode().split("\r\n")
        assert line.startswith("GET /") and line.endswith(" HTTP/1.1")
        assert "User-Agent: SolieuBot/test" in headers
    assert len(requests) == sum(len(fetched.exchanges) for fetched, _ in done)
