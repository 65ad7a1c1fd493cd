"""Sitemaps and sitemap indexes (sitemaps.org, with Google's news extension)."""

from __future__ import annotations

import re
import zlib
from datetime import datetime
from typing import Final

from services.crawler.canonical import absolute
from services.crawler.feeds.dates import is_credible, parse_date
from services.crawler.feeds.listing import is_article
from services.crawler.feeds.model import FeedItem, FeedReading
from services.crawler.feeds.text import plain

ADDRESSES_MAX: Final = 50_000
"""The protocol's own limit for one file."""
BYTES_MAX: Final = 50 * 1024 * 1024
"""The protocol's limit of an unpacked file."""
_PIECE: Final = 16 * 1024

_ROOT: Final = re.compile(r"<(?:\w+:)?(urlset|sitemapindex)\b", re.IGNORECASE)
_ENTRY: Final = re.compile(
    r"<(?:\w+:)?(?:url|sitemap)\s*>(.*?)(?=</?(?:\w+:)?(?:url|sitemap)\s*>|\Z)", re.DOTALL | re.IGNORECASE
)


def unpack(body: bytes) -> bytes:
    """`body`, unpacked if it is gzip, up to BYTES_MAX. A broken archive gives what could be read of it."""
    if body[:2] != b"\x1f\x8b":
        return body
    unpacker, text = zlib.decompressobj(wbits=31), bytearray()
    try:
        for at in range(0, len(body), _PIECE):
            text += unpacker.decompress(body[at : at + _PIECE], BYTES_MAX - len(text))
            if len(text) >= BYTES_MAX or unpacker.eof:
                break
    except zlib.error:
        pass
    return bytes(text)


def is_sitemap(text: str) -> bool:
    return _ROOT.search(text[:4000]) is not None


def read_sitemap(text: str, url: str, fetched_at: datetime, problems: list[str], cms: str | None = None) -> FeedReading:
    """The articles of a sitemap with `lastmod` (or the news extension's date) as `published`; of an index, the
    sitemaps. A site's other pages stand in the same sitemap: an article is what has the form of one's address, or a
    headline by the news extension.

    Read by pattern, not by an XML parser: the portals' sitemaps have stray `&`, and the shape is fixed."""
    root = _ROOT.search(text)
    kind = "sitemap_index" if root and root[1].lower() == "sitemapindex" else "sitemap"
    items: list[FeedItem] = []
    for entry in _ENTRY.finditer(text):
        location = absolute(plain(_field(entry[1], "loc")), url)
        if location is None:
            problems.append("an entry without an address")
            continue
        date = parse_date(plain(_field(entry[1], "publication_date") or _field(entry[1], "lastmod")))
        published = date.moment if date and is_credible(date.moment, fetched_at) else None
        headline = plain(_field(entry[1], "news:title"), 500)
        if kind == "sitemap_index" or headline or is_article(location, cms):
            items.append(FeedItem(location, headline, published))
        if len(items) >= ADDRESSES_MAX:
            problems.append(f"more than {ADDRESSES_MAX} addresses")
            break
    return FeedReading(kind, tuple(items), tuple(problems))


def _field(entry: str, name: str) -> str:
    match = re.search(rf"<(?:\w+:)?{name}\s*>(.*?)</(?:\w+:)?{name}\s*>", entry, re.DOTALL | re.IGNORECASE)
    return match[1] if match else ""
