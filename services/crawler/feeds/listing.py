"""Listing pages: the articles that an HTML page of a portal names, with the date and lead printed beside each."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from services.crawler.canonical import absolute
from services.crawler.feeds.dates import is_credible, parse_date
from services.crawler.feeds.model import FeedItem, FeedReading
from services.crawler.feeds.pager import next_page
from services.crawler.feeds.text import plain
from services.crawler.portals import cms_table

if TYPE_CHECKING:
    from lxml.html import HtmlElement

LINKS_MAX: Final = 3000
ANCHORS_MAX: Final = 5000
"""Links of a page that are looked at for whatever purpose. A portal's home page has some hundred."""
BLOCK_CHARACTERS_MAX: Final = 1500
"""The block of one article in a list is shorter; a longer one holds other things too."""
DEPTH_MAX: Final = 60
TITLE_WORDS_MIN: Final = 4
"""Headlines have more words than menu entries (`Văn hóa - Xã hội`); needed only where no pattern is known."""

_DATE_IN_TEXT: Final = re.compile(
    r"(?<![\d:])\d{1,2}\s?[:hg]\s?\d{2}(?::\d{2})?(?:\s?(?:SA|CH|AM|PM))?[^\d]{0,12}\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?\d{4}"
    r"|(?<!\d)\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?\d{4}(?:[^\d]{0,8}\d{1,2}[:hg]\d{2}(?::\d{2})?(?:\s?(?:SA|CH|AM|PM))?)?"
    r"|\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:[+-]\d{2}:?\d{2}|Z)?)?"
    r"|\d{1,2}\s+tháng\s+\d{1,2},?\s+(?:năm\s+)?\d{4}",
    re.IGNORECASE,
)
_NOT_ARTICLES: Final = re.compile(
    r"/(?:rss|feeds?|login|dang-nhap|register|users?|contact|lien-he|search|tim-kiem|tags?|sitemap|so-do|statistics|print|wp-login"
    r"|wp-admin|cart|admin)(?:[/?.]|$)|\.(?:jpe?g|png|gif|pdf|docx?|xlsx?|zip|rar|mp[34])(?:$|\?)",
    re.IGNORECASE,
)
_SLUG: Final = re.compile(r"/[a-z0-9]+(?:-[a-z0-9]+){4,}(?:\.\w{3,5})?/?$", re.IGNORECASE)
"""An address of words alone, at least five: an article's where a heading links to it, and no CMS is known."""
DATE_LINE_MAX: Final = 30
"""What stands beside a date in its own piece of text (`Ngày đăng:`, `Lượt xem: 12`) is shorter; a longer piece is a
lead, and a date in it is one of the news."""
_FEED_TYPES: Final = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_XML_TYPES: Final = ("text/xml", "application/xml", "application/rdf+xml")
_FEED_LINK: Final = re.compile(r"(?:^|[/._=?-])(?:rss|atom|feeds?|rsschanel|listfeed)(?:$|[/._=?&-])", re.IGNORECASE)
_COMMENTS: Final = re.compile(r"comments?\b|binh-luan", re.IGNORECASE)


def is_html(text: str) -> bool:
    return re.search(r"<(?:!doctype\s+html|html|head|body|div|table|ul|a)\b", text[:200_000], re.IGNORECASE) is not None


def read_listing(
    text: str, url: str, fetched_at: datetime, problems: list[str], links: str | None, cms: str | None
) -> FeedReading:
    """The article links of the page at `url`: those that match `links` (a regular expression, searched in the absolute
    address), else the CMS's pattern (searched in path and query), else the generic one where its words are a
    headline."""
    from lxml import etree, html

    try:
        root = html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8", huge_tree=True))
    except (etree.ParserError, ValueError):
        return FeedReading("empty", problems=(*problems, "no markup in it"))
    base = _base(root, url)
    anchors = _anchors(root, base, urlsplit(url).hostname, links, cms)
    blocks = _blocks(anchors)
    items: list[FeedItem] = []
    for anchor, address in anchors:
        title = plain(anchor.text_content(), 500) or plain(anchor.get("title") or _alt(anchor), 500)
        if links is None and cms is None and len(title.split()) < TITLE_WORDS_MIN:
            continue
        around = blocks[address]
        lead = _lead(plain(" ".join(around), BLOCK_CHARACTERS_MAX), title)
        items.append(FeedItem(address, title, _published(around, title, fetched_at), lead))
    return FeedReading(
        "listing", tuple(items), tuple(problems), next_page(root, base, url, ANCHORS_MAX), _feeds(root, base, url)
    )


def _base(root: HtmlElement, url: str) -> str:
    found = root.find(".//base[@href]")
    return (absolute(found.get("href") or "", url) or url) if found is not None else url


@cache
def _pattern(links: str | None, cms: str | None) -> re.Pattern[str]:
    return re.compile(links if links is not None else cms_table()[cms or "generic"]["article"], re.IGNORECASE)


def is_article(url: str, cms: str | None) -> bool:
    """Whether an address has the form of an article's: its CMS's, else that of one or of a headline's words."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    fits = _pattern(None, cms).search(target) or (cms is None and _SLUG.search(parts.path))
    return bool(fits) and not _NOT_ARTICLES.search(target)


def _anchors(
    root: HtmlElement, base: str, host: str | None, links: str | None, cms: str | None
) -> list[tuple[HtmlElement, str]]:
    pattern, found = _pattern(links, cms), []
    headed = _headed(root, base) if links is None and cms is None else frozenset()
    for anchor in islice(root.iter("a"), ANCHORS_MAX):
        address = absolute(anchor.get("href") or "", base) if anchor.get("href") else None
        if address is None:
            continue
        parts = urlsplit(address)
        target = address if links is not None else parts.path + (f"?{parts.query}" if parts.query else "")
        near = links is not None or _is_near(parts.hostname, host)
        fits = pattern.search(target) or (address in headed and _SLUG.search(parts.path))
        if near and fits and (links is not None or not _NOT_ARTICLES.search(target)):
            found.append((anchor, address))
            if len(found) >= LINKS_MAX:
                break
    return found


def _headed(root: HtmlElement, base: str) -> frozenset[str]:
    """Addresses that a heading of the page links to."""
    links = [
        link
        for heading in root.iter("h2", "h3", "h4", "h5")
        for link in (*heading.iter("a"), *islice(heading.iterancestors("a"), 1))
    ]
    return frozenset(address for link in links if (address := absolute(link.get("href") or "", base)))


def _is_near(host: str | None, own: str | None) -> bool:
    return own is None or _family(host or "") == _family(own)


def _family(host: str) -> str:
    return re.sub(r"^(?:www|m|mobile)\.", "", host)


def _blocks(anchors: list[tuple[HtmlElement, str]]) -> dict[str, list[str]]:
    """Address -> the pieces of text of the largest element around its link that holds no other article's link."""
    named: dict[HtmlElement, set[str]] = defaultdict(set)
    for anchor, address in anchors:
        for element in (anchor, *list(anchor.iterancestors())[:DEPTH_MAX]):
            named[element].add(address)
    texts: dict[str, list[str]] = {}
    for anchor, address in anchors:
        block = anchor
        for element in list(anchor.iterancestors())[:DEPTH_MAX]:
            if len(named[element]) > 1 or element.tag in ("body", "html"):
                break
            block = element
        exact = (el.get("datetime") or "" for el in block.iter("time"))  # behind `hôm qua` and `3 giờ trước`
        seen = block.xpath("descendant-or-self::*[not(self::script or self::style)]/text()")
        pieces = [" ".join(piece.split()) for piece in (*exact, *seen)]
        texts[address] = max(texts.get(address, []), [piece for piece in pieces if piece], key=_length)
    return texts


def _length(pieces: list[str]) -> int:
    return sum(map(len, pieces))


def _alt(anchor: HtmlElement) -> str:
    image = anchor.find(".//img[@alt]")
    return image.get("alt") or "" if image is not None else ""


def _published(around: list[str], title: str, fetched_at: datetime) -> datetime | None:
    """The first date that stands by itself or in brackets; none of a headline or lead, which tell of other days."""
    for piece in around:
        for match in _DATE_IN_TEXT.finditer(piece):
            before, after = piece[: match.start()].rstrip(), piece[match.end() :].lstrip()
            bracketed = before.endswith(("(", "[")) and after[:1] in (")", "]")
            alone = len(before) + len(after) <= DATE_LINE_MAX and piece != title
            date = parse_date(match[0]) if bracketed or alone else None
            if date and is_credible(date.moment, fetched_at):
                return date.moment
    return None


def _lead(around: str, title: str) -> str:
    """What is printed in the block beside headline and date."""
    rest = _DATE_IN_TEXT.sub(" ", around.replace(title, " ")) if title else around
    return " ".join(rest.split()).strip(" |-–()[]")


def _feeds(root: HtmlElement, base: str, url: str) -> tuple[str, ...]:
    """Feeds that the page announces, then those it links to, as the pages do that list a site's feeds. No comments'."""
    announced = [link.get("href") for link in root.iterfind(".//link[@href]") if _is_feed(link)]
    found = [absolute(href or "", base) for href in announced]
    for anchor in islice(root.iterfind(".//a[@href]"), ANCHORS_MAX):
        address = absolute(anchor.get("href") or "", base)
        parts = urlsplit(address or "")
        if _FEED_LINK.search(f"{parts.path}?{parts.query}") and _is_near(parts.hostname, urlsplit(url).hostname):
            found.append(address)
    return tuple(dict.fromkeys(feed for feed in found if feed and not _COMMENTS.search(feed)))


def _is_feed(link: HtmlElement) -> bool:
    kind = (link.get("type") or "").partition(";")[0].strip().lower()
    return kind in _FEED_TYPES or (kind in _XML_TYPES and "alternate" in (link.get("rel") or "").lower().split())
