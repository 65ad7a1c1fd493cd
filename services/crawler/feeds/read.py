"""The one way in: bytes of an answer -> FeedReading."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from services.crawler.feeds.decode import decode
from services.crawler.feeds.json_feed import is_json_feed, read_json_feed
from services.crawler.feeds.listing import is_html, read_listing
from services.crawler.feeds.model import FeedReading
from services.crawler.feeds.sitemap import is_sitemap, read_sitemap, unpack
from services.crawler.feeds.syndication import is_syndication, keep_first, read_syndication

CHARACTERS_MAX: Final = 4_000_000
"""Longer feeds and pages are cut: feedparser needs half a second a million characters. A sitemap may be longer."""

_FEED_ADDRESS: Final = re.compile(
    r"(?:^|[/._=?-])(?:rss|atom|feeds?|rsschanel|sitemap\w*)(?:$|[/._=?&-])|\.(?:xml|rss|atom)$", re.I
)


def read_feed(
    body: bytes,
    *,
    url: str,
    fetched_at: datetime,
    content_type: str = "",
    links: str | None = None,
    cms: str | None = None,
    due: str | None = None,
) -> FeedReading:
    """What `body`, fetched from `url` at `fetched_at` (with zone), names: articles of a feed or listing page, addresses
    of a sitemap. Never raises: what it can't read has `failed`, and `problems` say why.

    `due` is what the source is known to be (feed, listing or sitemap); left out, the address tells. An HTML page where
    a feed is due is kind `html` and gives no items, since it is most often an error or the home page. `links` and `cms`
    say which links of a listing page are articles (see portals.py)."""
    text, problems = decode(unpack(body), content_type)
    if len(text) > CHARACTERS_MAX and not is_sitemap(text):
        problems.append(f"cut after {CHARACTERS_MAX} of {len(text)} characters")
        text = text[:CHARACTERS_MAX]
    if not text.strip():
        return FeedReading("empty", problems=(*problems, "nothing in it"))
    if is_sitemap(text):
        reading = read_sitemap(text, url, fetched_at, problems, cms)
    elif is_json_feed(text):
        reading = read_json_feed(text, url, fetched_at, problems)
    elif is_syndication(text):
        reading = read_syndication(text, url, fetched_at, problems)
    elif not is_html(text):
        return FeedReading("unknown", problems=(*problems, "neither feed nor HTML"))
    elif due in ("feed", "sitemap") or (due is None and _feed_address(url)):
        page = read_listing(text, url, fetched_at, [], links, cms)
        return FeedReading("html", problems=(*problems, "HTML where a feed is due"), feeds=page.feeds)
    else:
        reading = read_listing(text, url, fetched_at, problems, links, cms)
    seen = list(reading.problems)
    twins_expected = reading.kind == "listing"  # picture, headline and `Xem tiếp` lead to one article
    items = keep_first(reading.items, [] if twins_expected else seen)
    return replace(reading, items=items, problems=tuple(seen))


def _feed_address(url: str) -> bool:
    parts = urlsplit(url)
    return _FEED_ADDRESS.search(f"{parts.path}?{parts.query}" if parts.query else parts.path) is not None
