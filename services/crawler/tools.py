"""What the crawler's loop works with: every dependency a field, so that tests and the simulator hand in their own."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

from services.crawler.archive import Place
from services.crawler.feeds import FeedReading, read_feed
from services.crawler.fetch import Exchange, Fetched, Pace
from services.crawler.politeness import Sleep
from services.crawler.portals import Listing, Portal, Tls
from services.crawler.state import State
from shared.bus.api import Publish
from shared.clock import now as clock_now


class Fetch(Protocol):
    async def __call__(
        self, url: str, pace: Pace, *, tls: Tls = ..., etag: str | None = ..., last_modified: str | None = ...
    ) -> Fetched: ...


class Read(Protocol):
    def __call__(
        self,
        body: bytes,
        *,
        url: str,
        fetched_at: datetime,
        content_type: str = ...,
        links: str | None = ...,
        cms: str | None = ...,
        due: str | None = ...,
    ) -> FeedReading: ...


Report = Callable[[str, str, int], None]
"""Told of each step: portal id; polled | found | fetched | unchanged | failed | quiet; how many."""


@dataclass(frozen=True, slots=True)
class Knobs:
    lease_s: float = 60.0
    """A crawler that dies leaves its hosts alone for so long. Renewed at a third of it."""
    hosts_max: int = 64
    """Most hosts that one process asks at once."""
    turn_s: float = 120.0
    """A host's turn ends after so long even if it has more to do, so that others are not starved."""
    batch: int = 20
    """Sources and addresses taken from the memory at once."""
    idle_s_max: float = 5.0
    """Longest nap: what another process adds is seen after it."""
    alone: bool = False
    """No other crawler can share this memory (embedded run): leases of a killed predecessor are ended at the start."""
    republish_after_s: float = 900.0
    """A page without an outcome for so long is published again from the archive."""


@dataclass(frozen=True)
class Tools:
    portals: tuple[Portal, ...]
    state: State
    fetch: Fetch
    store: Callable[[Sequence[Exchange], datetime], Awaitable[list[Place]]]
    load: Callable[[Place], bytes | None]
    """The unpacked body of an archived response."""
    publish: Publish
    now: Callable[[], datetime] = clock_now
    sleep: Sleep = asyncio.sleep
    read: Read = read_feed
    offload: Callable[..., Awaitable[Any]] = asyncio.to_thread
    """How a call that blocks is run beside the loop."""
    only: frozenset[str] = frozenset()
    """Portals to work on, by id; empty: all."""
    since: datetime | None = None
    """Back-fill: how far back listing pages and sitemaps are read. None: only what is new."""
    budget: int = 0
    """Most addresses that a back-fill takes up of one source."""
    rng: random.Random = field(default_factory=random.Random)
    report: Report = lambda portal, what, n: None
    knobs: Knobs = Knobs()

    async def archive(self, fetched: Fetched) -> None:
        """Keeps what was exchanged with a server, if anything was. Raises ArchiveError."""
        if fetched.exchanges:
            await self.store(fetched.exchanges, self.now())

    @cached_property
    def by_id(self) -> Mapping[str, Portal]:
        return {portal.id: portal for portal in self.portals}

    @cached_property
    def by_host(self) -> Mapping[str, tuple[Portal, ...]]:
        hosts = {host for portal in self.portals for host in portal.hosts}
        return {host: tuple(portal for portal in self.portals if host in portal.hosts) for host in hosts}

    @cached_property
    def listings(self) -> Mapping[tuple[str, str], Listing]:
        """(portal id, address as the entry has it) -> the listing's rules."""
        return {(portal.id, listing.url): listing for portal in self.portals for listing in portal.listings}
