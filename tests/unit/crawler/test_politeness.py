"""Hours in which a host is left alone, and what ends a turn of several requests at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import pairwise

import pytest

from services.crawler.crawl import Crawl, sources_of
from services.crawler.fetch import STRICT, Fetched, Pace
from services.crawler.outcomes import Outcome
from services.crawler.politeness import quiet_until
from services.crawler.portals import Portal, Quiet, Tls
from services.crawler.state import StateUnavailable
from services.crawler.turn import take_turn
from shared.clock import VIETNAM
from tests.fixtures.memory_state import MemoryState
from tests.simulator import virtual_time
from tests.simulator.virtual_time import EPOCH
from tests.unit.crawler.scripted import Site, tools_of

PORTAL = Portal("so", "Sở", "department", ("https://so.example/",), feeds=("https://so.example/rss",))


def at(hour: int, minute: int = 0, day: int = 4) -> datetime:
    return datetime(2024, 3, day, hour, minute, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        (Quiet(time(23), time(5)), at(22, 59), None),
        (Quiet(time(23), time(5)), at(23), at(5, day=5)),
        (Quiet(time(23), time(5)), at(4, 59), at(5)),
        (Quiet(time(23), time(5)), at(5), None),
        (Quiet(time(11, 30), time(13)), at(12), at(13)),
        (Quiet(time(11, 30), time(13)), at(13), None),
        (None, at(3), None),
    ],
)
def test_quiet_hours_are_those_of_viet_nam(quiet: Quiet | None, now: datetime, until: datetime | None) -> None:
    assert quiet_until([replace(PORTAL, quiet=quiet)], now.astimezone()) == until


def test_the_longest_rest_that_an_entry_asks_for_is_the_hosts() -> None:
    two = [replace(PORTAL, quiet=Quiet(time(0), time(end))) for end in (4, 6)]
    assert quiet_until([*two, PORTAL], at(3)) == at(6)


def test_a_host_is_left_alone_in_its_quiet_hours_also_in_the_middle_of_its_work() -> None:
    """Fifty articles, three minutes apart, from midnight on; quiet from 01:25 to 03:00."""
    feed = "".join(f"<item><title>Tin</title><link>/vi/tin/bai-{n}00.html</link></item>" for n in range(50))
    site = Site({"https://so.example/rss": f"<rss version='2.0'><channel>{feed}</channel></rss>"})
    minutes: list[float] = []

    class Watched(Site):
        async def fetch(
            self, url: str, pace: Pace, *, tls: Tls = STRICT, etag: str | None = None, last_modified: str | None = None
        ) -> Fetched:
            answer = await site.fetch(url, pace, tls=tls, etag=etag, last_modified=last_modified)
            minutes.append(asyncio.get_running_loop().time() / 60)
            return answer

    async def story() -> None:
        portal = replace(PORTAL, delay_s=180, quiet=Quiet(time(1, 25), time(3)))
        stop = asyncio.Event()
        crawling = asyncio.create_task(Crawl(tools_of(Watched(), portal, MemoryState()), stop).run())
        await asyncio.sleep(5 * 3600)
        stop.set()
        await crawling

    virtual_time.run(story())
    assert not [minute for minute in minutes if 85 <= minute < 180]
    assert [minute for minute in minutes if 80 <= minute < 85] and [minute for minute in minutes if 180 <= minute < 185]


def test_a_database_that_goes_away_ends_a_turn_of_several_lanes_as_it_ends_one() -> None:
    feeds = tuple(f"https://so.example/{n}/rss" for n in range(4))
    portal = replace(PORTAL, feeds=feeds, concurrency=3, delay_s=0)

    class Leaving(MemoryState):
        async def save_poll(self, *given: object, **named: object) -> None:
            raise StateUnavailable("away")

    async def story() -> None:
        state = Leaving()
        tools = tools_of(Site(dict.fromkeys(feeds, "<rss version='2.0'><channel></channel></rss>")), portal, state)
        await state.enrol([portal], sources_of([portal], virtual_time.now()))
        (host,) = await state.claim("a", virtual_time.now(), 60, 1)
        with pytest.raises(StateUnavailable):
            await take_turn(tools, "a", host, lambda name: EPOCH + timedelta(hours=1), asyncio.Event())

    virtual_time.run(story())


def test_where_a_source_has_moved_its_entrys_rules_hold() -> None:
    """Another host, that no entry names: still one request in ten minutes."""
    new = "https://moi.example"
    feed = "".join(f"<item><title>Tin</title><link>{new}/vi/tin/bai-{n}00.html</link></item>" for n in range(5))
    moved = Fetched(PORTAL.feeds[0], Outcome.MOVED, 301, moved_to=f"{new}/rss", moved_for_good=True)
    site = Site({PORTAL.feeds[0]: moved, f"{new}/rss": f"<rss version='2.0'><channel>{feed}</channel></rss>"})
    asked: list[float] = []

    class Watched(Site):
        async def fetch(
            self, url: str, pace: Pace, *, tls: Tls = STRICT, etag: str | None = None, last_modified: str | None = None
        ) -> Fetched:
            answer = await site.fetch(url, pace, tls=tls, etag=etag, last_modified=last_modified)
            asked.extend([asyncio.get_running_loop().time()] * url.startswith(new))
            return answer

    async def story() -> None:
        stop = asyncio.Event()
        portal = replace(PORTAL, delay_s=600)
        crawling = asyncio.create_task(Crawl(tools_of(Watched(), portal, MemoryState()), stop).run())
        await asyncio.sleep(8 * 3600)
        stop.set()
        await crawling

    virtual_time.run(story())
    assert len(asked) >= 7, "robots.txt, the feed, five articles"
    assert min(later - earlier for earlier, later in pairwise(asked)) >= 600
