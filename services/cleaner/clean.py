"""A page's bytes to its article, or the reason why it is none. Pure: no network, no clock, no state."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from services.cleaner import front_matter, limits, pagetype
from services.cleaner.decode import decode
from services.cleaner.model import Article, Discarded
from services.cleaner.outcomes import Reason
from services.cleaner.plaintext import clean_text
from services.cleaner.split import as_one
from shared import parts

__all__ = ["clean_page", "clean_text"]

_A_TAG: Final = re.compile(
    r"<(?:!doctype|html|head|body|div|p|table|span|h[1-6]|br|article|section|meta|ul|form|script|a|b|i|td)\b", re.I
)
_OPENING: Final = re.compile(rb"<[a-zA-Z]")
_UNREADABLE_SHARE: Final = 0.05
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_CONTROL_SHARE: Final = 0.02
"""Random bytes have 0.11; a page has none, or a few stray ones of a word processor."""
_LOOK_CHARS: Final = 20_000


def clean_page(
    body: bytes,
    *,
    url: str,
    content_type: str = "",
    portal: str | None = None,
    profile: str | None = None,
    feed_title: str | None = None,
    feed_published: datetime | None = None,
    feed_summary: str | None = None,
    fetched_at: datetime | None = None,
) -> Article | Discarded:
    """Never raises, whatever the bytes; time and memory are linear in them, up to the caps of limits.py.

    `url` may be empty; it then resolves no links and tells neither home pages nor print views. `profile` is tried
    before those that the page's markers name. The feed's title and date help to find the page's own; `fetched_at`
    refuses later dates. `portal`, `content_type` and `feed_summary` are context that no rule needs yet. Pages of a
    split article, joined by the crawler (shared/parts.py), give one article."""
    if len(body) > limits.BYTES_MAX:
        return Discarded(Reason.TOO_LARGE, f"{len(body)} bytes")
    pages = [
        _clean(
            page,
            url=url,
            profile=profile,
            feed_title=feed_title,
            feed_published=feed_published,
            fetched_at=fetched_at,
        )
        for page in parts.split(body)
    ]
    return as_one(pages) if len(pages) > 1 else pages[0]


def _clean(
    body: bytes,
    *,
    url: str,
    profile: str | None,
    feed_title: str | None,
    feed_published: datetime | None,
    fetched_at: datetime | None,
) -> Article | Discarded:
    found = pagetype.of_bytes(body)
    if found:
        return Discarded(*found)
    if body.count(b"<") > limits.ELEMENTS_MAX and len(_OPENING.findall(body)) > limits.ELEMENTS_MAX:
        return Discarded(Reason.TOO_MANY_ELEMENTS, f"more than {limits.ELEMENTS_MAX} opening tags")
    decoded = decode(body)
    if decoded.replaced > _UNREADABLE_SHARE * len(decoded.text):
        return Discarded(Reason.UNREADABLE, f"{decoded.replaced} of {len(decoded.text)} characters")
    if len(_CONTROL.findall(decoded.text, 0, _LOOK_CHARS)) > _CONTROL_SHARE * min(len(decoded.text), _LOOK_CHARS):
        return Discarded(Reason.NOT_HTML, "control characters: bytes of some binary form")
    text = front_matter.as_page(decoded.text) or decoded.text
    if pagetype.is_feed(text):
        return Discarded(Reason.NOT_HTML, "a feed or sitemap")
    if not _A_TAG.search(text):
        return clean_text(text, fetched_at=fetched_at, feed_title=feed_title, feed_published=feed_published)
    from services.cleaner.html_page import clean_html  # lxml is needed for HTML alone, and takes 30 ms to import

    as_sent = text is decoded.text and decoded.encoding == "utf-8" and not decoded.replaced
    return clean_html(
        body if as_sent else text.encode("utf-8", "replace"),
        url=url,
        profile=profile,
        feed_title=feed_title,
        feed_published=feed_published,
        fetched_at=fetched_at,
    )
