"""A visit to a portal: is it alive, what system is it, where are its sources, what is wrong with each.

Feeds are looked for where the entry says, where the home page announces them, where its system keeps them, and on pages
that list feeds; listing pages where the entry says, and in the sections that the menu names; sitemaps where the entry
and robots.txt say, and, if nothing else was found, where they use to lie. A source is kept if it names articles that
none before it did.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urljoin, urlsplit

from services.crawler.challenge import is_challenge
from services.crawler.feeds import FeedReading, read_feed
from services.crawler.fetch import Fetched
from services.crawler.frontier import candidates, source_id
from services.crawler.outcomes import Outcome
from services.crawler.politeness import HostPace
from services.crawler.portals import Listing, Portal, cms_table
from services.crawler.probe.home import detect_cms, read_home
from services.crawler.robots import Robots, after_asking
from services.crawler.tools import Fetch
from shared.clock import now as clock_now

FEEDS_TRIED_MAX: Final = 24
SECTIONS_TRIED_MAX: Final = 8
SITEMAPS_TRIED_MAX: Final = 3
DOORS_MAX: Final = 3
"""Pages that only send on, before the home page."""
SITEMAPS: Final = ("sitemap.xml", "sitemap_index.xml", "sitemap-news.xml")
SLOW_S: Final = 10.0
OLD: Final = timedelta(days=90)
"""A source whose newest item is older is frozen: worth saying, since many portals are since the mergers."""
TLS_HINTS: Final = (
    ("certificate has expired", "allow: [expired]"),
    ("Hostname mismatch", "allow: [host_name]"),
    ("unable to get local issuer", "ca: FILE.pem, the intermediate that it does not send"),
    ("self-signed", "ca: FILE.pem, the authority that signed it"),
    ("legacy renegotiation", "allow: [legacy]"),
    ("key too small", "allow: [legacy]"),
    ("protocol", "allow: [legacy]"),
    ("handshake failure", "allow: [legacy]"),
)
"""Words of OpenSSL, and what in an entry's `tls` allows for it (portals.py)."""
_TLS_REASON: Final = re.compile(r"certificate verify failed: ([^('\"]+)|\[SSL: \w+\] ([^('\"]+)")


@dataclass(frozen=True, slots=True)
class ProbedSource:
    url: str
    kind: str
    """feed | listing | sitemap"""
    articles: int
    """0 where an entry's own source fails."""
    newest: datetime | None
    elapsed_s: float
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Probed:
    portal: Portal
    """The entry, at the address where its home page was found."""
    verdict: str
    """alive | frozen | no articles | the outcome of the request that failed."""
    cms: str | None
    title: str
    sources: tuple[ProbedSource, ...]
    problems: tuple[str, ...]
    """Of the portal as a whole."""
    elapsed_s: float
    """Of the home page's answer."""

    @property
    def alive(self) -> bool:
        """It answers and names articles of its own."""
        return bool(self.found())

    def found(self, kind: str | None = None) -> tuple[ProbedSource, ...]:
        return tuple(source for source in self.sources if source.articles and kind in (None, source.kind))


async def probe_portal(portal: Portal, fetch: Fetch) -> Probed:
    """Asks at the portal's own delay, within its robots.txt. Never raises for what the portal does."""
    visit = _Visit(portal, fetch)
    home = await visit.home()
    if home.outcome is not Outcome.OK:
        return Probed(visit.portal, str(home.outcome), portal.cms, "", (), (_failure(home),), home.elapsed_s)
    cms = portal.cms or detect_cms(home.body)
    visit.cms = cms
    reading, page = visit.read(home, "listing"), read_home(home.body, home.url, home.content_type, cms)
    await visit.feeds(portal.feeds, reading.feeds)
    if not visit.sources:
        await visit.feeds((), _usual_feeds(portal, home, cms))
    await visit.listings(home, reading, page.sections)
    if not visit.sources and cms and not portal.cms:  # its signs, but addresses of the site's own making
        visit.cms = cms = None
        await visit.listings(home, visit.read(home, "listing"), page.sections)
    await visit.sitemaps()
    sources = tuple(visit.sources)
    result = Probed(visit.portal, "", cms, page.title, sources, (), home.elapsed_s)
    newest = max((source.newest for source in result.found() if source.newest), default=None)
    frozen = newest is not None and clock_now() - newest > OLD
    verdict = "no articles" if not result.alive else "frozen" if frozen else "alive"
    return replace(result, verdict=verdict, problems=_complaints(home, result, newest if frozen else None))


@dataclass(slots=True)
class _Visit:
    portal: Portal
    fetch: Fetch
    cms: str | None = None
    robots: Robots = field(default_factory=Robots)
    pace: HostPace = field(init=False)
    start: str = field(init=False)
    """The home page's address in the entry, wherever that leads."""
    sources: list[ProbedSource] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    """Articles that the sources so far have named."""

    def __post_init__(self) -> None:
        self.start = self.portal.base[0]
        self.pace = HostPace(
            delay_s=self.portal.delay_s,
            concurrency=1,
            not_before=clock_now(),
            now=clock_now,
            sleep=asyncio.sleep,
            may_ask=lambda: None,
        )

    async def ask(self, url: str) -> Fetched:
        fetched = await self.fetch(url, self.pace, tls=self.portal.tls)
        if fetched.outcome is Outcome.RATE_LIMITED:
            self.pace.pause(fetched.retry_after_s)
        challenged = fetched.outcome is Outcome.OK and is_challenge(fetched.body)
        return replace(fetched, outcome=Outcome.CHALLENGE) if challenged else fetched

    async def home(self) -> Fetched:
        """The home page: behind the `www.` twin that the site prefers, and behind pages that only send on."""
        url, asked = self.start, ""
        for _ in range(DOORS_MAX + 1):
            if urlsplit(url).netloc != asked and (refused := await self._rules(url)):
                return refused
            asked = urlsplit(url).netloc
            home = await self.ask(url)
            if home.outcome is Outcome.MOVED and _is_twin(home.moved_to, url):
                url = str(home.moved_to)
                self.portal = replace(self.portal, base=(url, *self.portal.base[1:]))
                continue
            if home.moved_for_good and home.moved_to:  # most often from http to https
                there = urlsplit(home.moved_to)
                base = urlsplit(self.portal.base[0])._replace(scheme=there.scheme, netloc=there.netloc).geturl()
                self.portal = replace(self.portal, base=(base, *self.portal.base[1:]))
            sent_on = read_home(home.body, home.url, home.content_type, None).leads_to
            if home.outcome is not Outcome.OK or sent_on is None or not _is_twin(sent_on, home.url):
                return home
            url = sent_on
        return replace(home, outcome=Outcome.REDIRECT_LOOP)

    async def _rules(self, url: str) -> Fetched | None:
        """Reads robots.txt of the host. Gives what failed where nothing may be asked."""
        self.pace.allows = lambda url: True
        fetched = await self.ask(urljoin(url, "/robots.txt"))
        self.robots = after_asking(Robots(), fetched, clock_now())
        self.pace.allows = self.robots.allows
        self.pace.set_delay(max(self.portal.delay_s, self.robots.delay_s()))
        return fetched if self.robots.must_wait(clock_now()) else None

    def read(self, fetched: Fetched, due: str, links: str | None = None) -> FeedReading:
        return read_feed(
            fetched.body,
            url=fetched.url,
            fetched_at=clock_now(),
            content_type=fetched.content_type,
            due=due,
            cms=self.cms,
            links=links,
        )

    async def feeds(self, named: tuple[str, ...], guessed: Iterable[str]) -> None:
        """`named`: by the entry, of which also what fails is told."""
        waiting = list(dict.fromkeys((*named, *guessed)))
        for number, url in enumerate(waiting):  # grows while it is read: by the feeds that a page lists
            if number >= FEEDS_TRIED_MAX:
                break
            reading = await self._try(url, "feed", url in named)
            if reading is not None and reading.kind in ("html", "listing"):
                waiting += [feed for feed in reading.feeds if feed not in waiting]

    async def listings(self, home: Fetched, reading: FeedReading, sections: Iterable[str]) -> None:
        named = {listing.url: listing for listing in self.portal.listings}
        for url, listing in named.items():
            if url != self.start:
                await self._try(url, "listing", True, listing)
        for url in [url for url in sections if url not in named][:SECTIONS_TRIED_MAX]:
            await self._try(url, "listing", False)
        if self.start in named:
            self._add(home, home.url, "listing", reading, keep=False)

    async def sitemaps(self) -> None:
        announced = [url for url in self.robots.sitemaps() if urlsplit(url).hostname == self._host]
        usual = [urljoin(self.portal.base[0], f"/{path}") for path in SITEMAPS] if not self.sources else []
        named = self.portal.sitemaps
        for url in [*named, *[url for url in (*announced, *usual) if url not in named][:SITEMAPS_TRIED_MAX]]:
            reading = await self._try(url, "sitemap", url in named)
            if reading and reading.kind == "sitemap_index" and reading.items:
                newest = max(reading.items, key=lambda part: part.published.timestamp() if part.published else 0)
                await self._try(newest.url, "sitemap", False, listed_as=url)

    @property
    def _host(self) -> str | None:
        return urlsplit(self.portal.base[0]).hostname

    async def _try(
        self, url: str, kind: str, named: bool, listing: Listing | None = None, listed_as: str | None = None
    ) -> FeedReading | None:
        fetched = await self.ask(url)
        if fetched.outcome is not Outcome.OK:
            if named:
                self.sources.append(ProbedSource(url, kind, 0, None, fetched.elapsed_s, (_words(fetched),)))
            return None
        reading = self.read(fetched, kind, listing.links if listing else None)
        if not reading.failed or named:
            self._add(fetched, listed_as or url, kind, reading, keep=named)
        return reading

    def _add(self, fetched: Fetched, url: str, kind: str, reading: FeedReading, *, keep: bool) -> None:
        """Keeps the source where it names an article that none before did, or to `keep`, since the entry has it."""
        index = reading.kind == "sitemap_index"
        own, refused = candidates(
            self.portal, source_id(self.portal.id, url), () if index else reading.items, clock_now()
        )
        named = {address.article_id for address in own}
        if index or (named <= self.known and not keep):
            return
        self.known |= named
        foreign = (f"{refused['foreign']} links to other sites",) if refused["foreign"] else ()
        dates = [address.published for address in own if address.published]
        nothing = ("no articles",) if not own else ("no dates",) if not dates else ()
        moved = (f"has moved to {fetched.moved_to}",) if fetched.moved_for_good else ()
        problems = (*reading.problems, *foreign, *nothing, *moved)
        self.sources.append(ProbedSource(url, kind, len(own), max(dates, default=None), fetched.elapsed_s, problems))


def _is_twin(target: str | None, url: str) -> bool:
    """The same site with or without `www.`: all other hosts are other sites, until a person says so."""
    hosts = [(urlsplit(each or "").hostname or "").removeprefix("www.") for each in (target, url)]
    return hosts[0] == hosts[1]


def _usual_feeds(portal: Portal, home: Fetched, cms: str | None) -> list[str]:
    kept = cms_table()[cms or "generic"]["feeds"]
    return [urljoin(base, path) for path in kept for base in dict.fromkeys((portal.base[0], home.url))]


def _failure(home: Fetched) -> str:
    what = "robots.txt" if urlsplit(home.url).path == "/robots.txt" else "home page"
    return f"{what}: {_words(home)}"


def _words(fetched: Fetched) -> str:
    if fetched.outcome is Outcome.MOVED:
        return f"moved to another site, {fetched.moved_to}: `solieu portals add` it if that is its successor"
    if fetched.outcome is Outcome.TLS:
        hint = next((hint for words, hint in TLS_HINTS if words.lower() in fetched.detail.lower()), None)
        said = _TLS_REASON.search(fetched.detail)
        reason = (said[1] or said[2]).strip() if said else fetched.detail
        return f"tls: {reason}" + (f"; an entry may say tls: {{{hint}}}" if hint else "")
    return str(fetched.outcome) + (f" ({fetched.detail})" if fetched.detail else "")


def _complaints(home: Fetched, result: Probed, frozen_since: datetime | None) -> tuple[str, ...]:
    said = []
    if not result.found("feed"):
        others = [kind for kind in ("listing", "sitemap") if result.found(kind)]
        said.append("no feed" + (f": {' and '.join(others)} pages instead" if others else ""))
    if home.elapsed_s > SLOW_S:
        said.append(f"slow: {home.elapsed_s:.0f} s")
    if not home.tls_verified:
        said.append("TLS not verified (allowed by its entry)")
    if home.moved_for_good:
        said.append(f"has moved to {home.moved_to}")
    if frozen_since:
        said.append(f"nothing new since {frozen_since:%Y-%m-%d}")
    failing = sum(not source.articles for source in result.sources)
    if failing:
        said.append(f"{failing} of its entry's sources give{'s' if failing == 1 else ''} no articles")
    return tuple(said)
