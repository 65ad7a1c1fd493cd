"""What kind of page this is, before and after its text is read. Rules by words are data, rules/pages.yaml."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import yaml

from services.cleaner.outcomes import Reason

if TYPE_CHECKING:  # so that plain text is cleaned without importing lxml
    from services.cleaner.meta import Meta

_DATA: Final = Path(__file__).with_name("rules") / "pages.yaml"
_HOME_PATH: Final = re.compile(
    r"/?(?:vi|vn|web/guest|portal)?/?(?:home|trang-?chu|index|default|trangchu)?(?:/?pages/default)?(?:\.\w{3,5})?/?",
    re.IGNORECASE,
)
_TWIN_PATH: Final = re.compile(
    r"/(?:print|savefile|sendmail|amp|in-bai|trang-in|ban-in|inbai)(?:[/\-.?]|$)|[?&](?:print|in|amp|outputType|download)=(?:1|true|amp|yes)\b|/amp\.aspx|/print\.aspx",
    re.IGNORECASE,
)
_DOCUMENT: Final = re.compile(rb"%PDF-|PK\x03\x04|\xd0\xcf\x11\xe0|\{\\rtf")
_BINARY: Final = re.compile(
    rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF|\x1f\x8b|Rar!|7z\xbc\xaf|BM.{4}\0|ID3|\x00\x00\x00.ftyp", re.DOTALL
)
_VIETNAMESE: Final = re.compile("[ăâđêôơưĂÂĐÊÔƠƯàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵ\u1ea0-\u1ef9]")
VIETNAMESE_SHARE_MIN: Final = 0.06
"""Share of marked letters: Vietnamese prose has 0.22 to 0.30, an English copy with local names below 0.04."""
_FEED: Final = re.compile(
    r"(?:<\?xml[^>]*>\s*(?:<!--.*?-->\s*)*)?<(?:rss|feed|urlset|sitemapindex|rdf:RDF)\b", re.DOTALL
)
_NOTICE_CHARS: Final = 250
_CHALLENGE_CHARS: Final = 1500
"""Visible text of a challenge page, at most: the wordiest seen has 700 characters."""
_LANGUAGE_CHARS: Final = 2000


@dataclass(frozen=True, slots=True)
class PageRule:
    reason: Reason
    place: str
    chars: int
    regex: re.Pattern[str]
    strikes: tuple[str, ...]
    spares: tuple[str, ...]

    def hits(self, text: str) -> bool:
        return bool(self.regex.fullmatch(text) if self.place == "title" else self.regex.search(text))


@lru_cache(maxsize=1)
def load() -> tuple[PageRule, ...]:
    with _DATA.open(encoding="utf-8") as file:
        return tuple(
            PageRule(
                Reason(entry["reason"]),
                entry["in"],
                entry.get("chars", 0),
                re.compile(entry["pattern"], re.IGNORECASE | re.DOTALL),
                tuple(entry["strikes"]),
                tuple(entry["spares"]),
            )
            for entry in yaml.load(file, Loader=yaml.CSafeLoader)
        )


def of_bytes(body: bytes) -> tuple[Reason, str] | None:
    """What is no text at all."""
    if not body.strip():
        return Reason.EMPTY, "no bytes"
    if _DOCUMENT.match(body):
        return Reason.ATTACHMENT_ONLY, "a document's bytes"
    if _BINARY.match(body):
        return Reason.NOT_HTML, "an image's, film's or archive's bytes"
    return None


def is_feed(text: str) -> bool:
    """RSS, Atom or a sitemap where a page is due."""
    return bool(_FEED.match(text[:600].lstrip("\ufeff \t\r\n")))


def of_source(source: bytes, visible: str) -> tuple[Reason, str] | None:
    """What the source of a page that shows hardly any text does: a script that wants a browser."""
    if len(visible) >= _CHALLENGE_CHARS:
        return None
    return _by_words("source", source.decode("utf-8", "replace"))


def of_head(title: str, headings: Sequence[str], visible: str, prose: int, anchored: bool) -> tuple[Reason, str] | None:
    """What titles and the visible text of a page with little running text say of it.

    `anchored`: the text follows a title of its own; a section's name in the head or in a heading then says nothing."""
    if prose >= 1500:
        return None
    for text in (title, *headings):
        found = _by_words("title", text)
        if found and found[0] is Reason.LISTING and anchored:
            continue
        if found and (prose < 400 or found[0] is Reason.SOFT_404):
            return found
    return _by_words("text", visible)


def of_notices(lines: Sequence[str]) -> tuple[Reason, str] | None:
    """A short line of a page without running text says that there is no such article, whatever its menus hold."""
    return next((found for line in lines if len(line) <= _NOTICE_CHARS and (found := _by_words("text", line))), None)


def _by_words(place: str, text: str) -> tuple[Reason, str] | None:
    for rule in load():
        if rule.place == place and text and (not rule.chars or len(text) < rule.chars) and rule.hits(text):
            return (
                rule.reason,
                f"{place} says {text[:80]!r}" if place == "title" else f"{place} has {rule.reason.value} words",
            )
    return None


def is_twin(url: str, meta: Meta) -> bool:
    """A print, AMP or saved view whose canonical link names another address of the same article."""
    if not meta.canonical or not url:
        return False
    try:
        here, there = urlsplit(url), urlsplit(meta.canonical)
    except ValueError:
        return False
    if (here.path.rstrip("/"), here.query) == (there.path.rstrip("/"), there.query):
        return False
    return bool(_TWIN_PATH.search(here.path + ("?" + here.query if here.query else ""))) or meta.is_amp


def is_home(url: str) -> bool:
    """The address is a site's or a language's first page."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.netloc) and not parts.query and bool(_HOME_PATH.fullmatch(parts.path))


def is_vietnamese(text: str) -> bool:
    text = text[:_LANGUAGE_CHARS]
    letters = sum(map(str.isalpha, text))
    return len(_VIETNAMESE.findall(text)) >= max(1.0, VIETNAMESE_SHARE_MIN * letters)
