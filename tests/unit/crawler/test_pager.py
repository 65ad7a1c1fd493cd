"""Where the next page of a listing lies. The pagers are composed after those of the systems in the field notes."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.crawler.feeds import read_feed
from services.crawler.feeds.model import FeedReading
from services.crawler.further import next_page
from services.crawler.portals import Listing, Portal
from shared.clock import VIETNAM

HOME = "https://sld.example/tin-tuc"
PAGERS = {
    "rel=next": (HOME, '<a href="?page=1" rel="next">Tiếp</a>', f"{HOME}?page=1"),
    "link in the head": (HOME, '<link rel="next" href="/tin-tuc/page/2/">', f"{HOME}/page/2/"),
    "first page has no number": (
        HOME,
        '<strong>1</strong> <a href="?page=2">2</a> <a href="?page=3">3</a> <a href="?page=9">9</a>',
        f"{HOME}?page=2",
    ),
    "two pages in all": (HOME, '<b>1</b> <a href="/tin-tuc?trang=2">2</a>', f"{HOME}?trang=2"),
    "counted from nought": (HOME, '<a href="?page=1">2</a><a href="?page=2">3</a>', f"{HOME}?page=1"),
    "a later page": (
        f"{HOME}?page=3",
        '<a href="?page=1">1</a><a href="?page=2">2</a><a href="?page=4">4</a><a href="?page=12">12</a>',
        f"{HOME}?page=4",
    ),
    "behind a gap": (
        f"{HOME}?page=7",
        "".join(f'<a href="?page={n}">{n}</a>' for n in (1, 5, 6, 8, 9, 20)),
        f"{HOME}?page=8",
    ),
    "counted in articles": (
        f"{HOME}?start=20",
        '<a href="/tin-tuc">1</a><a href="?start=10">2</a><a href="?start=30">4</a>',
        f"{HOME}?start=30",
    ),
    "liferay": (
        HOME,
        '<a href="?p_p_id=list_INSTANCE_x8&amp;_list_INSTANCE_x8_cur=2">2</a>'
        '<a href="?p_p_id=list_INSTANCE_x8&amp;_list_INSTANCE_x8_cur=3">3</a>',
        f"{HOME}?p_p_id=list_INSTANCE_x8&_list_INSTANCE_x8_cur=2",
    ),
    "a word": (HOME, '<a href="/tin-tuc/trang-2.htm">Trang sau »</a>', f"{HOME}/trang-2.htm"),
    "the last page": (f"{HOME}?page=3", '<a href="?page=1">1</a><a href="?page=2">2</a>', None),
    "a script": (HOME, "<a href=\"javascript:__doPostBack('pager','2')\">2</a>", None),
    "another site": (HOME, '<a href="https://khac.example/tin-tuc?page=2">2</a>', None),
    "a calendar": (HOME, "".join(f'<a href="/lich?ngay={n}">{n}</a>' for n in range(1, 31)), None),
    "comments of an article": (HOME, '<a href="/bai-viet-8812.html#binh-luan">2</a>', None),
    "comments of the home page's article": ("https://sld.example/", '<a href="/bai-viet-8812.html">2</a>', None),
}


def read(html: str, url: str) -> FeedReading:
    page = f"<html><body><a href='/viec-lam-cho-lao-dong-7001.html'>Việc làm cho lao động</a>{html}</body></html>"
    return read_feed(page.encode(), url=url, fetched_at=datetime(2024, 3, 1, tzinfo=VIETNAM), due="listing")


@pytest.mark.parametrize("name", PAGERS)
def test_the_page_says_where_the_next_one_lies(name: str) -> None:
    url, html, expected = PAGERS[name]
    assert read(html, url).next_page == expected


def portal(cms: str | None = None) -> Portal:
    return Portal("so", "Sở", "department", (HOME,), cms=cms)


PAGED = read('<a href="?page=2">2</a>', HOME)
UNPAGED = read("", HOME)


def test_an_entrys_rule_comes_before_the_page_and_the_page_before_the_system() -> None:
    own = Listing(HOME, next="?trang={page}")
    assert next_page(portal(), own, PAGED, HOME, 2) == f"{HOME}?trang=2"
    assert next_page(portal("nukeviet"), Listing(HOME), PAGED, HOME, 2) == f"{HOME}?page=2"
    assert next_page(portal("nukeviet"), Listing(HOME), UNPAGED, HOME, 2) == f"{HOME}/page-2/"
    assert next_page(portal("sharepoint"), Listing(HOME), UNPAGED, HOME, 3) == f"{HOME}?PageIndex=3"


def test_a_rule_replaces_the_number_that_an_address_bears() -> None:
    url = f"{HOME}?cat=97&PageIndex=1"
    assert next_page(portal("sharepoint"), Listing(url), UNPAGED, url, 2) == f"{HOME}?cat=97&PageIndex=2"
