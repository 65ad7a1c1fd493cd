"""The ledger made again from the WARC archive alone, after the database was lost."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from services.console.database import Store, queries
from services.crawler.archive import NOTES, Place
from services.crawler.canonical import canonical_url
from services.crawler.pages import read_note
from services.crawler.portals import Portal
from shared.errors import SolieuError
from shared.ids import article_id, page_id

Row = dict[str, Any]


async def rebuild(
    store: Store, portals: Mapping[str, Portal], say: Callable[[int, int], None] = lambda done, total: None
) -> int:
    """Enters every archived page of a followed portal that the ledger does not hold. Returns how many were entered.
    Raises SolieuError archive-missing. `say`: told how many files of how many are read.

    A file with notes (services/crawler/archive.py) gives what the ledger held. An older one cannot tell what feeds
    said, fractions of a second of the fetch, and which answers were published: all that may be articles are entered."""
    entered, archive = 0, store.settings.crawl.archive
    files = await asyncio.to_thread(_files, archive)
    if not files:
        hint = "SOLIEU_CRAWL__ARCHIVE names its folder; with --data it is the folder archive there"
        raise SolieuError("archive-missing", f"there is no WARC file in {archive}", hint)
    for number, file in enumerate(files, 1):
        rows = await asyncio.to_thread(pages_of, file, archive, portals)
        if rows:
            columns = {name: [row[name] for row in rows] for name in rows[0]}
            async with store.pool.acquire() as connection:
                entered += await queries("replay").enter_pages(connection, **columns)
        say(number, len(files))
    return entered


def _files(archive: Path) -> list[Path]:
    return sorted(archive.glob("*/*.warc.gz"))


def pages_of(file: Path, archive: Path, portals: Mapping[str, Portal]) -> list[Row]:
    """The pages in one WARC file: those with notes, or in a file without any the good answers of followed hosts that
    are no feed, listing or sitemap.

    A file that a crash has cut off is read as far as it goes."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    sources = {
        _name(address)
        for portal in portals.values()
        for address in (*portal.feeds, *portal.sitemaps, *(listing.url for listing in portal.listings))
    }
    name, has_notes, offset = str(file.relative_to(archive)), False, 0
    rows: list[Row] = []
    with file.open("rb") as stream:
        records = ArchiveIterator(stream)
        try:
            for record in records:
                if record.rec_type == "warcinfo":
                    has_notes = NOTES.encode() in record.content_stream().read()
                elif record.rec_type == "metadata" and has_notes:
                    rows.append(_noted(record.content_stream().read(), Place(name, offset)))
                elif record.rec_type in ("response", "conversion"):
                    row = None if has_notes else _row(record, portals, sources)
                    offset = records.get_record_offset()  # asking for it skips what was not read
                    rows += [row | {"warc_file": name, "warc_offset": offset}] if row else []
        except (ArchiveLoadFailed, EOFError):
            pass  # what follows the cut was never acknowledged, so never published
    return rows


def _noted(note: bytes, place: Place) -> Row:
    page = read_note(note, place).page
    return {
        "page": page.page_id,
        "article": page.article_id,
        "portal": page.portal,
        "url": page.url,
        "canonical_url": page.canonical_url,
        "fetched_at": page.fetched_at,
        "status": page.status,
        "content_type": page.content_type,
        "sha256": page.body_sha256,
        "bytes": page.body_bytes,
        "tls_verified": page.tls_verified,
        "warc_file": page.warc_file,
        "warc_offset": page.warc_offset,
        "noted": True,
    }


def _portal_of(url: str, portals: Mapping[str, Portal]) -> Portal | None:
    """Of the portals of the host the one whose address is the longest beginning of `url`."""
    path, host = urlsplit(url).path, urlsplit(url).hostname or ""
    fits = [
        (
            max((len(urlsplit(base).path) for base in each.base if path.startswith(urlsplit(base).path)), default=-1),
            each,
        )
        for each in portals.values()
        if host in each.hosts
    ]
    return max(fits, key=lambda fit: fit[0])[1] if fits else None


def _name(url: str) -> str:
    """Address without scheme and port: those of a local portal differ from run to run."""
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path}?{parts.query}"


def _row(record: Any, portals: Mapping[str, Portal], sources: set[str]) -> Row | None:
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    portal = _portal_of(url, portals)
    content_type = record.http_headers.get_header("Content-Type") or ""
    if portal is None or _name(url) in sources or urlsplit(url).path == "/robots.txt":
        return None
    if record.http_headers.get_statuscode() != "200" or "xml" in content_type:
        return None
    body = record.content_stream().read()
    digest, canonical = hashlib.sha256(body).hexdigest(), canonical_url(url, portal.cms)
    moment = datetime.strptime(record.rec_headers.get_header("WARC-Date"), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return {
        "page": page_id(canonical, digest),
        "article": article_id(canonical),
        "portal": portal.id,
        "url": url,
        "canonical_url": canonical,
        "fetched_at": moment,
        "status": 200,
        "content_type": content_type,
        "sha256": digest,
        "bytes": len(body),
        "tls_verified": True,
        "noted": False,
    }
