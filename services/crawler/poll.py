"""One poll of a source: ask, archive, read, take up what is new, and remember when to come back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urljoin, urlsplit

from services.crawler.challenge import is_challenge
from services.crawler.feeds import FeedItem, FeedReading
from services.crawler.fetch import Fetched
from services.crawler.frontier import candidates, pattern, source_id, within_budget
from services.crawler.model import Address, Source
from services.crawler.outcomes import FAILURE_WEIGHTS, Outcome
from services.crawler.pages import sha256
from services.crawler.politeness import HostPace
from services.crawler.portals import Listing, Portal, cms_table
from services.crawler.robots import Robots
from services.crawler.schedule import Poll, is_conditional, next_poll
from services.crawler.tools import Tools

SITEMAPS_MAX: Final = 3
"""Parts of a sitemap index that one poll reads: the newest."""
SITEMAP_AGE_MAX: Final = timedelta(days=30)
"""A sitemap names everything that there ever was; older articles are for a back-fill."""
BACK_FILL_PAGES_MAX: Final = 1000
"""Pages of one listing that a back-fill reads, whatever its dates say."""
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
    items: int = 0
    new: tuple[Address, ...] = ()
    refused: tuple[tuple[str, int], ...] = ()


async def poll(tools: Tools, owner: str, host: str, source: Source, pace: HostPace, robots: Robots) -> Outcome:
    """Raises StateUnavailable, LeaseLost, ArchiveError: the poll is then done again."""
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
    counts.update({(portal.id, "refused", reason): n for reason, n in found.refused})
    await tools.state.save_poll(owner, host, state, found.new, counts)
    tools.report(portal.id, "failed" if found.outcome in FAILURE_WEIGHTS else "polled", 1)
    if found.new:
        tools.report(portal.id, "found", len(found.new))
    if found.outcome is Outcome.RATE_LIMITED:
        pace.pause(found.first.retry_after_s)
    return found.outcome


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
    await _archive(tools, fetched)
    if fetched.outcome is not Outcome.OK:
        return Found(fetched.outcome, fetched)
    if sha256(fetched.body) == source.body_sha256 and tools.since is None:
        return Found(Outcome.NOT_MODIFIED, fetched)
    if is_challenge(fetched.body):
        return Found(Outcome.CHALLENGE, fetched)
    listing = tools.listings.get((portal.id, home))
    reading = await _read(tools, portal, source.kind, fetched, listing)
    if reading.failed:
        return Found(Outcome.NOT_A_FEED, fetched)
    if reading.kind == "listing" and not reading.items:
        return Found(Outcome.NO_LINKS, fetched)
    items, fresh, refused = await _more(tools, portal, source, pace, fetched, reading, listing)
    return Found(Outcome.OK, fetched, items, tuple(fresh), tuple(refused.items()))


async def _more(
    tools: Tools,
    portal: Portal,
    source: Source,
    pace: HostPace,
    fetched: Fetched,
    reading: FeedReading,
    listing: Listing | None,
) -> tuple[int, list[Address], Counter[str]]:
    """The new addresses of a reading and of what it leads to: a listing's further pages, an index's parts."""
    if reading.kind == "sitemap_index":
        newest = sorted(
            reading.items, key=lambda item: item.published.timestamp() if item.published else 0, reverse=True
        )
        urls = [item.url for item in newest if urlsplit(item.url).hostname == source.host]
        urls = urls[: SITEMAPS_MAX if tools.since is None else None]
        parts = [await _part(tools, portal, source, pace, url, None) for url in urls]
        count, fresh, refused = await _take(
            tools, portal, source, [each for part in parts if part for each in part.items]
        )
        return count, fresh[: tools.budget] if tools.since else fresh, refused
    count, fresh, refused = await _take(tools, portal, source, reading.items)
    # At first sight one page; what is older is back-fill.
    if reading.kind != "listing" or (source.polled_at is None and tools.since is None):
        return count, fresh, refused
    number, at, page_new = 1, fetched.url, len(fresh)
    pages_max = BACK_FILL_PAGES_MAX if tools.since else listing.pages if listing else 1
    while number < pages_max and _leads_on(tools, reading, page_new, sum(refused.values()), len(fresh)):
        number += 1
        following = reading.next_page or next_page(portal, listing, source.url, number)
        if following is None or following == at or urlsplit(following).hostname != source.host:
            break
        part = await _part(tools, portal, source, pace, following, listing)
        if part is None or not part.items:
            break
        reading, at = part, following
        more, new, refused = await _take(tools, portal, source, part.items)
        known = {address.article_id for address in fresh}
        new = [address for address in new if address.article_id not in known]
        count, page_new = count + more, len(new)
        fresh += new
    return count, fresh[: tools.budget] if tools.since else fresh, refused


def _leads_on(tools: Tools, reading: FeedReading, new: int, refused: int, found: int) -> bool:
    """Whether the next page is asked for: all on this one was new; in a back-fill, not all on it was too old."""
    if tools.since is None:
        return 0 < new == len(reading.items) - refused
    since = tools.since
    old = sum(1 for item in reading.items if item.published and item.published < since)
    return old < len(reading.items) and found < tools.budget


def next_page(portal: Portal, listing: Listing | None, url: str, number: int) -> str | None:
    """Address of page `number` of a listing at `url`, by the entry's rule, else the CMS's."""
    rule = listing.next if listing and listing.next else cms_table()[portal.cms or "generic"].get("page")
    if not rule:
        return None
    step = str(rule).replace("{page}", str(number))
    if step.startswith("?") and urlsplit(url).query:
        return f"{url}&{step[1:]}"
    return urljoin(url if step.startswith("?") or url.endswith("/") else f"{url}/", step)


async def _part(
    tools: Tools, portal: Portal, source: Source, pace: HostPace, url: str, listing: Listing | None
) -> FeedReading | None:
    fetched = await tools.fetch(url, pace, tls=portal.tls)
    await _archive(tools, fetched)
    if fetched.outcome is not Outcome.OK:
        return None
    return await _read(tools, portal, source.kind, fetched, listing)


async def _take(
    tools: Tools, portal: Portal, source: Source, items: tuple[FeedItem, ...] | list[FeedItem]
) -> tuple[int, list[Address], Counter[str]]:
    since = tools.since or (tools.now() - SITEMAP_AGE_MAX if source.kind == "sitemap" else None)
    home = urlsplit(home_of(portal, source.source_id) or "").hostname
    moved_to = source.host if source.host != home else None
    taken, refused = candidates(portal, source.source_id, items, tools.now(), since=since, moved_to=moved_to)
    unknown = await tools.state.unknown([address.article_id for address in taken])
    new = [address for address in taken if address.article_id in unknown]
    if tools.since:  # the budgets of traps are for what nobody watches; this one is given by hand
        return len(items), new, refused
    yields = await tools.state.yields(portal.id, sorted({pattern(address.url) for address in new}), tools.now())
    kept, over = within_budget(new, yields)
    refused.update({"budget": over} if over else {})
    return len(items), kept, refused


async def _read(tools: Tools, portal: Portal, kind: str, fetched: Fetched, listing: Listing | None) -> FeedReading:
    reading: FeedReading = await tools.offload(
        tools.read,
        fetched.body,
        url=fetched.url,
        fetched_at=tools.now(),
        content_type=fetched.content_type,
        links=listing.links if listing else None,
        cms=portal.cms,
        due=kind,
    )
    return reading


async def _archive(tools: Tools, fetched: Fetched) -> None:
    if fetched.exchanges:
        await tools.store(fetched.exchanges, tools.now())


def _summary(found: Found, conditional: bool) -> Poll:
    first = found.first
    moved = first.moved_to if first.moved_for_good and found.outcome in (Outcome.OK, Outcome.NOT_MODIFIED) else None
    return Poll(
        found.outcome,
        found.items,
        len(found.new),
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
