"""Sources that move to other hosts, for good or in a muddle: none is lost. The crawler's loop in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from services.crawler.crawl import Crawl
from services.crawler.feeds import FeedItem, FeedReading
from services.crawler.fetch import STRICT, Fetched, Pace
from services.crawler.outcomes import Outcome
from services.crawler.portals import Portal, Tls
from services.crawler.tools import Knobs
from tests.fixtures.memory_state import MemoryState
from tests.simulator import virtual_time
from tests.simulator.world import DAY_S, HOUR_S
from tests.unit.crawler.scripted import Site, tools_of

FEED = "/rss/viec-lam"
Answers = Callable[[str, float], str]
"""(host, hours since the start) -> what its feed does: `ok`, `down`, `challenge`, or the host it redirects to."""


def run(answers: Answers, days: float = 4) -> list[tuple[float, str, str]]:
    """(hour, host, what the feed did) of each request for the feed, by a crawler that knows it at old.example."""
    asked: list[tuple[float, str, str]] = []

    async def fetch(
        url: str, pace: Pace, *, tls: Tls = STRICT, etag: str | None = None, last_modified: str | None = None
    ) -> Fetched:
        async with pace(url):
            hour, host = asyncio.get_running_loop().time() / HOUR_S, urlsplit(url).hostname or ""
            if urlsplit(url).path != FEED:
                return Fetched(url, Outcome.GONE, 404)
            what = answers(host, hour)
            asked.append((hour, host, what))
            if what == "down":
                return Fetched(url, Outcome.UNREACHABLE)
            if what == "challenge":
                page = b"<script>document.cookie='D1N=1';window.location.reload()</script>"
                return Fetched(url, Outcome.OK, 200, page)
            if what == "ok":
                return Fetched(url, Outcome.OK, 200, f"{hour}".encode())
            return Fetched(url, Outcome.MOVED, 301, moved_to=url.replace(host, what), moved_for_good=True)

    def read(body: bytes, *, url: str, fetched_at: datetime, **rest: object) -> FeedReading:
        return FeedReading("rss", (FeedItem("https://old.example/tin-1.html", "Tin", fetched_at),))

    async def crawl() -> None:
        portal = Portal("p", "P", "department", ("https://old.example/",), feeds=(f"https://old.example{FEED}",))
        tools = replace(
            tools_of(Site(), replace(portal, cms="nukeviet"), MemoryState()),
            fetch=fetch,
            read=read,
            only=frozenset(),
            knobs=Knobs(lease_s=240.0, idle_s_max=300.0),
        )
        stop = asyncio.Event()
        running = asyncio.create_task(Crawl(tools, stop).run())
        await asyncio.sleep(days * DAY_S)
        stop.set()
        await running

    virtual_time.run(crawl())
    return asked


def answered(asked: list[tuple[float, str, str]], after: float) -> list[str]:
    return [host for hour, host, what in asked if hour > after and what == "ok"]


def test_a_source_that_moves_during_an_outage_is_found_when_that_ends() -> None:
    def answers(host: str, hour: float) -> str:
        if host == "old.example":
            return "ok" if hour < 5 else "challenge" if hour < 20 else "new.example"
        return "challenge" if hour < 30 else "ok"

    assert answered(run(answers), 60)[:1] == ["new.example"]


def test_an_outage_at_the_new_host_does_not_lose_it_when_the_old_is_given_up() -> None:
    def answers(host: str, hour: float) -> str:
        if host == "old.example":
            return "new.example" if hour < 10 else "down"
        return "down" if 12 < hour < 36 else "ok"

    assert set(answered(run(answers), 70)) == {"new.example"}


def test_a_wrong_turning_during_an_outage_is_taken_back() -> None:
    def answers(host: str, hour: float) -> str:
        if host == "old.example":
            return "parked.example" if 5 < hour < 10 else "ok"
        return "challenge"

    assert set(answered(run(answers), 60)) == {"old.example"}


def test_a_ring_of_hosts_is_asked_less_and_less_and_left_when_it_opens() -> None:
    ring = {"old.example": "a.example", "a.example": "b.example", "b.example": "a.example"}

    def answers(host: str, hour: float) -> str:
        return ring[host] if hour < 48 else "ok" if host == "old.example" else "down"

    asked = run(answers)
    assert sum(hour < 48 for hour, _, _ in asked) < 60
    assert set(answered(asked, 80)) == {"old.example"}
