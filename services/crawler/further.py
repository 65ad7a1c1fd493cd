"""All that one poll takes up of a source: its first page, then further pages of a listing or feed, parts of an index.

An ordinary poll reads on until what is known; a back-fill until its day, or its budget.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from urllib.parse import urljoin, urlsplit

from services.crawler.feeds import FeedItem, FeedReading
from services.crawler.fetch import Fetched
from services.crawler.frontier import candidates, pattern, within_budget
from services.crawler.model import Address, Source
from services.crawler.outcomes import Outcome
from services.crawler.politeness import HostPace
from services.crawler.portals import PAGES, Listing, Portal, cms_table
from services.crawler.tools import Tools

SITEMAPS_MAX: Final = 3
"""Parts of a sitemap index that one poll reads: the newest."""
SITEMAP_AGE_MAX: Final = timedelta(days=30)
"""A sitemap names everything that there ever was; older articles are for a back-fill."""
BACK_FILL_PAGES_MAX: Final = 1000
"""Pages of one listing that a back-fill reads, whatever its dates say."""
PASSING: Final = frozenset((Outcome.RATE_LIMITED, Outcome.SERVER_ERROR, Outcome.UNREACHABLE, Outcome.TIME_OUT))
"""A further page that fails so is asked for again at the next poll, though by then all on the first is known."""

_NO_NEWS: Final = re.compile(
    r"(?:category|categories|tags?|authors?|pages?|images?|videos?)[_-]?sitemap", re.IGNORECASE
)
"""Parts of an index that name no articles, as WordPress's plugins call them."""


@dataclass(slots=True)
class Named:
    """What a source named, over all pages and parts of it that were asked for."""

    items: int = 0
    """Articles that may be taken up, known ones too."""
    new: dict[str, Address] = field(default_factory=dict)
    """By article id, in the source's order."""
    refused: Counter[str] = field(default_factory=Counter)
    asked: Counter[Outcome] = field(default_factory=Counter)
    """How the requests beyond the first ended."""
    urls: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one source, at its host's pace and within its rules. `home`: the source's address in its entry.

    Its methods raise StateUnavailable, LeaseLost and ArchiveError."""

    tools: Tools
    portal: Portal
    source: Source
    home: str
    pace: HostPace

    @property
    def listing(self) -> Listing | None:
        return self.tools.listings.get((self.portal.id, self.home))

    async def read(self, fetched: Fetched) -> FeedReading:
        listing = self.listing
        reading: FeedReading = await self.tools.offload(
            self.tools.read,
            fetched.body,
            url=fetched.url,
            fetched_at=self.tools.now(),
            content_type=fetched.content_type,
            links=listing.links if listing else None,
            cms=self.portal.cms,
            due=self.source.kind,
        )
        return reading

    async def all(self, first: FeedReading, url: str) -> Named:
        """What `first`, read at `url`, names, and what it leads to."""
        named = Named()
        if first.kind == "sitemap_index":
            await self._parts(named, first.items)
        else:
            await self._pages(named, first, url)
        if self.tools.since:
            named.new = dict(list(named.new.items())[: self.tools.budget])
        return named

    async def _pages(self, named: Named, reading: FeedReading, at: str) -> None:
        leads_on = await self._take(named, reading.items)
        # At first sight one page; what is older is back-fill.
        if self.source.polled_at is None and self.tools.since is None:
            return
        pages = self.listing.pages if self.listing else PAGES
        for number in range(2, (BACK_FILL_PAGES_MAX if self.tools.since else pages) + 1):
            following = next_page(self.portal, self.listing, reading, self.source.url, number)
            unread = number == 2 and self.source.outcome is Outcome.PARTIAL
            if not (leads_on or unread) or following in (None, at) or urlsplit(following).hostname != self.source.host:
                return
            part = await self._ask(named, str(following))
            if part is None:
                return
            reading, at = part, str(following)
            leads_on = await self._take(named, part.items)

    async def _parts(self, named: Named, sitemaps: Sequence[FeedItem]) -> None:
        oldest = self.tools.since or self.tools.now() - SITEMAP_AGE_MAX
        own = [item for item in sitemaps if urlsplit(item.url).hostname == self.source.host]
        fit = [
            item for item in own if not _NO_NEWS.search(item.url) and not (item.published and item.published < oldest)
        ]
        fit.sort(key=_age)
        for item in fit[: None if self.tools.since else SITEMAPS_MAX]:
            part = await self._ask(named, item.url)
            if part is not None and part.kind == "sitemap":  # the protocol knows no index within an index
                await self._take(named, part.items)
            if named.asked[Outcome.RATE_LIMITED] or (self.tools.since and len(named.new) >= self.tools.budget):
                return

    async def _ask(self, named: Named, url: str) -> FeedReading | None:
        fetched = await self.tools.fetch(url, self.pace, tls=self.portal.tls)
        await self.tools.archive(fetched)
        named.asked[fetched.outcome] += 1
        if fetched.outcome is Outcome.RATE_LIMITED:
            self.pace.pause(fetched.retry_after_s)
        return await self.read(fetched) if fetched.outcome is Outcome.OK else None

    async def _take(self, named: Named, items: Sequence[FeedItem]) -> bool:
        """Adds the items that no page before had (a box of the latest news stands on every page). Whether to read on:
        most of them are new; in a back-fill, one of them isn't too old, and the budget isn't spent."""
        tools, portal, source = self.tools, self.portal, self.source
        unseen = [item for item in items if item.url not in named.urls]
        named.urls.update(item.url for item in unseen)
        since = tools.since or (tools.now() - SITEMAP_AGE_MAX if source.kind == "sitemap" else None)
        moved_to = source.host if source.host != urlsplit(self.home).hostname else None
        taken, refused = candidates(portal, source.source_id, unseen, tools.now(), since=since, moved_to=moved_to)
        unknown = await tools.state.unknown([address.article_id for address in taken])
        new = [address for address in taken if address.article_id in unknown and address.article_id not in named.new]
        if tools.since is None:  # the budgets of traps are for what nobody watches; a back-fill's is given by hand
            yields = await tools.state.yields(portal.id, sorted({pattern(address.url) for address in new}), tools.now())
            new, over = within_budget(new, yields)
            refused.update({"budget": over} if over else {})
        named.items += len(taken)
        named.refused += refused
        named.new.update((address.article_id, address) for address in new)
        if tools.since is None:
            return len(taken) < 2 * len(new)
        return len(named.new) < tools.budget and len(unseen) > refused["old"]


def _age(sitemap: FeedItem) -> tuple[bool, float, list[int]]:
    """Sorts the newest first. Where no date is printed, names tell: those without a number, then the highest."""
    name = urlsplit(sitemap.url).path.rpartition("/")[2]
    numbers = [-int(run) for run in re.findall(r"\d{1,9}", name)]
    return sitemap.published is None, -sitemap.published.timestamp() if sitemap.published else 0.0, numbers


def next_page(portal: Portal, listing: Listing | None, reading: FeedReading, url: str, number: int) -> str | None:
    """Address of page `number` of a listing or feed at `url`: by the entry's rule, else as the page before (`reading`)
    says, else by the CMS's."""
    rules = cms_table()[portal.cms or "generic"]
    kept = rules.get("page" if reading.kind == "listing" else "feed_page")
    rule = listing.next if listing and listing.next else None
    if rule is None and (reading.next_page or kept is None):
        return reading.next_page
    step = str(rule or kept).replace("{page}", str(number))
    if not step.startswith("?"):
        return urljoin(url if url.endswith("/") else f"{url}/", step)
    keys = {pair.partition("=")[0] for pair in step[1:].split("&")}
    kept_pairs = [pair for pair in urlsplit(url).query.split("&") if pair and pair.partition("=")[0] not in keys]
    return urljoin(url, "?" + "&".join((*kept_pairs, step[1:])))
