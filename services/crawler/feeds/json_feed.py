"""JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1): the format of some press sites' own applications."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from services.crawler.canonical import absolute
from services.crawler.feeds.dates import is_credible, parse_date
from services.crawler.feeds.model import FeedItem, FeedReading
from services.crawler.feeds.text import plain

_VERSION: Final = "jsonfeed.org/version"


def is_json_feed(text: str) -> bool:
    return text.lstrip().startswith("{") and _VERSION in text[:2000].replace("\\/", "/")


def read_json_feed(text: str, url: str, fetched_at: datetime, problems: list[str]) -> FeedReading:
    """The items of a feed fetched from `url`. Broken JSON is kind `unknown`. Never raises."""
    try:
        data = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return FeedReading("unknown", problems=(*problems, "no well-formed JSON"))
    entries = data.get("items")
    entries = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    items = [item for entry in entries if (item := _item(entry, url, fetched_at))]
    if len(items) < len(entries):
        problems.append(f"{len(entries) - len(items)} items without an address")
    return FeedReading("json", tuple(items), tuple(problems))


def _item(entry: dict[str, Any], base: str, fetched_at: datetime) -> FeedItem | None:
    """`external_url` is the page that an item speaks of, not the item; an id may stand for a missing url."""
    guid = _text(entry, "id")
    link = _text(entry, "url") or (guid if guid.startswith(("http://", "https://")) else "")
    url = absolute(link, base) if link else None
    if url is None:
        return None
    date = parse_date(_text(entry, "date_published", "date_modified"))
    published = date.moment if date and is_credible(date.moment, fetched_at) else None
    summary = plain(_text(entry, "summary", "content_text", "content_html"))
    return FeedItem(url, plain(_text(entry, "title"), 500), published, summary, guid or None)


def _text(entry: dict[str, Any], *keys: str) -> str:
    return next((str(value).strip() for key in keys if isinstance(value := entry.get(key), str | int)), "")
