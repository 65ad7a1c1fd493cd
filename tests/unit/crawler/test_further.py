"""What one poll reads beyond the first page of a source: until what is known, or back to a day."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from datetime import timedelta
from functools import wraps
from typing import Any

from services.crawler.outcomes import Outcome
from services.crawler.portals import Listing, Portal
from tests.fixtures.memory_state import MemoryState
from tests.simulator import virtual_time
from tests.simulator.virtual_time import EPOCH
from tests.unit.crawler.scripted import Site, crawl

HOME = "https://so.example/"
NEWS = "https://so.example/tin/"
PORTAL = Portal("so", "Sở", "department", (HOME,), cms="nukeviet", listings=(Listing(NEWS, next="?trang={page}"),))
BOX = "".join(f"<li><a href='/vi/tin/muc/hop-tin-{n}.html'>Hộp tin {n}</a></li>" for n in range(900, 905))


def in_virtual_time(story: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    @wraps(story)
    def told() -> None:
        virtual_time.run(story())

    return told


def listed(numbers: Iterable[int], more: str = "") -> str:
    """A listing page; article n was published n hours after the first of January."""
    first = EPOCH.replace(month=1, day=1)
    dates = {n: f"{first + timedelta(hours=n):%d/%m/%Y %H:%M}" for n in numbers}
    rows = "".join(f"<div><a href='/vi/tin/muc/bai-{n}.html'>Bài số {n}</a> <i>{dates[n]}</i></div>" for n in dates)
    return f"<html><body>{rows}{more}</body></html>"


def numbers(urls: Iterable[str]) -> list[int]:
    return sorted(int(url.rsplit("-", 1)[1].removesuffix(".html")) for url in urls)


def page(number: int) -> str:
    return f"{NEWS}?trang={number}"


@in_virtual_time
async def test_a_box_of_latest_news_on_every_page_hides_no_overflow() -> None:
    site, state = Site({NEWS: listed(range(10, 0, -1), BOX)}), MemoryState()
    await crawl(site, PORTAL, state)
    site.listed()
    site.pages |= {NEWS: listed(range(26, 16, -1), BOX), page(2): listed(range(16, 6, -1), BOX)}
    assert numbers(await crawl(site, PORTAL, state)) == list(range(11, 27))
    assert site.listed() == [NEWS, page(2), page(3)]


@in_virtual_time
async def test_one_new_article_costs_one_request() -> None:
    site, state = Site({NEWS: listed(range(10, 0, -1))}), MemoryState()
    await crawl(site, PORTAL, state)
    site.listed()
    site.pages[NEWS] = listed(range(11, 1, -1))
    assert numbers(await crawl(site, PORTAL, state)) == [11]
    assert site.listed() == [NEWS]


@in_virtual_time
async def test_a_page_that_could_not_be_had_is_asked_for_at_the_next_poll() -> None:
    site, state = Site({NEWS: listed(range(10, 0, -1))}), MemoryState()
    await crawl(site, PORTAL, state)
    site.pages |= {NEWS: listed(range(25, 15, -1)), page(2): Outcome.SERVER_ERROR}
    assert numbers(await crawl(site, PORTAL, state)) == list(range(16, 26))
    assert [source.outcome for source in state.sources.values()] == [Outcome.PARTIAL]
    site.pages[page(2)] = listed(range(15, 5, -1))
    assert numbers(await crawl(site, PORTAL, state)) == list(range(11, 16))
    site.listed()
    await crawl(site, PORTAL, state)
    assert site.listed() == [NEWS]
    assert state.counts["so", "further", "server_error"] == 1


@in_virtual_time
async def test_a_host_that_wants_rest_at_the_second_page_gets_it() -> None:
    site, state = Site({NEWS: listed(range(10, 0, -1))}), MemoryState()
    await crawl(site, PORTAL, state)
    site.pages |= {NEWS: listed(range(25, 15, -1)), page(2): Outcome.RATE_LIMITED}
    began = virtual_time.now()
    await crawl(site, PORTAL, state)
    assert virtual_time.now() - began > timedelta(seconds=3600 + 60), "a 429 is a minute's rest for the articles too"


@in_virtual_time
async def test_rules_hold_for_further_pages_too() -> None:
    robots = "User-agent: *\nDisallow: /*?trang="
    site, state = Site({NEWS: listed(range(10, 0, -1)), f"{HOME}robots.txt": robots}), MemoryState()
    await crawl(site, PORTAL, state)
    site.pages |= {NEWS: listed(range(25, 15, -1)), page(2): listed(range(15, 5, -1))}
    site.listed()
    assert numbers(await crawl(site, PORTAL, state)) == list(range(16, 26))
    assert site.listed() == [NEWS]
    assert state.counts["so", "further", "robots"] == 1


@in_virtual_time
async def test_a_back_fill_ends_at_its_day_though_fresh_news_stand_on_every_page() -> None:
    site, state = Site(), MemoryState()
    site.pages = {page(n): listed(range(100 - 10 * n, 90 - 10 * n, -1), BOX) for n in range(1, 10)}
    site.pages[NEWS] = site.pages[page(1)]
    since = EPOCH.replace(month=1, day=1) + timedelta(hours=65)
    found = await crawl(site, PORTAL, state, since=since, budget=500)
    assert [n for n in numbers(found) if n < 900] == list(range(65, 91))
    assert site.listed() == [NEWS, page(2), page(3), page(4)]


@in_virtual_time
async def test_a_back_fill_ends_where_a_server_does_not_turn_the_page() -> None:
    site, state = Site(), MemoryState()
    undated = "".join(f"<div><a href='/vi/tin/muc/bai-{n}.html'>Bài số {n}</a></div>" for n in range(5))
    site.pages = dict.fromkeys((NEWS, *(page(n) for n in range(2, 50))), f"<html>{undated}</html>")
    assert len(await crawl(site, PORTAL, state, since=EPOCH - timedelta(days=300), budget=500)) == 5
    assert site.listed() == [NEWS, page(2)]


def sitemap(entries: Iterable[tuple[str, str]], part: str = "url") -> str:
    rows = "".join(f"<{part}><loc>{HOME}{path}</loc><lastmod>{day}</lastmod></{part}>" for path, day in entries)
    return f"<{'urlset' if part == 'url' else 'sitemapindex'}>{rows}</{'urlset' if part == 'url' else 'sitemapindex'}>"


INDEX = f"{HOME}sitemap.xml"
MAPPED = Portal("so", "Sở", "department", (HOME,), cms="nukeviet", sitemaps=(INDEX,))


@in_virtual_time
async def test_the_parts_of_an_index_that_never_changes_are_read_every_time() -> None:
    index = "<sitemapindex><sitemap><loc>/tin-moi.xml</loc></sitemap></sitemapindex>"
    site, state = (
        Site({INDEX: index, f"{HOME}tin-moi.xml": sitemap([("vi/tin/muc/bai-1.html", "2026-03-01")])}),
        MemoryState(),
    )
    assert numbers(await crawl(site, MAPPED, state)) == [1]
    site.pages[f"{HOME}tin-moi.xml"] = sitemap([("vi/tin/muc/bai-2.html", "2026-03-02")])
    assert numbers(await crawl(site, MAPPED, state)) == [2]


@in_virtual_time
async def test_of_an_index_the_newest_parts_are_read_and_those_that_name_news() -> None:
    months = [(f"bai-2025-{month:02}.xml", f"2025-{month:02}-28") for month in range(1, 13)]
    fresh = [
        ("bai-2026-02.xml", "2026-02-28"),
        ("category-sitemap.xml", "2026-03-01"),
        ("bai-2026-03.xml", "2026-03-01"),
    ]
    site, state = Site({INDEX: sitemap((*months, *fresh), "sitemap")}), MemoryState()
    await crawl(site, MAPPED, state)
    assert site.listed() == [INDEX, f"{HOME}bai-2026-03.xml", f"{HOME}bai-2026-02.xml"]
    await crawl(site, MAPPED, state, since=EPOCH.replace(year=2025, month=11, day=1), budget=10)
    assert site.listed()[3:] == [f"{HOME}bai-2025-12.xml", f"{HOME}bai-2025-11.xml"]


@in_virtual_time
async def test_where_an_index_prints_no_dates_the_names_tell_which_part_is_new() -> None:
    rows = "".join(f"<sitemap><loc>/post-sitemap{n}.xml</loc></sitemap>" for n in ("", 2, 3, 10, 11))
    site, state = Site({INDEX: f"<sitemapindex>{rows}</sitemapindex>"}), MemoryState()
    await crawl(site, MAPPED, state)
    assert site.listed()[1:] == [f"{HOME}post-sitemap{n}.xml" for n in ("", 11, 10)]


@in_virtual_time
async def test_pages_of_a_site_that_are_no_articles_are_not_taken_of_its_sitemap() -> None:
    entries = [("vi/tin/muc/bai-7.html", "2026-03-01"), ("gioi-thieu/", "2026-03-01"), ("vi/tin/muc/", "2026-03-01")]
    site, state = Site({INDEX: sitemap(entries)}), MemoryState()
    assert await crawl(site, MAPPED, state) == [f"{HOME}vi/tin/muc/bai-7.html"]


@in_virtual_time
async def test_the_feed_of_a_system_that_pages_it_is_read_on() -> None:
    feed = "https://vl.example/feed/"
    portal = Portal("vl", "Trung tâm", "job_centre", ("https://vl.example/",), cms="wordpress", feeds=(feed,))

    def items(numbers: Iterable[int]) -> str:
        rows = "".join(f"<item><title>Tin</title><link>/phien-giao-dich-{n}.html</link></item>" for n in numbers)
        return f"<rss version='2.0'><channel>{rows}</channel></rss>"

    site, state = Site({feed: items(range(1, 11))}), MemoryState()
    await crawl(site, portal, state)
    site.pages |= {feed: items(range(16, 26)), f"{feed}?paged=2": items(range(6, 16))}
    assert numbers(await crawl(site, portal, state)) == list(range(11, 26))


@in_virtual_time
async def test_articles_on_the_www_twin_are_fetched_when_one_portal_is_asked_for() -> None:
    feed = "https://bao.example/rss"
    portal = Portal("bao", "Báo", "newspaper", ("https://bao.example/",), cms="onecms", feeds=(feed,))
    row = "<item><title>Tin</title><link>https://www.bao.example/tin-moi-7001.html</link></item>"
    site, state = Site({feed: f"<rss version='2.0'><channel>{row}</channel></rss>"}), MemoryState()
    await crawl(site, portal, state)
    assert "https://www.bao.example/tin-moi-7001.html" in site.asked
