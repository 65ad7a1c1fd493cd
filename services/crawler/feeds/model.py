"""What is read of a feed, a listing page or a sitemap."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FeedItem:
    url: str
    """Absolute, http or https, cleaned of session ids, tracking and print twins."""
    title: str = ""
    """Plain text, NFC, entities read however often they were escaped."""
    published: datetime | None = None
    """With zone; None where none is printed or it can't be true."""
    summary: str = ""
    guid: str | None = None


@dataclass(frozen=True, slots=True)
class FeedReading:
    kind: str
    """rss | atom | json | sitemap | sitemap_index | listing | html (a page where a feed is due) | empty | unknown."""
    items: tuple[FeedItem, ...] = ()
    """In the source's order, each address once. Of a sitemap index: the sitemaps."""
    problems: tuple[str, ...] = ()
    """What was wrong with it, a sentence each; the items are good in spite of it."""
    next_page: str | None = None
    """Of a listing page or feed: where it says that the next one lies."""
    feeds: tuple[str, ...] = field(default=())
    """Of an HTML page: the feeds that it announces (`<link rel="alternate">`), then those it links to."""

    @property
    def failed(self) -> bool:
        """True where the answer is not what was asked for: counted as a failure, the cursor does not move."""
        return self.kind in ("html", "empty", "unknown")
