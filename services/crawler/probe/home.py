"""What a portal's home page tells of it: its system, its title, its sections, and where it really begins. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import yaml

from services.crawler.canonical import absolute
from services.crawler.feeds.decode import decode
from services.crawler.feeds.listing import ANCHORS_MAX, is_article
from services.crawler.portals import cms_table

if TYPE_CHECKING:
    from lxml.html import HtmlElement

SECTION_CHARACTERS_MAX: Final = 60
"""Longer links are headlines."""
DOOR_CHARACTERS_MAX: Final = 400
"""A page that only sends on has hardly a word of its own."""

_REFRESH: Final = re.compile(r"\s*(\d{1,2})\s*[;,]\s*(?:url\s*=)?\s*['\"]?([^'\"]+)", re.IGNORECASE)
_LOCATION: Final = re.compile(
    r"\blocation(?:\.href)?\s*=\s*['\"]([^'\"]+)|\blocation\.(?:replace|assign)\(\s*['\"]([^'\"]+)"
)


@dataclass(frozen=True, slots=True)
class Home:
    title: str
    sections: tuple[str, ...]
    """Addresses of sections that carry the sector's figures (sections.yaml), most telling first."""
    leads_to: str | None
    """Where a page that is but a door sends the browser."""


def detect_cms(body: bytes) -> str | None:
    """The system whose signs a home page shows; None where none does, or several equally well."""
    text = body[:400_000].decode("utf-8", "replace").replace("'", '"')
    hits = {
        name: sum(bool(re.search(sign, text, re.IGNORECASE)) for sign in rules["signs"])
        for name, rules in cms_table().items()
    }
    best = max(hits.values())
    named = [name for name, count in hits.items() if count == best]
    return named[0] if best and len(named) == 1 else None


def read_home(body: bytes, url: str, content_type: str, cms: str | None) -> Home:
    """Never raises: of what is no HTML nothing is known."""
    from lxml import etree, html

    text, _ = decode(body, content_type)
    try:
        root = html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8", huge_tree=True))
    except (etree.ParserError, ValueError):
        return Home("", (), None)
    title = " ".join((root.findtext(".//title") or "").split())
    return Home(title[:120], _sections(root, url, cms), _leads_to(root, url))


def _sections(root: HtmlElement, url: str, cms: str | None) -> tuple[str, ...]:
    ranked: dict[str, int] = {}
    for anchor in islice(root.iterfind(".//a[@href]"), ANCHORS_MAX):
        words = " ".join(anchor.text_content().lower().split())
        address = absolute(anchor.get("href") or "", url)
        if not words or len(words) > SECTION_CHARACTERS_MAX or address is None or address == url:
            continue
        rank = next((rank for rank, word in enumerate(_section_words()) if word.search(words)), None)
        same_site = urlsplit(address).hostname == urlsplit(url).hostname
        if rank is not None and same_site and not (cms and is_article(address, cms)):
            ranked.setdefault(address, rank)
    return tuple(sorted(ranked, key=ranked.__getitem__))


@cache
def _section_words() -> tuple[re.Pattern[str], ...]:
    rules = yaml.load(Path(__file__).with_name("sections.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    return tuple(re.compile(rule) for rule in rules)


def _leads_to(root: HtmlElement, url: str) -> str | None:
    for meta in root.iterfind(".//meta[@http-equiv]"):
        sends = _REFRESH.match(meta.get("content") or "") if meta.get("http-equiv").lower() == "refresh" else None
        if sends and (target := absolute(sends[2].strip(), url)) and target != url:
            return target
    scripts = " ".join(script.text or "" for script in root.iter("script"))
    words = sum(len(piece.strip()) for piece in root.xpath("//body//text()[not(parent::script or parent::style)]"))
    sent = _LOCATION.search(scripts) if words <= DOOR_CHARACTERS_MAX else None
    target = absolute(sent[1] or sent[2], url) if sent else None
    return target if target != url else None
