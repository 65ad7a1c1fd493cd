"""The crawler's memory in memory: for simulations and tests. Lost with the process; several crawlers may share it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from services.crawler.frontier import pattern
from services.crawler.model import Address, Host, Page, Source, Yield
from services.crawler.portals import Portal
from services.crawler.robots import Robots
from services.crawler.state import Count, LeaseLost, Unaccounted

_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_EVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Row:
    due_at: datetime
    not_before: datetime = _EVER
    owner: str | None = None
    until: datetime | None = None
    robots: Robots = field(default_factory=Robots)


class MemoryState:
    """Implements state.State."""

    def __init__(self) -> None:
        self.sources: dict[str, Source] = {}
        self.addresses: dict[str, Address] = {}
        self.pages: dict[str, Page] = {}
        self.attempts: Counter[str] = Counter()
        self.counts: Counter[Count] = Counter()
        self._yields: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._fingerprints: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._resting: set[str] = set()
        self._hosts: dict[str, _Row] = {}
        self._on_host: dict[str, dict[str, None]] = defaultdict(dict)
        self._pending: dict[str, dict[str, None]] = defaultdict(dict)
        """Host -> its addresses that have a next fetch; a dict for its order, which a set has from the hash seed."""

    async def enrol(self, portals: Sequence[Portal], sources: Sequence[Source]) -> None:
        named = {source.source_id for source in sources}
        self._resting = self.sources.keys() - named
        for source in sources:
            if source.source_id not in self.sources:
                self._put(source)

    async def make_due(self, now: datetime, portals: Sequence[str] | None) -> None:
        for source in (each for each in self._active() if portals is None or each.portal in portals):
            self._put(replace(source, next_at=now))

    async def claim(
        self, owner: str, now: datetime, lease_s: float, hosts_max: int, among: Sequence[str] | None = None
    ) -> list[Host]:
        free = [
            (row.due_at, host)
            for host, row in self._hosts.items()
            if row.due_at <= now and row.not_before <= now and (row.until is None or row.until < now)
            if among is None or host in among
        ]
        claimed = []
        for _, host in sorted(free)[:hosts_max]:
            row = self._hosts[host]
            claimed.append(Host(host, row.not_before, row.robots, row.until is not None))
            row.owner, row.until = owner, now + timedelta(seconds=lease_s)
        return claimed

    async def renew(self, owner: str, now: datetime, lease_s: float) -> frozenset[str]:
        held = {host: row for host, row in self._hosts.items() if row.owner == owner and row.until and row.until >= now}
        for row in held.values():
            row.until = now + timedelta(seconds=lease_s)
        return frozenset(held)

    async def release(self, owner: str, host: str, not_before: datetime) -> None:
        row = self._hosts[host]
        if row.owner != owner:
            return
        row.owner = row.until = None
        row.not_before = max(row.not_before, not_before)
        sources = (source.next_at for source in self._active(host))
        addresses = (self.addresses[each].next_at or _NEVER for each in self._pending[host])
        row.due_at = min((*sources, *addresses), default=_NEVER)

    async def abandon(self, owner: str | None) -> None:
        for row in self._hosts.values():
            if owner is None or row.owner == owner:
                row.owner = row.until = None

    async def due(self, host: str, now: datetime, limit: int) -> tuple[list[Source], list[Address]]:
        sources = [source for source in self._active(host) if source.next_at <= now]
        pending = (self.addresses[each] for each in self._pending[host])
        addresses = [address for address in pending if address.next_at and address.next_at <= now]
        addresses.sort(key=lambda address: (address.visits > 0, address.next_at))
        return sorted(sources, key=lambda source: source.next_at)[:limit], addresses[:limit]

    async def next_due(self, now: datetime, among: Sequence[str] | None = None) -> datetime | None:
        first = _NEVER
        for host, row in self._hosts.items():
            if row.due_at < first and (among is None or host in among):
                leased = row.until if row.until and row.until >= now else _EVER
                first = min(first, max(row.due_at, row.not_before, leased))
        return first if first < _NEVER else None

    async def hosts_of(self, portals: Sequence[str]) -> list[str]:
        sources = {source.host for source in self._active() if source.portal in portals}
        pending = ((host, self.addresses[each].portal) for host, waiting in self._pending.items() for each in waiting)
        return sorted(sources | {host for host, portal in pending if portal in portals})

    async def unknown(self, article_ids: Sequence[str]) -> frozenset[str]:
        return frozenset(each for each in article_ids if each not in self.addresses)

    async def yields(self, portal: str, patterns: Sequence[str], now: datetime) -> Mapping[str, Yield]:
        today = str(now.date())
        known = {pattern: self._yields[portal, pattern] for pattern in patterns if (portal, pattern) in self._yields}
        return {pattern: Yield(found[today], found["good"], found["bad"]) for pattern, found in known.items()}

    async def twins(self, address: Address, fingerprint: str) -> int:
        return len(self._fingerprints[address.portal, fingerprint] - {address.article_id})

    async def save_robots(
        self, owner: str, host: str, robots: Robots, now: datetime, counts: Mapping[Count, int]
    ) -> None:
        self._check(owner, host)
        self._hosts[host].robots = robots
        self.counts.update(counts)

    async def save_poll(
        self, owner: str, host: str, source: Source, found: Sequence[Address], counts: Mapping[Count, int]
    ) -> None:
        self._check(owner, host)
        self._put(source)
        for address in found:
            if address.article_id not in self.addresses:
                self.addresses[address.article_id] = address
                self._pending[address.host][address.article_id] = None
                self._due_by(address.host, address.found_at)
                self._yields[address.portal, pattern(address.url)][str(address.found_at.date())] += 1
        self.counts.update(counts)

    async def save_visit(
        self,
        owner: str,
        host: str,
        address: Address,
        page: Page | None,
        counts: Mapping[Count, int],
        good: bool | None = None,
    ) -> None:
        self._check(owner, host)
        if good is not None:
            self._yields[address.portal, pattern(address.url)]["good" if good else "bad"] += 1
        if address.fingerprint:
            self._fingerprints[address.portal, address.fingerprint].add(address.article_id)
        before = self.addresses[address.article_id]
        self._pending[before.host].pop(address.article_id, None)
        self.addresses[address.article_id] = address
        if address.next_at is not None:
            self._pending[address.host][address.article_id] = None
            self._due_by(address.host, address.next_at)
        if page:
            self.pages.setdefault(page.page_id, page)
        self.counts.update(counts)

    async def unaccounted(self, before: datetime, attempts_max: int, limit: int) -> list[Unaccounted]:
        """No page of this memory ever has an outcome: nobody reads what a simulation publishes."""
        return []

    async def republished(self, page_id: str, now: datetime) -> None:
        self.attempts[page_id] += 1

    def _active(self, host: str | None = None) -> list[Source]:
        named = self.sources.keys() if host is None else self._on_host[host]
        return [self.sources[each] for each in named if each not in self._resting]

    def _put(self, source: Source) -> None:
        known = self.sources.get(source.source_id)
        if known:
            self._on_host[known.host].pop(source.source_id, None)
        self.sources[source.source_id] = source
        self._on_host[source.host][source.source_id] = None
        self._due_by(source.host, source.next_at)

    def _due_by(self, host: str, at: datetime) -> None:
        row = self._hosts.setdefault(host, _Row(at))
        row.due_at = min(row.due_at, at)

    def _check(self, owner: str, host: str) -> None:
        if self._hosts[host].owner != owner:
            raise LeaseLost(host)
