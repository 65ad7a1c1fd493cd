"""A page's bytes to its article, or the reason why it is none. Pure: no network, no clock, no state."""

from __future__ import annotations

from datetime import datetime

from services.cleaner.decode import decode
from services.cleaner.limits import BYTES_MAX
from services.cleaner.model import Article, Discarded
from services.cleaner.outcomes import Reason
from services.cleaner.plaintext import clean_text

__all__ = ["clean_page", "clean_text"]


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
    """Never raises on any bytes."""
    if len(body) > BYTES_MAX:
        return Discarded(Reason.TOO_LARGE, f"{len(body)} bytes")
    import re

    from lxml import html

    text = decode(body).text
    if re.search("<[a-zA-Z]", text):
        root = html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8", huge_tree=True))
        text = "\n\n".join(root.itertext())
    return clean_text(text, fetched_at=fetched_at, feed_title=feed_title, feed_published=feed_published)
