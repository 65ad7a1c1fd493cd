"""What the crawler remembers: a row for each feed or listing (Source) and for each article's address (Address).

Both are values: schedule.py and frontier.py make the next from the last, and state.py keeps them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.crawler.outcomes import Outcome
from services.crawler.robots import Robots

NEW: Final = "new"
LIVE: Final = "live"
SILENT: Final = "silent"
"""It answers, but has had nothing new for much longer than it is used to."""
FAILING: Final = "failing"
"""Its last polls failed; tried less and less often, never given up."""


@dataclass(frozen=True, slots=True)
class Source:
    """A feed, listing page or sitemap that is polled."""

    source_id: str
    portal: str
    kind: str
    """feed | listing | sitemap"""
    url: str
    """Where it is asked next: the entry's address, or where that has moved."""
    host: str
    next_at: datetime
    interval_s: float
    """Wait between two polls in office hours, as far as learnt."""
    status: str = NEW
    failures: float = 0.0
    """Weighted failures since the last success (outcomes.FAILURE_WEIGHTS)."""
    outcome: Outcome | None = None
    """Of the last poll."""
    polled_at: datetime | None = None
    succeeded_at: datetime | None = None
    new_at: datetime | None = None
    """When something new was last found."""
    gap_s: float | None = None
    """The source's own habit: mean time between polls that found something new."""
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    full_at: datetime | None = None
    """When it was last fetched without conditions."""
    conditions_lie: bool = False
    """Its server kept an ETag or Last-Modified after a change: no conditional request any more."""
    good_url: str | None = None
    """Where it last answered. While it fails, this and the entry's address are asked in turn."""
    hops: int = 0
    """Redirects to other hosts in a row that led to no answer yet."""


@dataclass(frozen=True, slots=True)
class Address:
    """An article's address, from the day it was found."""

    article_id: str
    portal: str
    source_id: str
    host: str
    url: str
    canonical_url: str
    found_at: datetime
    next_at: datetime | None
    """Next fetch; None when it is done with."""
    title: str = ""
    published: datetime | None = None
    summary: str = ""
    visits: int = 0
    """Successful fetches."""
    fetched_at: datetime | None = None
    """First successful fetch: the readings after 1, 6, 24 and 72 hours count from it."""
    failures: float = 0.0
    outcome: Outcome | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    fingerprint: str | None = None
    """Of the page's text without clocks and counters."""
    changes: int = 0
    """Pages published of it beyond the first."""


@dataclass(frozen=True, slots=True)
class Yield:
    """What came of the addresses of one shape (frontier.pattern)."""

    taken_today: int = 0
    good: int = 0
    bad: int = 0


@dataclass(frozen=True, slots=True)
class Host:
    """A host that this process holds the lease of: nobody else asks it for anything."""

    host: str
    not_before: datetime
    """No request before this moment: the delay after the last one, or a Retry-After."""
    robots: Robots
    taken_over: bool = False
    """The lease before ran out: its holder may have asked until just now."""


@dataclass(frozen=True, slots=True)
class Page:
    """A fetched page as the ledger (table page) knows it."""

    page_id: str
    article_id: str
    portal: str
    url: str
    canonical_url: str
    fetched_at: datetime
    status: int
    content_type: str
    body_sha256: str
    body_bytes: int
    tls_verified: bool
    warc_file: str
    warc_offset: int
