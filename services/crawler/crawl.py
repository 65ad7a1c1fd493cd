"""The crawler's loop: claim hosts that have work due, give each its turn, renew leases, nap until the next is due."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import structlog

from services.crawler.archive import Place
from services.crawler.frontier import source_id
from services.crawler.model import Host, Source
from services.crawler.pages import message_again
from services.crawler.portals import Portal
from services.crawler.schedule import INTERVAL_S_FIRST
from services.crawler.state import StateUnavailable
from services.crawler.tools import Tools
from services.crawler.turn import take_turn

ONCE_HORIZON_S: Final = 130.0
"""`once` waits for a host that may be asked within so long (the longest crawl-delay), not for later retries."""
REPUBLISHED_AT_ONCE: Final = 50
REPUBLISH_TRIES_MAX: Final = 5
WAIT_S: Final = 2.0
"""Between tries when the database is away."""

log = structlog.get_logger(__name__)


def sources_of(portals: Sequence[Portal], now: datetime) -> list[Source]:
    """A source for each feed, listing and sitemap, first due now."""
    found: dict[str, Source] = {}
    for portal in portals:
        kinds = {
            "feed": portal.feeds,
            "listing": tuple(listing.url for listing in portal.listings),
            "sitemap": portal.sitemaps,
        }
        for kind, urls in kinds.items():
            for url in urls:
                identity = source_id(portal.id, url)
                host = urlsplit(url).hostname or ""
                found[identity] = Source(identity, portal.id, kind, url, host, now, INTERVAL_S_FIRST)
    return list(found.values())


class Crawl:
    """One crawler process on a memory that others may share."""

    def __init__(self, tools: Tools, stop: asyncio.Event, owner: str | None = None) -> None:
        self.tools, self.stop = tools, stop
        self.owner = owner or f"crawler-{secrets.token_hex(6)}"
        self._turns: dict[str, asyncio.Task[None]] = {}
        self._held: dict[str, datetime] = {}
        """Host -> until when its lease is certain."""

    async def run(self, *, once: bool = False) -> None:
        """Until `stop` is set; with `once`, until every source has been polled and what is new has been fetched.

        Raises ArchiveError and what `publish` raises. While the database is away it waits."""
        await self._patiently(self._begin, once)
        chores = asyncio.create_task(self._chores())
        try:
            while not self.stop.is_set():
                if chores.done():
                    chores.result()
                finished = await self._patiently(self._step, once)
                if finished:
                    break
        finally:
            chores.cancel()
            await self._end()
            await asyncio.wait([chores])

    async def _begin(self, once: bool) -> bool:
        tools, now = self.tools, self.tools.now()
        if tools.knobs.alone:
            await tools.state.abandon(None)
            while await republish(tools, now) == REPUBLISHED_AT_ONCE:  # what the embedded bus of the run before held
                pass
        await tools.state.enrol(tools.portals, sources_of(tools.portals, now))
        if once:
            await tools.state.make_due(now, sorted(tools.only) if tools.only else None)
        return False

    async def _step(self, once: bool) -> bool:
        """Claims and starts turns, then naps. True where `once` has nothing left to do."""
        tools = self.tools
        self._reap()
        now = tools.now()
        among = await tools.state.hosts_of(sorted(tools.only)) if tools.only else None
        hosts = await self._claim(now, among)
        for host in hosts:
            self._held[host.host] = now + timedelta(seconds=tools.knobs.lease_s)
            turn = take_turn(tools, self.owner, host, self._held.__getitem__, self.stop)
            self._turns[host.host] = asyncio.create_task(turn, name=f"turn {host.host}")
        due = await tools.state.next_due(tools.now(), among)
        if once and not self._turns and (due is None or due > tools.now() + timedelta(seconds=ONCE_HORIZON_S)):
            return True
        nap_s = (due - tools.now()).total_seconds() if due else tools.knobs.idle_s_max
        await self._nap(min(max(nap_s, 0.02), tools.knobs.idle_s_max))
        return False

    async def _claim(self, now: datetime, among: Sequence[str] | None) -> list[Host]:
        tools, free = self.tools, self.tools.knobs.hosts_max - len(self._turns)
        if free <= 0:
            return []
        return await tools.state.claim(self.owner, now, tools.knobs.lease_s, free, among)

    async def _nap(self, seconds: float) -> None:
        """Until the time is up, a turn ends, or the crawler is told to stop."""
        stopping = asyncio.create_task(self.stop.wait())
        try:
            await asyncio.wait({stopping, *self._turns.values()}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()

    def _reap(self) -> None:
        """Forgets the turns that have ended. Lets out what stopped one, but for a database that is away."""
        for host in [host for host, turn in self._turns.items() if turn.done()]:
            turn = self._turns.pop(host)
            self._held.pop(host, None)
            error = None if turn.cancelled() else turn.exception()
            if isinstance(error, StateUnavailable):
                log.warning("turn cut short", host=host, error=str(error))
            elif error:
                raise error

    async def _chores(self) -> None:
        """Renews leases and publishes again what stays without an outcome."""
        tools = self.tools
        republished = tools.now() - timedelta(days=1)
        while True:
            await tools.sleep(tools.knobs.lease_s / 3)
            now = tools.now()
            try:
                for host in await tools.state.renew(self.owner, now, tools.knobs.lease_s):
                    self._held[host] = now + timedelta(seconds=tools.knobs.lease_s)
                if now - republished > timedelta(seconds=tools.knobs.republish_after_s / 3):
                    republished = now
                    await republish(tools, now - timedelta(seconds=tools.knobs.republish_after_s))
            except StateUnavailable as error:
                log.warning("waiting", doing="renew", error=str(error))

    async def _end(self) -> None:
        """Lets running requests end (each turn sees `stop`), then gives back what is still held."""
        for turn in self._turns.values():
            if not self.stop.is_set():
                turn.cancel()
        if self._turns:
            await asyncio.wait(self._turns.values())
        try:
            await self.tools.state.abandon(self.owner)
        except StateUnavailable:
            log.warning("leases left to run out", owner=self.owner)

    async def _patiently(self, do: Callable[[bool], Awaitable[bool]], once: bool) -> bool:
        """Does it, again while the database is away. False where it was given up because of `stop`."""
        while not self.stop.is_set():
            try:
                return await do(once)
            except StateUnavailable as error:
                log.warning("waiting", doing=do.__name__, error=str(error))
                await self._nap(WAIT_S)
        return False


async def republish(tools: Tools, before: datetime) -> int:
    """Publishes again, from the archive, the pages that have had no outcome since `before`. Returns how many."""
    again = 0
    for found in await tools.state.unaccounted(before, REPUBLISH_TRIES_MAX, REPUBLISHED_AT_ONCE):
        body = await tools.offload(tools.load, Place(found.page.warc_file, found.page.warc_offset))
        if body is None:
            log.warning("page no longer archived", page_id=found.page.page_id, warc_file=found.page.warc_file)
            await tools.state.republished(found.page.page_id, tools.now())  # counts as a try: it must end
            continue
        message = message_again(found, tools.by_id.get(found.page.portal), body, tools.now())
        await tools.publish([message])
        await tools.state.republished(found.page.page_id, tools.now())
        again += 1
    return again
