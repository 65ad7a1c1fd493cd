"""Articles that a site splits over several pages: found by their pager, fetched politely, published as one body."""

from __future__ import annotations

import asyncio

import pytest

from services.crawler.outcomes import Outcome
from services.crawler.parts import PARTS_MAX, is_part, next_part
from services.crawler.portals import Portal
from shared import parts
from tests.fixtures.memory_state import MemoryState
from tests.simulator import virtual_time
from tests.unit.crawler.scripted import Site, crawl

FIRST = "https://bao.example/xa-hoi/giam-ngheo-7001.html"


@pytest.mark.parametrize(
    ("address", "first", "number"),
    [
        ("https://bao.example/xa-hoi/giam-ngheo-7001.html?page=2", FIRST, 2),
        ("https://bao.example/xa-hoi/giam-ngheo-7001.html?trang=3", FIRST, 3),
        ("https://bao.example/xa-hoi/giam-ngheo-7001-p2.html", FIRST, 2),
        ("https://bao.example/xa-hoi/giam-ngheo-7001-trang-2.html", FIRST, 2),
        ("https://bao.example/phien-giao-dich/2/", "https://bao.example/phien-giao-dich/", 2),
        ("https://bao.example/phien-giao-dich/page/2", "https://bao.example/phien-giao-dich/", 2),
        ("https://so.example/tin.aspx?nid=12&p=2", "https://so.example/tin.aspx?nid=12", 2),
    ],
)
def test_the_first_address_with_a_pages_number_is_a_part(address: str, first: str, number: int) -> None:
    assert is_part(address, first, number)


@pytest.mark.parametrize(
    "address",
    [
        "https://bao.example/xa-hoi/giam-ngheo-7001.html?page=3",  # the second is due
        "https://bao.example/xa-hoi/giam-ngheo-70012.html",  # another article
        "https://bao.example/xa-hoi/viec-lam-7002.html",
        "https://bao.example/xa-hoi/giam-ngheo-7001.html?comment_page=2",
        "https://bao.example/xa-hoi/giam-ngheo-7001/comment-page-2/",
        "https://bao.example/xa-hoi/giam-ngheo-7001.html?page=2&sort=new",
        "https://khac.example/xa-hoi/giam-ngheo-7001.html?page=2",
        "https://bao.example/xa-hoi/?page=2",
        FIRST,
    ],
)
def test_what_is_another_page_is_none(address: str) -> None:
    assert not is_part(address, FIRST, 2)


PAGERS = {
    "<link rel='next' href='?page=2'>": True,
    "<div class='pagination'><b>1</b> <a href='?page=2'>2</a></div>": True,
    "<p class='post-nav-links'>Trang: 1 <a href='/xa-hoi/giam-ngheo-7001-p2.html'><span>2</span></a></p>": True,
    "<a rel='next' href='/xa-hoi/viec-lam-7002.html'>Bài sau</a>": False,
    "<div id='binh-luan'><div class='pagination'><a href='?page=2'>2</a></div></div>": False,
    "<p>Xem <a href='?page=2'>2</a></p>": False,
}


@pytest.mark.parametrize("html", PAGERS)
def test_only_the_articles_own_pager_leads_on(html: str) -> None:
    body = f"<html><body><h1>Giảm nghèo</h1><p>Toàn tỉnh còn 2.250 hộ.</p>{html}</body></html>".encode()
    assert next_part(body, FIRST, 2) == (
        None if not PAGERS[html] else f"{FIRST}?page=2" if "?" in html else FIRST.replace(".html", "-p2.html")
    )


FEED = "https://bao.example/rss"
PORTAL = Portal("bao", "Báo", "newspaper", ("https://bao.example/",), cms="onecms", feeds=(FEED,))


def page(number: int, last: int) -> str:
    link = f"<div class='pagination'><a href='?page={number + 1}'>{number + 1}</a></div>" if number < last else ""
    return f"<html><h1>Giảm nghèo</h1><p>Phần thứ {number} của bài.</p>{link}</html>"


def split_article(last: int) -> Site:
    feed = f"<rss version='2.0'><channel><item><title>Tin</title><link>{FIRST}</link></item></channel></rss>"
    pages = {f"{FIRST}?page={n}": page(n, last) for n in range(2, last + 1)}
    return Site({FEED: feed, FIRST: page(1, last), **pages})


def published(site: Site) -> list[list[int]]:
    """Of each event the parts that its body has."""
    state = MemoryState()

    async def story() -> None:
        await crawl(site, PORTAL, state)

    virtual_time.run(story())
    return [[int(part.split("Phần thứ ".encode())[1][:1]) for part in parts.split(body)] for body in site.bodies]


def test_all_parts_are_one_page() -> None:
    site = split_article(3)
    assert published(site) == [[1, 2, 3]]
    assert [url for url in site.asked if url.startswith(FIRST)] == [FIRST, f"{FIRST}?page=2", f"{FIRST}?page=3"]


def test_a_gallery_has_an_end() -> None:
    assert published(split_article(40)) == [list(range(1, PARTS_MAX + 1))]


def test_what_can_not_be_had_does_not_hold_up_the_rest() -> None:
    site = split_article(3)
    site.pages[f"{FIRST}?page=2"] = Outcome.SERVER_ERROR
    assert published(site) == [[1]]


def test_a_server_that_does_not_turn_the_page_gives_one() -> None:
    site = split_article(3)
    site.pages[f"{FIRST}?page=2"] = site.pages[FIRST]
    assert published(site) == [[1]]


def test_a_part_that_comes_later_is_a_revision() -> None:
    site, state = split_article(3), MemoryState()
    site.pages[f"{FIRST}?page=3"] = Outcome.SERVER_ERROR

    async def story() -> None:
        await crawl(site, PORTAL, state)
        del site.pages[f"{FIRST}?page=3"]
        site.pages |= split_article(3).pages
        await asyncio.sleep(2 * 3600)  # its next reading
        await crawl(site, PORTAL, state)

    virtual_time.run(story())
    assert [len(parts.split(body)) for body in site.bodies] == [2, 3]
    assert state.counts["bao", "further", "server_error"] == 1
