"""The WARC archive: every exchange with a portal, on the disk before anything else knows of it.

`<folder>/<day>/solieu-<day>-<process>-<number>.warc.gz`, response and request records, each its own gzip member,
readable by warcio, pywb and the like. Behind the response of a page that was published lies a metadata record with
what its answer does not tell (pages.noted). A process writes files of its own name only, so a torn end is never
appended to.

Invariant: `store` returns after fsync. What arrives while one runs shares the next (one fsync a group, not a record).
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import io
import os
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import IO, Any, Final

from services.crawler.fetch import Exchange

FILE_BYTES_MAX: Final = 1024 * 1024 * 1024
"""The usual size of WARC files: 1 GB."""
GZIP_LEVEL: Final = 6
NOTES: Final = "solieu-notes"
"""Field of the warcinfo record: in this file every page that was published has its note. Older files have none."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the response record of an exchange lies."""

    file: str
    """Relative to the archive's folder."""
    offset: int


class ArchiveError(Exception):
    """Nothing more can be archived (disk full, no permission): the crawler must stop, for nothing may be published."""


class Archive:
    def __init__(self, folder: Path, *, file_bytes_max: int = FILE_BYTES_MAX) -> None:
        self._folder, self._file_bytes_max = folder, file_bytes_max
        self._process = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._number = 0
        self._day: date | None = None
        self._file: IO[bytes] | None = None
        self._name = ""
        self._waiting: list[tuple[Sequence[Exchange], datetime, asyncio.Future[list[Place]]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def store(self, exchanges: Sequence[Exchange], at: datetime) -> list[Place]:
        """Appends the exchanges, which happened at `at`. Returns when they are on the disk. Raises ArchiveError."""
        done: asyncio.Future[list[Place]] = asyncio.get_running_loop().create_future()
        self._waiting.append((exchanges, at, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_waiting())
        return await done

    async def close(self) -> None:
        if self._writer:
            await asyncio.wait([self._writer])
        if self._file:
            self._file.close()

    async def _write_waiting(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            try:
                places = await asyncio.to_thread(self._append, [(exchanges, at) for exchanges, at, _ in group])
            except OSError as error:
                failure = ArchiveError(f"{self._folder}: {error.strerror or error}")
                self._file = None  # what was half written stays behind in a file of its own
                for _, _, done in group:
                    if not done.cancelled():
                        done.set_exception(failure)
                continue
            for (_, _, done), found in zip(group, places, strict=True):
                if not done.cancelled():
                    done.set_result(found)

    def _append(self, group: Sequence[tuple[Sequence[Exchange], datetime]]) -> list[list[Place]]:
        places: list[list[Place]] = []
        dirty: IO[bytes] | None = None
        for exchanges, at in group:
            found: list[Place] = []
            for exchange in exchanges:
                file = self._open(at.astimezone(UTC).date())
                if dirty not in (None, file):
                    _sync(dirty)
                dirty = file
                found.append(Place(self._name, file.tell()))
                file.write(_records(exchange, at))
            places.append(found)
        _sync(dirty)
        return places

    def _open(self, day: date) -> IO[bytes]:
        if self._file and (day != self._day or self._file.tell() >= self._file_bytes_max):
            _sync(self._file)
            self._file.close()
            self._file = None
        if self._file is None:
            self._number += 1
            self._day = day
            self._name = f"{day}/solieu-{day:%Y%m%d}-{self._process}-{self._number:05}.warc.gz"
            path = self._folder / self._name
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("xb")
            self._file.write(_warcinfo(path.name))
            _sync_folder(path.parent)
        return self._file


@dataclass(frozen=True, slots=True)
class Archived:
    head: str
    """Status line and headers of the answer; of answers that were joined, the record's own."""
    body: bytes
    """Unpacked."""
    note: bytes
    """As it was given (Exchange.note); empty where none was."""


def read_archived(folder: Path, place: Place) -> Archived | None:
    """An archived response; None where it is no longer there (retention)."""
    from warcio.archiveiterator import ArchiveIterator

    try:
        with (folder / place.file).open("rb") as file:
            file.seek(place.offset)
            records = ArchiveIterator(file)
            response = next(records, None)
            if response is None or response.rec_type not in ("response", "conversion"):
                return None
            head = (response.http_headers or response.rec_headers).to_str()
            body = response.content_stream().read()
            behind = next(records, None)
            if behind is None or behind.rec_type != "metadata":
                return Archived(head, body, b"")
            return Archived(head, body, behind.content_stream().read())
    except FileNotFoundError:
        return None


def read_body(folder: Path, place: Place) -> bytes | None:
    """The unpacked body of an archived response; None where it is no longer there."""
    found = read_archived(folder, place)
    return found.body if found else None


def drop_old(folder: Path, today: date, keep_days: int) -> int:
    """Removes the day folders older than `keep_days`; 0 keeps all. Returns how many were removed. Raises OSError, but
    not where another crawler removes the same."""
    if keep_days == 0 or not folder.is_dir():
        return 0
    removed = 0
    for day_folder in folder.iterdir():
        try:
            day = date.fromisoformat(day_folder.name)
        except ValueError:
            continue
        if day < today - timedelta(days=keep_days):
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(day_folder)
                removed += 1
    return removed


def _records(exchange: Exchange, at: datetime) -> bytes:
    """Response, note if there is one, request; each a gzip member of its own. What is joined of responses is a
    conversion, and has no request."""
    from warcio.statusandheaders import StatusAndHeaders

    stamp = {"WARC-Date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    # The body is archived as it came out of its transfer coding: a header that names one would mislead readers.
    kept = [(name, value) for name, value in exchange.headers if name.lower() != "transfer-encoding"]
    status = StatusAndHeaders(f"{exchange.status} {exchange.reason}".strip(), kept, protocol="HTTP/1.1")
    kind, payload = "conversion" if exchange.joined else "response", io.BytesIO(exchange.raw)
    response = _builder().create_warc_record(
        exchange.url,
        kind,
        payload=payload,
        http_headers=None if exchange.joined else status,
        warc_content_type=dict(exchange.headers)["Content-Type"] if exchange.joined else "",
        warc_headers_dict=dict(stamp),
    )
    target = exchange.url.split("/", 3)
    line = f"GET /{target[3] if len(target) > 3 else ''} HTTP/1.1"
    asked = StatusAndHeaders(line, list(exchange.request_headers), is_http_request=True)
    together = stamp | {"WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID")}
    note = b""
    if exchange.note:
        payload = io.BytesIO(exchange.note)
        note = _packed(
            _builder().create_warc_record(
                exchange.url,
                "metadata",
                payload=payload,
                warc_content_type="application/json",
                warc_headers_dict=together,
            )
        )
    if exchange.joined:
        return _packed(response) + note
    request = _builder().create_warc_record(exchange.url, "request", http_headers=asked, warc_headers_dict=together)
    return _packed(response) + note + _packed(request)


def _warcinfo(name: str) -> bytes:
    about = {"software": "Solieu", "format": "WARC File Format 1.0", NOTES: "of each published page"}
    return _packed(_builder().create_warcinfo_record(name, about))


def _packed(record: Any) -> bytes:
    """Packed here at GZIP_LEVEL: warcio's own writer packs at 9, which takes three times as long for 2 % less."""
    from warcio.warcwriter import WARCWriter

    out = io.BytesIO()
    WARCWriter(out, gzip=False).write_record(record)
    return gzip.compress(out.getvalue(), compresslevel=GZIP_LEVEL)


@cache
def _builder() -> Any:
    from warcio.recordbuilder import RecordBuilder

    return RecordBuilder()


def _sync(file: IO[bytes] | None) -> None:
    if file is not None:
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
