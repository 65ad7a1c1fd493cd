"""RSS and Atom by feedparser, which is given clean text, and whose links, titles and dates are read by us.

Why not its own: one bad byte makes its whole result mojibake, an enclosure may become the link, and it reads
`07-02-2023` as the year 2007 (research on extractors, section feedparser).
"""

from __future__ import annotations

import html
import importlib
import re
import sys
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from itertools import islice
from typing import Any, Final

from services.crawler.canonical import absolute
from services.crawler.feeds.dates import PrintedDate, is_credible, is_month_first, parse_date
from services.crawler.feeds.model import FeedItem, FeedReading
from services.crawler.feeds.text import plain

ITEMS_MAX: Final = 2000
"""NukeViet's longest feed has 1,000 items."""
PROLOG_MAX: Final = 10_000
"""Characters before the root element: declarations and comments. What is longer is junk."""

_ROOT: Final = re.compile(r"<(?:rss|feed|rdf:RDF|[a-z]+:feed)\b", re.IGNORECASE)
_ITEM: Final = re.compile(r"<(item|entry)\b", re.IGNORECASE)
_BARE_AMPERSAND: Final = re.compile(r"&(?!#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|(?:amp|lt|gt|quot|apos);)")
_NAMED: Final = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31};)")
_CRIPPLED: Final = re.compile(r"""(?<=[>"'\[\s])(https?):/?(?=[\w-]+(?:\.[\w-]+)+)""", re.IGNORECASE)


def is_syndication(text: str) -> bool:
    """Whether `text` is RSS or Atom, perhaps behind junk; not an HTML page that quotes one."""
    root = _ROOT.search(text)
    return root is not None and not re.search(r"<html\b|<body\b|<!doctype html", text[: root.start()], re.IGNORECASE)


def read_syndication(text: str, url: str, fetched_at: datetime, problems: list[str]) -> FeedReading:
    """The items of a feed fetched from `url`. `problems` are added to. Never raises on what a server may send."""
    parsed = _feedparser().parse(
        BytesIO(_repaired(_bounded(text, problems), problems).encode()),
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if parsed.get("bozo") and not parsed.entries:
        problems.append(f"no well-formed XML: {str(parsed.get('bozo_exception'))[:200]}")
    elif parsed.get("bozo"):
        problems.append("no well-formed XML")
    kind = "atom" if parsed.get("version", "").startswith("atom") or re.search(r"<(?:\w+:)?feed\b", text) else "rss"
    entries: Sequence[Mapping[str, Any]] = parsed.entries
    dates = _dates(entries, str(parsed.feed.get("generator", "")), fetched_at, problems)
    base = url or str(parsed.feed.get("link") or "")
    items = [_item(entry, published, base, problems) for entry, published in zip(entries, dates, strict=True)]
    found = [item for item in items if item is not None]
    if len(found) < len(items):
        problems.append(f"{len(items) - len(found)} items without an address")
    guids = Counter(item.guid for item in found if item.guid)
    if any(count > 1 for count in guids.values()):
        problems.append("items share a guid: told apart by their address")
    onward = (link.get("href") for link in parsed.feed.get("links", ()) if link.get("rel") == "next")  # RFC 5005
    return FeedReading(kind, tuple(found), tuple(problems), absolute(next(onward, None) or "", base))


_IMPORT: Final = threading.Lock()


def _feedparser() -> Any:
    """feedparser, without the character set detector that it imports where installed: 0.25 s for what isn't used.

    Under a lock, since feeds are read in threads, and a module half imported is already in sys.modules."""
    with _IMPORT:
        if "feedparser" in sys.modules:
            return sys.modules["feedparser"]
        hidden = {name: sys.modules.get(name) for name in ("cchardet", "chardet")}
        sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None: the import system's "not there"
        try:
            return importlib.import_module("feedparser")
        finally:
            for name, module in hidden.items():
                if module is None:
                    del sys.modules[name]
                else:
                    sys.modules[name] = module


def _bounded(text: str, problems: list[str]) -> str:
    """With the first ITEMS_MAX items: feedparser needs ever longer for more, above all where none of them ends."""
    after = next(islice(_ITEM.finditer(text), ITEMS_MAX, None), None)
    if after is None:
        return text
    problems.append(f"cut after {ITEMS_MAX} items")
    return text[: after.start()] + ("</feed>" if after[1].lower() == "entry" else "</channel></rss>")


def _repaired(text: str, problems: list[str]) -> str:
    """From the root element on, under a right declaration, with stray `&`, HTML's entities and `http:host/` mended."""
    root = _ROOT.search(text)
    start = root.start() if root else 0
    before = re.sub(
        r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[[^\]]*\])?[^>]*>",
        "",
        text[: min(start, PROLOG_MAX)],
        flags=re.DOTALL,
    )
    if before.strip() or start > PROLOG_MAX:
        problems.append("text before the feed")
    pieces: list[str] = []
    at = start
    while at < len(text):
        opened = text.find("<![CDATA[", at)
        closed = text.find("]]>", opened) if opened >= 0 else -1
        end = opened if closed >= 0 else len(text)
        pieces.append(_BARE_AMPERSAND.sub("&amp;", _NAMED.sub(_character, text[at:end])))
        if closed >= 0:
            pieces.append(text[opened : closed + 3])
        at = closed + 3 if closed >= 0 else len(text)
    return '<?xml version="1.0" encoding="utf-8"?>' + _CRIPPLED.sub(r"\1://", "".join(pieces))


def _character(match: re.Match[str]) -> str:
    if match[1] in ("amp;", "lt;", "gt;", "quot;", "apos;"):
        return match[0]
    character = html.unescape(match[0])
    return character if character != match[0] else f"&amp;{match[1]}"


def _item(entry: Mapping[str, Any], published: datetime | None, base: str, problems: list[str]) -> FeedItem | None:
    link = _link(entry)
    url = absolute(link, base) if link else None
    if url is None or url == absolute(base, base):  # `#`, resolved by feedparser, is the feed itself
        return None
    summary = entry.get("summary") or next((part.get("value", "") for part in entry.get("content", ())), "")
    guid = str(entry.get("id") or "").strip() or None
    return FeedItem(url, plain(str(entry.get("title") or ""), 500), published, plain(str(summary)), guid)


def _link(entry: Mapping[str, Any]) -> str | None:
    """The article's address: what a redirecting service names as the original, the alternate link (HTML first), the
    bare link unless other links make it doubtful, at last a guid that is an address."""
    if entry.get("feedburner_origlink"):
        return str(entry["feedburner_origlink"])
    links = [link for link in entry.get("links", ()) if link.get("href")]
    alternates = [link for link in links if link.get("rel", "alternate") == "alternate"]
    alternates.sort(key=lambda link: "html" not in link.get("type", "text/html"))
    for link in alternates:
        if re.match(r"\s*(?:javascript|mailto|tel|data):|\s*#|\s*$", link["href"], re.IGNORECASE) is None:
            return str(link["href"])
    others = [link for link in entry.get("links", ()) if link.get("rel", "alternate") != "alternate"]
    bare = str(entry.get("link") or "").strip()
    if bare and not others and not alternates:
        return bare
    guid = str(entry.get("id") or "").strip()
    return guid if re.match(r"https?://", guid) else (bare or None)


def _dates(
    entries: Sequence[Mapping[str, Any]], generator: str, fetched_at: datetime, problems: list[str]
) -> list[datetime | None]:
    texts = [_printed(entry) for entry in entries]
    month_first = is_month_first(texts)
    if month_first:
        problems.append("dates are printed month first")
    dates = [parse_date(text, month_first=month_first) for text in texts]
    unread = sum(1 for text, date in zip(texts, dates, strict=True) if text.strip() and date is None)
    if unread:
        problems.append(f"{unread} dates that can't be read")
    moments = [date.moment if date and is_credible(date.moment, fetched_at) else None for date in dates]
    refused = sum(1 for moment, date in zip(moments, dates, strict=True) if date and moment is None)
    if refused:
        problems.append(f"{refused} dates that can't be true (unset, or later than a day after the fetch)")
    if _minutes_are_months(dates, generator):
        problems.append("minutes are the month's number (NukeViet): published is right to the hour")
        moments = [moment.replace(minute=0, second=0) if moment else None for moment in moments]
    if _all_now(moments, fetched_at):
        problems.append("every item is dated with the moment of the request: dates dropped")
        moments = [None] * len(moments)
    return moments


def _printed(entry: Mapping[str, Any]) -> str:
    # Not by `in` or get: feedparser answers `updated` with `published` and warns.
    fields = dict(entry.items())
    return str(next((fields[key] for key in ("published", "updated", "created") if fields.get(key)), ""))


def _minutes_are_months(dates: Sequence[PrintedDate | None], generator: str) -> bool:
    """NukeViet prints `H:m:s`, and `m` is the month. By chance 3 dates look so once in 200,000 feeds."""
    timed = [date.moment for date in dates if date and not date.day_only]
    enough = 1 if "nukeviet" in generator.lower() else 3
    return len(timed) >= enough and all(moment.minute == moment.month for moment in timed)


def _all_now(moments: Sequence[datetime | None], fetched_at: datetime) -> bool:
    known = [moment for moment in moments if moment]
    if len(known) < 3:
        return False
    near = timedelta(minutes=2)
    return max(known) - min(known) <= timedelta(seconds=2) and abs(fetched_at - known[0]) <= near


def keep_first(items: Sequence[FeedItem], problems: list[str]) -> tuple[FeedItem, ...]:
    """Each address once, at its first place, with what a later twin knows better."""
    kept: dict[str, FeedItem] = {}
    for item in items:
        first = kept.setdefault(item.url, item)
        if first is not item:
            kept[item.url] = replace(
                first,
                title=first.title if len(first.title) >= len(item.title) else item.title,
                published=first.published or item.published,
                summary=first.summary or item.summary,
            )
    if len(kept) < len(items):
        problems.append(f"{len(items) - len(kept)} items with the address of another")
    return tuple(kept.values())
