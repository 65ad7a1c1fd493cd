"""Which of the addresses that a source names are taken up. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from services.crawler.canonical import canonical_url
from services.crawler.feeds import FeedItem
from services.crawler.model import Address, Yield
from services.crawler.portals import Portal
from shared.ids import article_id, content_id

SEGMENT_REPEATS_MAX: Final = 2
"""`/en/vi/en/vi/…`: a Liferay locale suffix once made 7,999 addresses of 20 articles."""
DEPTH_MAX: Final = 12
"""Path segments. The deepest real address seen has 9."""
PATTERN_DAY_MAX: Final = 300
"""New addresses of one pattern that a day may bring: the busiest paper publishes fewer, an endless calendar more."""
UNPROVEN_DAY_MAX: Final = 60
"""The same while none of the pattern's addresses has given a page yet: twice a feed, a tenth of a calendar."""
BARREN_MIN: Final = 10
"""A pattern of which so many first fetches gave no page of their own, and at most a tenth of that did, is a trap."""
BARREN_DAY_MAX: Final = 3
"""What is still taken up of such a pattern each day, in case the site has been mended."""


def source_id(portal: str, url: str) -> str:
    """A function of what the entry says, so that the state survives restarts and moves of the source."""
    return content_id("source", portal, url)


def candidates(
    portal: Portal,
    source: str,
    items: Iterable[FeedItem],
    now: datetime,
    *,
    since: datetime | None = None,
    moved_to: str | None = None,
) -> tuple[list[Address], Counter[str]]:
    """Addresses of what a source named that may be taken up, each article once, and how many were left out for what
    reason (`foreign`: another site's; `trap`; `old`: published before `since`). `moved_to`: the host where the source
    is now, if it has left its entry's: what lies there is the portal's too."""
    taken: dict[str, Address] = {}
    refused: Counter[str] = Counter()
    for item in items:
        host = urlsplit(item.url).hostname or ""
        reason = _refusal(portal, item, host, since, moved_to)
        if reason:
            refused[reason] += 1
            continue
        canonical = canonical_url(_at_home(portal, item.url, host, moved_to), portal.cms)
        identity = article_id(canonical)
        taken.setdefault(
            identity,
            Address(
                identity,
                portal.id,
                source,
                host,
                item.url,
                canonical,
                now,
                now,
                item.title,
                item.published,
                item.summary,
            ),
        )
    return list(taken.values()), refused


def within_budget(new: Iterable[Address], yields: Mapping[str, Yield]) -> tuple[list[Address], int]:
    """Those of `new` addresses that their patterns' budgets allow, and how many they don't."""
    kept, over, taken = [], 0, Counter[str]()
    for address in new:
        name = pattern(address.url)
        known = yields.get(name, Yield())
        barren = known.bad >= BARREN_MIN and known.good * 10 <= known.bad
        day_max = BARREN_DAY_MAX if barren else PATTERN_DAY_MAX if known.good else UNPROVEN_DAY_MAX
        if known.taken_today + taken[name] >= day_max:
            over += 1
            continue
        taken[name] += 1
        kept.append(address)
    return kept, over


def pattern(url: str) -> str:
    """The address with its numbers and words blurred: articles of one section share it, days of a calendar too."""
    parts = urlsplit(url)
    segments = [re.sub(r"\d+", "9", segment) for segment in parts.path.split("/")]
    segments[-1] = re.sub(r"[^\W\d_]+(?:-[^\W\d_]+)*", "a", segments[-1])
    keys = sorted(pair.split("=")[0] for pair in parts.query.split("&") if pair)
    return f"{parts.hostname}{'/'.join(segments)}?{'&'.join(keys)}"


def is_trap(url: str) -> bool:
    """Whether the path repeats itself or is deeper than any real one."""
    segments = [segment for segment in urlsplit(url).path.lower().split("/") if segment]
    return len(segments) > DEPTH_MAX or any(count > SEGMENT_REPEATS_MAX for count in Counter(segments).values())


def _at_home(portal: Portal, url: str, host: str, moved_to: str | None) -> str:
    """The address as it was before the portal moved, so that its articles stay the same ones."""
    if host != moved_to and host not in portal.past_hosts:
        return url
    return urlsplit(url)._replace(netloc=urlsplit(portal.base[0]).netloc).geturl()


def _refusal(portal: Portal, item: FeedItem, host: str, since: datetime | None, moved_to: str | None) -> str | None:
    if host != moved_to and not _is_of(portal, host):
        return "foreign"
    if is_trap(item.url):
        return "trap"
    if since and item.published and item.published < since:
        return "old"
    return None


def _is_of(portal: Portal, host: str) -> bool:
    """Hosts of the entry, their www twins and sub-domains: a paper's sections often have their own."""
    bare = (own.removeprefix("www.") for own in portal.hosts)
    return any(host == own or host.endswith(f".{own}") for own in bare)
