"""A visit to a portal: is it alive, what system is it, where are its feeds, what is wrong with them.

Feeds are looked for where the entry says, where the home page announces them, where its system keeps them; the home
page itself and the entry's listing pages are the fallback. Only what names articles counts.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urljoin, urlsplit

import yaml

from services.crawler import robots as robots_txt
from services.crawler.challenge import is_challenge
from services.crawler.feeds import FeedReading, read_feed
from services.crawler.fetch import Fetched
from services.crawler.frontier import candidates, source_id
from services.crawler.outcomes import Outcome
from services.crawler.politeness import HostPace
from services.crawler.portals import Listing, Portal, cms_table
from services.crawler.robots import Robots
from services.crawler.tools import Fetch
from shared.clock import now as clock_now

FEEDS_TRIED_MAX: Final = 12
SLOW_S: Final = 10.0
OLD: Final = timedelta(days=90)
"""A feed whose newest item is older is frozen: worth saying, since many portals are since the mergers."""


@dataclass(frozen=True, slots=True)
class ProbedSource:
    url: str
    kind: str
    """feed | listing"""
    items: int
    newest: datetime | None
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Probed:
    portal: Portal
    alive: bool
    """It answers and names articles of its own."""
    verdict: str
    """alive | frozen | no articles | the outcome of the home page's request."""
    cms: str | None
    sources: tuple[ProbedSource, ...]
    problems: tuple[str, ...]
    elapsed_s: float
    """Of the home page's answer."""


async def probe_portal(portal: Portal, fetch: Fetch) -> Probed:
    """Asks at the portal's own delay, within its robots.txt. Never raises for what the portal does."""
    pace = HostPace(
        delay_s=portal.delay_s,
        concurrency=1,
        not_before=clock_now(),
        now=clock_now,
        sleep=asyncio.sleep,
        may_ask=lambda: None,
    )
    visit = _Visit(portal, fetch, pace, await _robots(portal, fetch, pace))
    pace.set_delay(max(portal.delay_s, visit.robots.delay_s()))
    home = await visit.ask(portal.base[0])
    if home.outcome is not Outcome.OK or is_challenge(home.body):
        outcome = Outcome.CHALLENGE if home.outcome is Outcome.OK else home.outcome
        where = f"leads to {home.moved_to}" if home.outcome is Outcome.MOVED else home.detail
        problem = f"home page: {outcome}" + (f" ({where})" if where else "")
        return Probed(portal, False, str(outcome), portal.cms, (), (problem,), home.elapsed_s)
    cms = portal.cms or detect_cms(home.body)
    reading = visit.read(home, "listing", cms)
    feeds = await visit.feeds(_feed_addresses(portal, reading, cms))
    listings = await visit.listings(home, reading, cms)
    found = (*feeds, *(() if feeds else listings))
    problems = tuple(dict.fromkeys((*_complaints(home, found), *(p for source in found for p in source.problems))))
    newest = max((source.newest for source in found if source.newest), default=None)
    frozen = newest is not None and clock_now() - newest > OLD
    verdict = "no articles" if not found else "frozen" if frozen else "alive"
    return Probed(portal, bool(found), verdict, cms, found, problems, home.elapsed_s)


def detect_cms(body: bytes) -> str | None:
    """The system whose signs a home page shows; None where none does, or several equally well."""
    text = body[:400_000].decode("utf-8", "replace")
    hits = {
        name: sum(bool(re.search(sign, text, re.IGNORECASE)) for sign in rules["signs"])
        for name, rules in cms_table().items()
    }
    best = max(hits.values())
    named = [name for name, count in hits.items() if count == best]
    return named[0] if best and len(named) == 1 else None


def draft(url: str, identity: str | None = None) -> Portal:
    """A first entry for the site at `url`, to be probed."""
    host = urlsplit(url).hostname or ""
    stem = re.sub(r"^www\.|\.(?:gov|com|org|net|edu)\.vn$|\.[a-z]+$", "", host)
    made = identity or re.sub(r"[^a-z0-9]+", "-", stem).strip("-") or "portal"
    kind = "department" if re.match(r"(?:so|s[a-z]{1,4})\w*\.", host) else "newspaper"
    if host.endswith(".gov.vn") and host.count(".") == 2:
        kind = "province"
    return Portal(made, host, kind, (url,), listings=(Listing(url),))


def entry_of(result: Probed) -> str:
    """The portals file's entry for what a probe has found, as YAML."""
    portal = result.portal
    entry: dict[str, object] = {"id": portal.id, "name": portal.name, "kind": portal.kind}
    entry |= {"area": portal.area} if portal.area else {}
    entry |= {"cms": result.cms} if result.cms else {}
    entry["base"] = list(portal.base)
    for key, kind in (("feeds", "feed"), ("listings", "listing")):
        urls = [source.url for source in result.sources if source.kind == kind]
        entry |= {key: urls} if urls else {}
    if not result.sources:
        entry["listings"] = [listing.url for listing in portal.listings]
    entry["verified"] = result.alive
    text = yaml.safe_dump([entry], allow_unicode=True, sort_keys=False, width=1000)
    return "".join(f"  {line}\n" for line in text.splitlines())


def written(text: str, result: Probed) -> str:
    """The portals file's `text` with the entry of `result` brought up to what was found; comments and all else stay.
    Unchanged where the portal gave no articles: a bad day must not undo what was once seen."""
    lines = text.splitlines(keepends=True)
    start = next((n for n, line in enumerate(lines) if re.match(rf"  - id: {result.portal.id}\s*(?:#|$)", line)), None)
    if start is None or not result.alive:
        return text
    end = next((n for n in range(start + 1, len(lines)) if not re.match(r"    \S|      ", lines[n])), len(lines))
    feeds = [source.url for source in result.sources if source.kind == "feed"]
    values = {"verified": "true"} | ({"cms": result.cms} if result.cms else {})
    values |= {"feeds": "[" + ", ".join(f'"{url}"' for url in feeds) + "]"} if feeds else {}
    entry = lines[start:end]
    for key, value in values.items():
        at = next((n for n, line in enumerate(entry) if line.startswith(f"    {key}:")), None)
        if at is None:
            entry.append(f"    {key}: {value}\n")
        else:
            entry[at] = f"    {key}: {value}\n"
    return "".join((*lines[:start], *entry, *lines[end:]))


@dataclass(frozen=True, slots=True)
class _Visit:
    portal: Portal
    fetch: Fetch
    pace: HostPace
    robots: Robots

    async def ask(self, url: str) -> Fetched:
        if not self.robots.allows(url):
            return Fetched(url, Outcome.ROBOTS)
        return await self.fetch(url, self.pace, tls=self.portal.tls)

    def read(self, fetched: Fetched, due: str, cms: str | None, links: str | None = None) -> FeedReading:
        return read_feed(
            fetched.body,
            url=fetched.url,
            fetched_at=clock_now(),
            content_type=fetched.content_type,
            due=due,
            cms=cms,
            links=links,
        )

    async def feeds(self, addresses: Iterable[str]) -> tuple[ProbedSource, ...]:
        """Those of the addresses that are feeds with articles of the portal; a feed at two addresses once."""
        found: dict[tuple[str, ...], ProbedSource] = {}
        for url in addresses:
            fetched = await self.ask(url)
            if fetched.outcome is not Outcome.OK:
                continue
            reading = self.read(fetched, "feed", None)
            source = self._source(url, "feed", reading)
            if source:
                found.setdefault(tuple(item.url for item in reading.items), source)
        return tuple(found.values())

    async def listings(self, home: Fetched, reading: FeedReading, cms: str | None) -> tuple[ProbedSource, ...]:
        found = []
        for listing in self.portal.listings:
            if listing.url != self.portal.base[0]:
                fetched = await self.ask(listing.url)
                if fetched.outcome is not Outcome.OK:
                    continue
                source = self._source(listing.url, "listing", self.read(fetched, "listing", cms, listing.links))
            else:
                source = self._source(home.url, "listing", reading)
            found += [source] if source else []
        return tuple(found)

    def _source(self, url: str, kind: str, reading: FeedReading) -> ProbedSource | None:
        own, refused = candidates(self.portal, source_id(self.portal.id, url), reading.items, clock_now())
        if not own:
            return None
        foreign = (f"{kind}: {refused['foreign']} links to other sites",) if refused["foreign"] else ()
        dates = [address.published for address in own if address.published]
        undated = (f"{kind}: no dates",) if not dates else ()
        problems = (*(f"{kind}: {problem}" for problem in reading.problems), *foreign, *undated)
        return ProbedSource(url, kind, len(own), max(dates, default=None), problems)


async def _robots(portal: Portal, fetch: Fetch, pace: HostPace) -> Robots:
    fetched = await fetch(urljoin(portal.base[0], "/robots.txt"), pace, tls=portal.tls)
    return robots_txt.answered(Robots(), fetched.status, fetched.body, clock_now()) if fetched.status else Robots()


def _feed_addresses(portal: Portal, home: FeedReading, cms: str | None) -> list[str]:
    kept = cms_table()[cms or "generic"]["feeds"]
    known = (*portal.feeds, *home.feeds, *(urljoin(portal.base[0], path) for path in kept))
    return list(dict.fromkeys(known))[:FEEDS_TRIED_MAX]


def _complaints(home: Fetched, found: tuple[ProbedSource, ...]) -> list[str]:
    said = []
    if not any(source.kind == "feed" for source in found):
        said.append("no feed" + (": listing pages instead" if found else ""))
    if home.elapsed_s > SLOW_S:
        said.append(f"slow: {home.elapsed_s:.0f} s")
    if not home.tls_verified:
        said.append("TLS not verified (allowed by its entry)")
    if home.moved_for_good:
        said.append(f"has moved to {home.moved_to}")
    newest = max((source.newest for source in found if source.newest), default=None)
    if newest and clock_now() - newest > OLD:
        said.append(f"nothing new since {newest:%Y-%m-%d}")
    return said
