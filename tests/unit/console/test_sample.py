"""The sample portals: consistent with their own files, and with the faults that the real systems have."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
import yaml

from services.console.sample import data
from services.console.sample.data import Article, SampleError, Site, sites
from services.console.sample.pages import all_pages, article_url, slug
from services.console.sample.server import sample_portals
from services.crawler.portals import load_portals
from shared.paths import PORTALS
from shared.vocabulary import Comparator, Measure, Status, Unit

BASE = "http://sample.test:1"
ARTICLES = [(site, article) for site in sites() for article in site.articles]
READ = [(site, article) for site, article in ARTICLES if article.expected is not None]


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {address: page.body.decode() for address, page in all_pages(BASE).items()}


def _path(url: str) -> str:
    return url.removeprefix(BASE)


def test_there_is_enough_of_it_to_show_something() -> None:
    assert len([article for _, article in ARTICLES if article.kind == "article"]) >= 30
    assert len({str(site.cms["article_address"]) for site in sites()}) >= 5
    assert {article.kind for _, article in ARTICLES} == {"article", "login", "missing", "listing"}
    assert len([site for site in sites() if not site.feed_size]) >= 2


@pytest.mark.parametrize(("site", "article"), READ, ids=[str(article.id) for _, article in READ])
def test_expected_observations_stand_in_their_article(site: Site, article: Article) -> None:
    text = "\n".join((article.title, article.lead, re.sub(r"<[^>]+>", "", article.body)))
    for entry in article.expected or ():
        assert entry["quote"] in text, entry
        assert entry["unit"] in set(Unit)
        assert entry.get("measure", "level") in set(Measure)
        assert entry.get("status", "actual") in set(Status)
        assert entry.get("comparator", "eq") in set(Comparator)
        assert isinstance(entry["period"], str)
        printed = _digits(entry["quote"]) & _printed(entry["value"])
        assert printed or (entry["value"] == 0 and entry["quote"].startswith("không")), entry


def _digits(quote: str) -> set[str]:
    return set(re.findall(r"\d+(?:\.\d{3})*(?:,\d+)?", quote))


def _printed(value: float) -> set[str]:
    """How a Vietnamese text may print `value`: with dots, plain, `09`, in thousands, millions or milliards."""
    size = abs(value)
    forms = set()
    for scale in (1, 1_000, 1_000_000, 1_000_000_000):
        number = f"{size / scale:.10f}".rstrip("0").rstrip(".")
        whole, _, part = number.partition(".")
        for written in (whole, f"{int(whole):,}".replace(",", ".")):
            forms.add(f"{written},{part}" if part else written)
    return forms | {form.zfill(2) for form in forms}


def test_every_article_that_a_person_read_carries_its_area() -> None:
    assert [article.id for _, article in READ if article.area is None] == []


def test_the_portals_file_fits_the_sites(pages: dict[str, str]) -> None:
    portals = load_portals(PORTALS / "sample.yaml", {"SAMPLE_URL": BASE})
    assert [portal.id for portal in sorted(portals, key=lambda portal: portal.id)] == [site.id for site in sites()]
    for portal in portals:
        for url in (*portal.base, *portal.feeds, *(listing.url for listing in portal.listings)):
            assert _path(url) in pages, url


def test_every_link_of_listings_and_feeds_is_answered(pages: dict[str, str]) -> None:
    for site, article in ARTICLES:
        assert _path(article_url(site, article, BASE)) in pages
    for address, page in pages.items():
        for link in re.findall(r'href="([^"#]+\.(?:html|aspx)[^"]*)"', page):
            target = urlsplit(html.unescape(link))
            if "/print/" not in link and "/savefile/" not in link:
                assert target.path + (f"?{target.query}" if target.query else "") in pages, (address, link)


def test_an_article_page_holds_title_body_decoys_and_comment_form(pages: dict[str, str]) -> None:
    for site, article in ARTICLES:
        if article.kind != "article":
            continue
        page = html.unescape(pages[_path(article_url(site, article, BASE))])
        assert article.title in page
        assert article.lead in page
        assert all(decoy in page for decoy in site.decoys)


def test_nukeviet_prints_the_month_as_minutes_of_its_feed(pages: dict[str, str]) -> None:
    feed = ET.fromstring(pages["/sample-ha-nam/vi/news/rss/"])
    item = next(item for item in feed.iter("item") if item.findtext("guid") == "news_10903")
    assert item.findtext("pubDate") == "Fri, 12 Jan 2024 09:01:00 GMT"  # published 16:30 in Viet Nam, 09:30 UTC


def test_the_newspapers_feed_is_not_well_formed_and_dates_have_no_zone(pages: dict[str, str]) -> None:
    feed = pages["/sample-song-tien/rss.aspx"]
    with pytest.raises(ET.ParseError):
        ET.fromstring(feed)
    assert "<pubDate>15/09/2026 13:25:00</pubDate>" in feed


def test_one_article_is_a_reprint_word_for_word() -> None:
    bodies = Counter(article.body for _, article in ARTICLES if article.kind == "article")
    assert bodies.most_common(2)[0][1] == 2
    assert bodies.most_common(2)[1][1] == 1


def test_slugs_are_made_as_each_system_makes_them() -> None:
    assert slug("Thừa ủy quyền: đầu tư", "-", "d") == "thua-uy-quyen-dau-tu"
    assert slug("Thị trường lao động", "-", "") == "thi-truong-lao-ong"
    assert slug("Công tác cai nghiện", "", "d") == "CongTacCaiNghien"


async def test_unchanged_pages_answer_304() -> None:
    async with sample_portals() as base, aiohttp.ClientSession() as session:
        address = f"{base}/sample-lam-dong/feed/"
        async with session.get(address) as first:
            tag, modified = first.headers["ETag"], first.headers["Last-Modified"]
            assert base in await first.text()
        for headers, status in [
            ({"If-None-Match": tag}, 304),
            ({"If-Modified-Since": modified}, 304),
            ({"If-None-Match": '"other"', "If-Modified-Since": modified}, 200),
            ({"If-Modified-Since": "Sat, 01 Jan 2022 00:00:00 GMT"}, 200),
            ({"If-Modified-Since": "no date"}, 200),
        ]:
            async with session.get(address, headers=headers) as answer:
                assert answer.status == status, headers


async def test_session_ids_are_ignored_and_unknown_addresses_are_404() -> None:
    async with sample_portals() as base, aiohttp.ClientSession() as session:
        site, article = next((s, a) for s, a in ARTICLES if s.id == "sample-hung-yen" and a.kind == "article")
        async with session.get(article_url(site, article, base) + ";jsessionid=1A2B?p_auth=x") as answer:
            assert answer.status == 200
        async with session.get(f"{base}/sample-hung-yen/nothing") as answer:
            assert answer.status == 404


def test_a_broken_article_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cms").mkdir()
    (tmp_path / "cms" / "plain.yaml").write_text("{article_address: /$id}")
    (tmp_path / "one").mkdir()
    entry = {"cms": "plain", "name": "x", "notice": "", "categories": {"a": "A"}, "feed_size": 0, "page_size": 1}
    (tmp_path / "one" / "site.yaml").write_text(yaml.safe_dump(entry))
    (tmp_path / "one" / "bad.md").write_text("---\nid: 1\ntitle: t\npublished: yesterday\ncategory: a\n---\nbody")
    monkeypatch.setattr(data, "SAMPLE", tmp_path)
    sites.cache_clear()
    try:
        with pytest.raises(SampleError, match=r"bad\.md.*yesterday"):
            sites()
    finally:
        sites.cache_clear()
