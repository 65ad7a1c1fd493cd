"""One poll of a source: ask, archive, read, take up what is new, and remember when to come back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from services.crawler.challenge import is_challenge
from services.crawler.fetch import Fetched
from services.crawler.frontier import source_id
from services.crawler.further import PASSING, Named, Reader
from services.crawler.model import Source
from services.crawler.outcomes import FAILURE_WEIGHTS, Outcome
from services.crawler.pages import sha256
from services.crawler.politeness import HostPace
from services.crawler.portals import Portal
from services.crawler.robots import Robots
from services.crawler.schedule import Poll, is_conditional, next_poll
from services.crawler.tools import Tools

ELSEWHERE_AFTER: Final = 2.0
"""A source that has failed so much is asked in turn where its entry says and where it last answered: a host may be
given up after a move, or have sent us the wrong way during an outage."""
HOPS_MAX: Final = 3
"""Hosts that a source may send us to in a row. More is a ring."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was read of a source, over all pages of it that were asked for."""

    outcome: Outcome
    first: Fetched
    named: Named = field(default_factory=Named)


async def poll(tools: Tools, owner: str, host: str, source: Source, pace: HostPace, robots: Robots) -> Outcome:
    """How the turn is to go on: RATE_LIMITED also where a further page was refused so. Raises StateUnavailable,
    LeaseLost, ArchiveError: the poll is then done again."""
    portal = tools.by_id[source.portal]
    home = home_of(portal, source.source_id) or source.url
    if source.failures >= ELSEWHERE_AFTER and source.hops == 0:
        source = _at(source, home if source.url != home else source.good_url or home)
    conditional = is_conditional(source, tools.now()) and tools.since is None
    if source.host != host:
        found = Found(Outcome.MOVED, Fetched(source.url, Outcome.MOVED, moved_to=source.url))
    elif not robots.allows(source.url):
        found = Found(Outcome.ROBOTS, Fetched(source.url, Outcome.ROBOTS))
    else:
        found = await _ask(tools, portal, source, home, pace, conditional)
    if found.outcome is Outcome.MOVED and source.hops >= HOPS_MAX:
        found = replace(found, outcome=Outcome.REDIRECT_LOOP)
    now = tools.now()
    if found.outcome is Outcome.MOVED:
        state = _moved(source, found.first, now)
    else:
        state = next_poll(source, _summary(found, conditional), now, tools.rng)
    counts = Counter({(portal.id, "poll", str(found.outcome)): 1})
    counts.update({(portal.id, "refused", reason): n for reason, n in found.named.refused.items()})
    counts.update({(portal.id, "further", str(outcome)): n for outcome, n in found.named.asked.items()})
    await tools.state.save_poll(owner, host, state, tuple(found.named.new.values()), counts)
    tools.report(portal.id, "failed" if found.outcome in FAILURE_WEIGHTS else "polled", 1)
    if found.named.new:
        tools.report(portal.id, "found", len(found.named.new))
    if found.outcome is Outcome.RATE_LIMITED:
        pace.pause(found.first.retry_after_s)
    return Outcome.RATE_LIMITED if found.named.asked[Outcome.RATE_LIMITED] else found.outcome


def home_of(portal: Portal, source: str) -> str | None:
    """The address that the entry gives for a source; None where it names it no more."""
    addresses = (*portal.feeds, *(listing.url for listing in portal.listings), *portal.sitemaps)
    return next((url for url in addresses if source_id(portal.id, url) == source), None)


async def _ask(tools: Tools, portal: Portal, source: Source, home: str, pace: HostPace, conditional: bool) -> Found:
    fetched = await tools.fetch(
        source.url,
        pace,
        tls=portal.tls,
        etag=source.etag if conditional else None,
        last_modified=source.last_modified if conditional else None,
    )
    await tools.archive(fetched)
    if fetched.outcome is not Outcome.OK:
        return Found(fetched.outcome, fetched)
    if sha256(fetched.body) == source.body_sha256 and tools.since is None:
        return Found(Outcome.NOT_MODIFIED, fetched)
    if is_challenge(fetched.body):
        return Found(Outcome.CHALLENGE, fetched)
    reader = Reader(tools, portal, source, home, pace)
    reading = await reader.read(fetched)
    if reading.failed:
        return Found(Outcome.NOT_A_FEED, fetched)
    if reading.kind == "listing" and not reading.items:
        return Found(Outcome.NO_LINKS, fetched)
    named = await reader.all(reading, fetched.url)
    outcome = Outcome.PARTIAL if named.asked.keys() & PASSING else Outcome.OK
    if reading.kind == "sitemap_index":  # its parts change while it stays as it is
        fetched = replace(fetched, body=b"", etag=None, last_modified=None)
    return Found(outcome, fetched, named)


def _summary(found: Found, conditional: bool) -> Poll:
    first = found.first
    answered = found.outcome in (Outcome.OK, Outcome.PARTIAL, Outcome.NOT_MODIFIED)
    moved = first.moved_to if first.moved_for_good and answered else None
    return Poll(
        found.outcome,
        found.named.items,
        len(found.named.new),
        moved,
        urlsplit(moved).hostname if moved else None,
        first.etag,
        first.last_modified,
        sha256(first.body) if found.outcome in (Outcome.OK, Outcome.NOT_MODIFIED) and first.body else None,
        conditional and first.status == 304,
        first.retry_after_s,
    )


def _at(source: Source, url: str) -> Source:
    return replace(source, url=url, host=urlsplit(url).hostname or source.host, etag=None, last_modified=None)


def _moved(source: Source, first: Fetched, now: datetime) -> Source:
    """To be asked at another host in that host's turn, by its pace and rules."""
    moved = _at(source, first.moved_to or source.url)
    return replace(moved, next_at=now, hops=source.hops + 1, outcome=Outcome.MOVED, polled_at=now)
