"""The crawler's memory in Postgres. The statements are in sql/crawl.sql, the tables in shared/store/migrations."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from services.crawler.frontier import pattern
from services.crawler.model import Address, Host, Page, Source, Yield
from services.crawler.outcomes import Outcome
from services.crawler.portals import Portal
from services.crawler.robots import Robots
from services.crawler.state import Count, LeaseLost, StateUnavailable, Unaccounted
from shared.clock import VIETNAM
from shared.store.pool import LOST, Connection, Pool

_SQL: Final = Path(__file__).with_name("sql")


@lru_cache(maxsize=1)
def queries() -> Any:
    """aiosql's object with a coroutine function for each statement."""
    import aiosql

    return aiosql.from_path(_SQL, "asyncpg")


class PostgresState:
    """Implements state.State."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def enrol(self, portals: Sequence[Portal], sources: Sequence[Source]) -> None:
        async with self._transaction() as connection:
            await queries().enrol_portals(
                connection,
                ids=[portal.id for portal in portals],
                names=[portal.name for portal in portals],
                areas=[portal.area for portal in portals],
                urls=[portal.base[0] for portal in portals],
            )
            if sources:
                await _enrol_hosts(connection, [(source.host, source.next_at) for source in sources])
                await queries().enrol_sources(
                    connection,
                    ids=[source.source_id for source in sources],
                    portals=[source.portal for source in sources],
                    kinds=[source.kind for source in sources],
                    urls=[source.url for source in sources],
                    hosts=[source.host for source in sources],
                    next_ats=[source.next_at for source in sources],
                    intervals=[source.interval_s for source in sources],
                )
            await queries().rest_sources(connection, ids=[source.source_id for source in sources])

    async def make_due(self, now: datetime, portals: Sequence[str] | None) -> None:
        async with self._transaction() as connection:
            await queries().make_sources_due(connection, now=now, portals=portals)
            await queries().make_hosts_due(connection, now=now, portals=portals)

    async def claim(
        self, owner: str, now: datetime, lease_s: float, hosts_max: int, among: Sequence[str] | None = None
    ) -> list[Host]:
        until = now + timedelta(seconds=lease_s)
        async with self._connection() as connection:
            rows = queries().claim(connection, owner=owner, now=now, until=until, hosts_max=hosts_max, among=among)
            return [
                Host(
                    row["host"],
                    row["not_before"],
                    Robots(row["robots_body"], row["robots_fetched_at"], row["robots_failing_since"]),
                    row["taken_over"],
                )
                async for row in rows
            ]

    async def renew(self, owner: str, now: datetime, lease_s: float) -> frozenset[str]:
        async with self._connection() as connection:
            rows = queries().renew(connection, owner=owner, now=now, until=now + timedelta(seconds=lease_s))
            return frozenset([row["host"] async for row in rows])

    async def release(self, owner: str, host: str, not_before: datetime) -> None:
        async with self._connection() as connection:
            await queries().release(connection, owner=owner, host=host, not_before=not_before)

    async def abandon(self, owner: str | None) -> None:
        async with self._connection() as connection:
            await queries().abandon(connection, owner=owner)

    async def due(self, host: str, now: datetime, limit: int) -> tuple[list[Source], list[Address]]:
        async with self._connection() as connection:
            sources = [_source(row) async for row in queries().due_sources(connection, host=host, now=now, n=limit)]
            rows = queries().due_addresses(connection, host=host, now=now, n=limit)
            return sources, [_address(row) async for row in rows]

    async def next_due(self, now: datetime, among: Sequence[str] | None = None) -> datetime | None:
        async with self._connection() as connection:
            found: datetime | None = await queries().next_due(connection, now=now, among=among)
            return found

    async def hosts_of(self, portals: Sequence[str]) -> list[str]:
        async with self._connection() as connection:
            return [row["host"] async for row in queries().hosts_of(connection, portals=list(portals))]

    async def unknown(self, article_ids: Sequence[str]) -> frozenset[str]:
        async with self._connection() as connection:
            known = [row["article_id"] async for row in queries().known(connection, ids=list(article_ids))]
        return frozenset(article_ids) - frozenset(known)

    async def yields(self, portal: str, patterns: Sequence[str], now: datetime) -> Mapping[str, Yield]:
        today = now.astimezone(VIETNAM).date()
        async with self._connection() as connection:
            rows = queries().yields(
                connection, portal=portal, patterns=list(patterns), today=today, since=today - timedelta(days=30)
            )
            return {row["pattern"]: Yield(row["taken_today"], row["good"], row["bad"]) async for row in rows}

    async def twins(self, address: Address, fingerprint: str) -> int:
        async with self._connection() as connection:
            count: int = await queries().twins(
                connection, portal=address.portal, fingerprint=fingerprint, article_id=address.article_id
            )
            return count

    async def save_robots(
        self, owner: str, host: str, robots: Robots, now: datetime, counts: Mapping[Count, int]
    ) -> None:
        async with self._holding(owner, host) as connection:
            await queries().save_robots(connection, host=host, **asdict(robots))
            await _add_counts(connection, now, counts)

    async def save_poll(
        self, owner: str, host: str, source: Source, found: Sequence[Address], counts: Mapping[Count, int]
    ) -> None:
        async with self._holding(owner, host) as connection:
            due = [(address.host, address.found_at) for address in found]
            await _enrol_hosts(connection, [each for each in (*due, (source.host, source.next_at)) if each[0] != host])
            await queries().save_source(connection, **_fields(source, "portal", "kind"))
            if found:
                await queries().add_addresses(
                    connection,
                    portal=source.portal,
                    source_id=source.source_id,
                    found_at=found[0].found_at,
                    ids=[address.article_id for address in found],
                    hosts=[address.host for address in found],
                    urls=[address.url for address in found],
                    canonicals=[address.canonical_url for address in found],
                    titles=[address.title for address in found],
                    publisheds=[address.published for address in found],
                    summaries=[address.summary for address in found],
                )
                taken = Counter(pattern(address.url) for address in found)
                await queries().add_taken(
                    connection,
                    portal=source.portal,
                    day=found[0].found_at.astimezone(VIETNAM).date(),
                    patterns=sorted(taken),
                    ns=[taken[each] for each in sorted(taken)],
                )
            await _add_counts(connection, source.polled_at or source.next_at, counts)

    async def save_visit(
        self,
        owner: str,
        host: str,
        address: Address,
        page: Page | None,
        counts: Mapping[Count, int],
        good: bool | None = None,
    ) -> None:
        at = page.fetched_at if page else address.next_at or address.found_at
        async with self._holding(owner, host) as connection:
            if address.host != host:
                await _enrol_hosts(connection, [(address.host, at)])
            kept = _fields(address, "portal", "source_id", "canonical_url", "found_at", "title", "published", "summary")
            await queries().save_address(connection, **kept)
            if page:
                await queries().save_page(connection, http_status=page.status, **_fields(page, "status"))
            if good is not None:
                await queries().add_yield(
                    connection,
                    portal=address.portal,
                    pattern=pattern(address.url),
                    day=at.astimezone(VIETNAM).date(),
                    good=int(good),
                    bad=int(not good),
                )
            await _add_counts(connection, at, counts)

    async def unaccounted(self, before: datetime, attempts_max: int, limit: int) -> list[Unaccounted]:
        async with self._connection() as connection:
            rows = [
                row
                async for row in queries().unaccounted(connection, before=before, attempts_max=attempts_max, n=limit)
            ]
        return [
            Unaccounted(
                Page(*(row[name] for name in _PAGE_COLUMNS)),
                row["attempts"] + 1,
                row["title"],
                row["published"],
                row["summary"],
            )
            for row in rows
        ]

    async def republished(self, page_id: str, now: datetime) -> None:
        async with self._connection() as connection:
            await queries().republished(connection, page_id=page_id, now=now)

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        try:
            async with self._pool.acquire(timeout=30) as connection:
                yield connection
        except LOST as error:
            raise StateUnavailable(f"{type(error).__name__}: {error}") from error

    @contextlib.asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        async with self._connection() as connection, connection.transaction():
            yield connection

    @contextlib.asynccontextmanager
    async def _holding(self, owner: str, host: str) -> AsyncIterator[Connection]:
        async with self._transaction() as connection:
            if not await queries().holds(connection, owner=owner, host=host):
                raise LeaseLost(host)
            yield connection


_PAGE_COLUMNS: Final = (
    "page_id", "article_id", "portal", "url", "canonical_url", "fetched_at", "http_status", "content_type",
    "body_sha256", "body_bytes", "tls_verified", "warc_file", "warc_offset",
)  # fmt: skip


def _fields(value: Any, *left_out: str) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__ if name not in left_out}


def _source(row: Mapping[str, Any]) -> Source:
    return Source(**{**row, "outcome": Outcome(row["outcome"]) if row["outcome"] else None})


def _address(row: Mapping[str, Any]) -> Address:
    return Address(**{**row, "outcome": Outcome(row["outcome"]) if row["outcome"] else None})


async def _enrol_hosts(connection: Connection, due: Sequence[tuple[str, datetime]]) -> None:
    """Makes the hosts known, or due earlier. In the order of their names, against deadlocks."""
    earliest: dict[str, datetime] = {}
    for host, at in due:
        earliest[host] = min(at, earliest.get(host, at))
    hosts = sorted(earliest)
    await queries().enrol_hosts(connection, hosts=hosts, due_ats=[earliest[host] for host in hosts])


async def _add_counts(connection: Connection, at: datetime, counts: Mapping[Count, int]) -> None:
    if not counts:
        return
    keys = sorted(counts)
    await queries().add_counts(
        connection,
        day=at.astimezone(VIETNAM).date(),
        portals=[portal for portal, _, _ in keys],
        whats=[what for _, what, _ in keys],
        outcomes=[outcome for _, _, outcome in keys],
        ns=[counts[key] for key in keys],
    )
