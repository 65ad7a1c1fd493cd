"""The crawler's memory behind one small interface. Two keepers: Postgres (`postgres_state.py`), and one in memory
(tests/fixtures/memory_state.py) for simulations and tests; tests/conformance/crawler holds both to one suite.

Leases: a host's work is done by the one process that holds its lease. What a process saves after it has lost the lease
is refused (LeaseLost), so a crawler that slept through its lease changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.crawler.model import Address, Host, Page, Source, Yield
from services.crawler.portals import Portal
from services.crawler.robots import Robots

Count = tuple[str, str, str]
"""(portal, what, outcome) of table crawl_count."""


class LeaseLost(Exception):
    """Another process may hold the host by now: drop the work, it will be done again."""


class StateUnavailable(Exception):
    """The database can't now; the same call may succeed later."""


@dataclass(frozen=True, slots=True)
class Unaccounted:
    """A page without an outcome, to be published again from the archive."""

    page: Page
    attempt: int
    title: str
    published: datetime | None
    summary: str


class State(Protocol):
    """Every call may raise StateUnavailable. Times have zones."""

    async def enrol(self, portals: Sequence[Portal], sources: Sequence[Source]) -> None:
        """Names the portals; of the sources adds what is new, keeps what is known (where it has moved to as well), and
        puts to rest what isn't named."""
        ...

    async def make_due(self, now: datetime, portals: Sequence[str] | None) -> None:
        """The active sources of these portals (None: all) are to be polled now."""
        ...

    async def claim(
        self, owner: str, now: datetime, lease_s: float, hosts_max: int, among: Sequence[str] | None = None
    ) -> list[Host]:
        """Leases of up to `hosts_max` hosts (of `among`, if given) that have work due, longest due first. Of a host
        whose lease has run out, `taken_over` is set."""
        ...

    async def renew(self, owner: str, now: datetime, lease_s: float) -> frozenset[str]:
        """Prolongs all leases that are still held; gives the hosts."""
        ...

    async def release(self, owner: str, host: str, not_before: datetime) -> None:
        """Gives the lease back and notes when the host's next work is due."""
        ...

    async def abandon(self, owner: str | None) -> None:
        """Ends all leases of `owner`; of everybody where it is None (for a process that is alone by design)."""
        ...

    async def due(self, host: str, now: datetime, limit: int) -> tuple[list[Source], list[Address]]:
        """What is due at a host: sources first, then addresses never fetched, then readings again."""
        ...

    async def next_due(self, now: datetime, among: Sequence[str] | None = None) -> datetime | None:
        """When the next host (of `among`, if given) can be claimed: has work, may be asked, and isn't leased. None
        where nothing is known."""
        ...

    async def hosts_of(self, portals: Sequence[str]) -> list[str]:
        """Hosts where sources of these portals are now, or articles of theirs wait: an entry names not all of them."""
        ...

    async def unknown(self, article_ids: Sequence[str]) -> frozenset[str]:
        """Which of these are not in the memory."""
        ...

    async def yields(self, portal: str, patterns: Sequence[str], now: datetime) -> Mapping[str, Yield]:
        """What came of addresses of these shapes in the last 30 days, as far as known."""
        ...

    async def twins(self, address: Address, fingerprint: str) -> int:
        """How many other addresses of the same portal have given a page with this fingerprint."""
        ...

    async def save_robots(
        self, owner: str, host: str, robots: Robots, now: datetime, counts: Mapping[Count, int]
    ) -> None: ...

    async def save_poll(
        self, owner: str, host: str, source: Source, found: Sequence[Address], counts: Mapping[Count, int]
    ) -> None:
        """The state after a poll, and the new addresses, at once. Addresses that are known stay as they are.
        `taken` of their patterns grows."""
        ...

    async def save_visit(
        self,
        owner: str,
        host: str,
        address: Address,
        page: Page | None,
        counts: Mapping[Count, int],
        good: bool | None = None,
    ) -> None:
        """The state after a fetch, and the ledger's row of the page that was published, at once. `good`: whether a
        first fetch gave a page with words of its own (counted for its pattern)."""
        ...

    async def unaccounted(self, before: datetime, attempts_max: int, limit: int) -> list[Unaccounted]:
        """Pages fetched, and last published, before that moment, without an outcome since, and published again fewer
        than `attempts_max` times."""
        ...

    async def republished(self, page_id: str, now: datetime) -> None: ...
