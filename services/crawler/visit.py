"""One fetch of an article's page: ask, archive, publish if it says something new, and remember when to come back."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from services.crawler.challenge import is_challenge
from services.crawler.fetch import Fetched
from services.crawler.fingerprint import fingerprint
from services.crawler.model import Address, Page
from services.crawler.outcomes import FAILURE_WEIGHTS, Outcome
from services.crawler.pages import message_of, noted, page_of, placed
from services.crawler.parts import with_joined, with_parts
from services.crawler.politeness import HostPace
from services.crawler.portals import Portal
from services.crawler.robots import Robots
from services.crawler.schedule import next_visit
from services.crawler.tools import Tools
from shared.bus.api import TooLarge

CHANGES_MAX: Final = 8
"""Pages published of one article beyond the first. Readings are few by plan; this holds if the plan changes."""
MOVES_MAX: Final = 3
UNKNOWN_WAIT: Final = timedelta(days=1)


async def visit(tools: Tools, owner: str, host: str, address: Address, pace: HostPace, robots: Robots) -> Outcome:
    """Raises StateUnavailable, LeaseLost, ArchiveError and Stopped: the fetch is then done again."""
    portal = tools.by_id.get(address.portal)
    if portal is None:  # its entry has left this crawler's portals file, maybe not yet or not for good another's
        later = replace(address, next_at=tools.now() + UNKNOWN_WAIT)
        await tools.state.save_visit(owner, host, later, None, {})
        return Outcome.NOT_MODIFIED
    if not robots.allows(address.url):
        return await _save(tools, owner, host, address, Fetched(address.url, Outcome.ROBOTS), None)
    conditional = address.visits % 2 == 1  # every other reading is a full one: some servers keep an ETag after a change
    fetched = await tools.fetch(
        address.url,
        pace,
        tls=portal.tls,
        etag=address.etag if conditional else None,
        last_modified=address.last_modified if conditional else None,
    )
    if fetched.outcome is Outcome.OK:
        fetched = await with_parts(tools, portal, pace, fetched)
    at = tools.now()
    words = await tools.offload(fingerprint, fetched.body) if fetched.outcome is Outcome.OK else ""
    judged, twins = await _judge(tools, address, fetched, words)
    if judged in (Outcome.OK, Outcome.TWIN):
        address = replace(address, fingerprint=words)
    if judged is not Outcome.OK:
        await tools.archive(fetched)
        if judged is Outcome.MOVED:
            return await _move(tools, owner, host, portal, address, fetched)
        if judged is Outcome.RATE_LIMITED:
            pace.pause(fetched.retry_after_s)
        return await _save(tools, owner, host, address, replace(fetched, outcome=judged), None, twins)
    page = page_of(address, fetched, at)
    places = await tools.store(noted(with_joined(fetched), page, address), at)
    page = placed(page, places[-1])
    try:
        await tools.publish([message_of(page, address, portal, fetched.body)])
    except TooLarge:
        return await _save(tools, owner, host, address, replace(fetched, outcome=Outcome.TOO_LARGE), None)
    return await _save(tools, owner, host, address, fetched, page)


async def _judge(tools: Tools, address: Address, fetched: Fetched, words: str) -> tuple[Outcome, int]:
    """OK where the page is to be published; how many other addresses gave the same. `words`: its fingerprint."""
    if fetched.outcome is not Outcome.OK:
        return fetched.outcome, 0
    if is_challenge(fetched.body):
        return Outcome.CHALLENGE, 0
    kind = fetched.content_type.lower()
    if kind and "html" not in kind and "text" not in kind and "xml" not in kind:
        return Outcome.NOT_HTML, 0
    if words == address.fingerprint or address.changes >= CHANGES_MAX:
        return Outcome.NOT_MODIFIED, 0
    twins = await tools.state.twins(address, words) if address.body_sha256 is None else 0
    return (Outcome.TWIN if twins else Outcome.OK), twins


async def _save(
    tools: Tools, owner: str, host: str, address: Address, fetched: Fetched, page: Page | None, twins: int = 0
) -> Outcome:
    outcome = fetched.outcome
    state = next_visit(address, outcome, tools.now(), tools.rng, fetched.retry_after_s)
    if page:
        state = replace(
            state,
            etag=fetched.etag,
            last_modified=fetched.last_modified,
            body_sha256=page.body_sha256,
            changes=address.changes + (address.body_sha256 is not None),
            url=fetched.url if fetched.moved_for_good else address.url,
        )
    good = _is_good(outcome, twins) if address.outcome is None else None
    counts = Counter({(address.portal, "visit", str(outcome)): 1})
    counts.update((address.portal, "further", str(part)) for part in fetched.parts)
    await tools.state.save_visit(owner, host, state, page, counts, good)
    what = "failed" if outcome in FAILURE_WEIGHTS else "fetched" if page else "unchanged"
    tools.report(address.portal, what, 1)
    return Outcome.RATE_LIMITED if Outcome.RATE_LIMITED in fetched.parts else outcome


def _is_good(outcome: Outcome, twins: int) -> bool | None:
    """Whether the address is one of an article; None where a failing server leaves it open, or where it may be an
    article's second address. The same words at a third are an error page, or an empty day of a calendar."""
    if outcome in (Outcome.GONE, Outcome.NOT_HTML, Outcome.TOO_LARGE) or twins > 1:
        return False
    return True if outcome is Outcome.OK else None


async def _move(tools: Tools, owner: str, host: str, portal: Portal, address: Address, fetched: Fetched) -> Outcome:
    """To another host of the portal, or to the same path of whatever host (a site that has moved), the article is
    followed, in that host's turn; elsewhere it is another site's."""
    target = fetched.moved_to or ""
    other = urlsplit(target).hostname or ""
    same_path = urlsplit(target)[2:4] == urlsplit(address.url)[2:4] != ("/", "")
    followed = (other in portal.hosts or same_path) and address.failures < MOVES_MAX
    state = replace(
        address,
        url=target if followed else address.url,
        host=other if followed else host,
        next_at=tools.now() if followed else None,
        failures=address.failures + 1,
        outcome=Outcome.MOVED,
    )
    await tools.state.save_visit(owner, host, state, None, Counter({(portal.id, "visit", "moved"): 1}))
    if not followed:
        tools.report(portal.id, "failed", 1)
    return Outcome.MOVED
