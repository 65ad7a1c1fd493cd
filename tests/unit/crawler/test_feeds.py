"""RSS, Atom and sitemaps with the faults of the portals. The feeds are composed here."""

from __future__ import annotations

import gzip
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.crawler.feeds import FeedReading, read_feed
from shared.clock import VIETNAM

FETCHED = datetime(2024, 3, 1, 9, tzinfo=VIETNAM)
URL = "https://sld.tinhmau.example/vi/news/rss/"


def read(text: str | bytes, url: str = URL) -> FeedReading:
    body = text if isinstance(text, bytes) else text.encode()
    return read_feed(body, url=url, fetched_at=FETCHED)


def rss(*items: str, head: str = "") -> str:
    inner = "".join(f"<item>{item}</item>" for item in items)
    channel = f"<channel><title>t</title>{head}{inner}</channel>"
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0">{channel}</rss>'


def item(number: int = 1, title: str = "Tin", extra: str = "") -> str:
    return f"<title>{title}</title><link>https://sld.tinhmau.example/tin-{number}.html</link>{extra}"


def test_one_invalid_byte_costs_one_character() -> None:
    good = rss(item(1, "Lao động"), item(2, "Việc làm")).encode()
    reading = read(good.replace("ệ".encode(), b"\xe1\xbb", 1))
    assert reading.items[0].title == "Lao động"
    assert reading.items[1].title.startswith("Vi") and reading.items[1].title.endswith("c làm")
    assert any("invalid" in problem for problem in reading.problems)


def test_bytes_beat_the_declaration() -> None:
    text = rss(item(1, "Giảm nghèo bền vững")).replace("utf-8", "iso-8859-1")
    assert read(text).items[0].title == "Giảm nghèo bền vững"


def test_a_vietnamese_one_byte_encoding_is_read_and_composed() -> None:
    text = rss(item(1, "Thu\u0323c hie\u0323\u0302n chi\u0309nh sa\u0301ch")).replace("utf-8", "windows-1258")
    decomposed = text.replace("e\u0323\u0302", "\xea\u0323")  # 1258 has ê and combining dots
    reading = read(decomposed.encode("windows-1258"))
    assert reading.items[0].title == "Thục hiện chỉnh sách"


def test_entities_escaped_twice_are_read_and_once_stay_right() -> None:
    reading = read(
        rss(
            item(1, "Tuy&amp;ecirc;n Quang&amp;#x3A; &amp;quot;Đền ơn&amp;quot;"),
            item(2, "Sở &amp; Liên đoàn"),
            item(3, "Dưới &lt; 5 %"),
        )
    )
    assert [each.title for each in reading.items] == ['Tuyên Quang: "Đền ơn"', "Sở & Liên đoàn", "Dưới < 5 %"]


def test_html_entities_and_bare_ampersands_do_not_break_the_feed() -> None:
    reading = read(rss(item(1, "T&ecirc;n & họ&nbsp;mới"), "<title>b</title><link>/x-2.html?a=1&b=2</link>"))
    assert reading.items[0].title == "Tên & họ mới"
    assert reading.items[1].url == "https://sld.tinhmau.example/x-2.html?a=1&b=2"
    assert not any("well-formed" in problem for problem in reading.problems)


def test_an_enclosure_is_never_the_article() -> None:
    atom = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>a</title>
      <link rel="enclosure" type="image/jpeg">https://anh.example/a.jpg</link>
      <link rel="alternate" type="text/html" href="/bai-1.html"/></entry>
      <entry><title>b</title><id>https://sld.tinhmau.example/bai-2.html</id>
      <link rel="enclosure" type="image/jpeg">https://anh.example/b.jpg</link></entry></feed>"""
    assert [each.url for each in read(atom).items] == [
        "https://sld.tinhmau.example/bai-1.html",
        "https://sld.tinhmau.example/bai-2.html",
    ]
    picture_first = '<enclosure url="https://anh.example/c.jpg" type="image/jpeg"/>'
    assert read(rss(picture_first + item(3))).items[0].url == "https://sld.tinhmau.example/tin-3.html"


def test_xml_base_holds_at_every_level() -> None:
    atom = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://bao.example/xa-hoi/">
      <entry><title>a</title><link href="bai-1.html"/></entry>
      <entry xml:base="viec-lam/"><title>b</title><link href="bai-2.html"/></entry></feed>"""
    assert [each.url for each in read(atom).items] == [
        "https://bao.example/xa-hoi/bai-1.html",
        "https://bao.example/xa-hoi/viec-lam/bai-2.html",
    ]


def test_items_that_share_a_guid_are_kept_apart_by_address() -> None:
    guid = '<guid isPermaLink="false">news_1</guid>'
    reading = read(rss(item(1, "Một", guid), item(2, "Hai", guid)))
    assert [each.title for each in reading.items] == ["Một", "Hai"]
    assert any("guid" in problem for problem in reading.problems)


def test_one_address_is_one_item() -> None:
    reading = read(rss(item(1, "Tin"), item(1, "Tin dài hơn", "<pubDate>2024-02-28 08:00</pubDate>")))
    assert [(each.title, each.published is not None) for each in reading.items] == [("Tin dài hơn", True)]


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("http:sld.tinhmau.example/a-1.html", "http://sld.tinhmau.example/a-1.html"),
        ("https:/sld.tinhmau.example/a-1.html", "https://sld.tinhmau.example/a-1.html"),
        ("//sld.tinhmau.example/a-1.html", "https://sld.tinhmau.example/a-1.html"),
        ("/chi-tiet/a-1.html#binh-luan", "https://sld.tinhmau.example/chi-tiet/a-1.html"),
        ("https://sld.tinhmau.example/a?id=1&amp;amp;cat=2", "https://sld.tinhmau.example/a?id=1&cat=2"),
        ("\n  https://sld.tinhmau.example/a-1.html \n", "https://sld.tinhmau.example/a-1.html"),
        ("https://sld.tinhmau.example/a-1.html;jsessionid=9A?utm_source=rss", "https://sld.tinhmau.example/a-1.html"),
    ],
)
def test_crippled_links_are_mended(printed: str, meant: str) -> None:
    assert [each.url for each in read(rss(f"<title>a</title><link>{printed}</link>")).items] == [meant]


@pytest.mark.parametrize("link", ["javascript:void(0)", "mailto:a@b.example", "tel:0123", "#", "", "data:text/html,x"])
def test_what_is_no_page_is_no_item(link: str) -> None:
    reading = read(rss(f"<title>a</title><link>{link}</link>", item(2)))
    assert [each.url for each in reading.items] == ["https://sld.tinhmau.example/tin-2.html"]
    assert any("without an address" in problem for problem in reading.problems)


def test_nukeviets_minutes_are_cut_to_the_hour() -> None:
    stamps = ("Fri, 02 Feb 2024 02:02:17 GMT", "Thu, 01 Feb 2024 09:02:44 GMT", "Wed, 31 Jan 2024 03:01:00 GMT")
    items = [item(n, "Tin", f"<pubDate>{stamp}</pubDate>") for n, stamp in enumerate(stamps)]
    hours = [each.published.astimezone(VIETNAM).isoformat() for each in read(rss(*items)).items if each.published]
    assert hours == ["2024-02-02T09:00:00+07:00", "2024-02-01T16:00:00+07:00", "2024-01-31T10:00:00+07:00"]


def test_other_feeds_keep_their_minutes() -> None:
    reading = read(rss(item(1, "Tin", "<pubDate>Fri, 02 Feb 2024 02:02:17 GMT</pubDate>")))
    assert reading.items[0].published == datetime(2024, 2, 2, 9, 2, 17, tzinfo=VIETNAM)


def test_gmt_on_local_time_is_left_to_the_page() -> None:
    """Only the page's visible date can tell; the feed's word is kept, though it lies in the near future."""
    reading = read(rss(item(1, "Tin", "<pubDate>Fri, 01 Mar 2024 08:30:00 GMT</pubDate>")))
    assert reading.items[0].published == datetime(2024, 3, 1, 15, 30, tzinfo=VIETNAM)


def test_dates_that_are_the_moment_of_the_request_are_dropped() -> None:
    stamp = "<pubDate>Fri, 01 Mar 2024 09:00:00 +0700</pubDate>"
    reading = read(rss(*(item(n, "Tin", stamp) for n in range(4))))
    assert [each.published for each in reading.items] == [None] * 4
    assert any("moment of the request" in problem for problem in reading.problems)


def test_impossible_dates_give_none_and_are_named() -> None:
    reading = read(rss(item(1, "a", "<pubDate>01/01/0001</pubDate>"), item(2, "b", "<pubDate>mới</pubDate>")))
    assert [each.published for each in reading.items] == [None, None]
    assert len(reading.problems) == 2


def test_text_before_the_declaration_is_junk() -> None:
    reading = read("\n\n<!-- x -->This XML file does not appear to have any style\n" + rss(item(1)))
    assert len(reading.items) == 1


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"<html><body><a href='/tin-a-b-c-d-123.html'>Tin moi nhat cua tinh</a></body></html>", "html"),
        (b"<!DOCTYPE html><title>Access denied</title>", "html"),
        (b"%PDF-1.4 \x00\x01\x02", "unknown"),
        (b'{"error": "not found"}', "unknown"),
    ],
)
def test_what_is_no_feed_has_failed(body: bytes, kind: str) -> None:
    reading = read(body)
    assert (reading.kind, reading.items, reading.failed) == (kind, (), True)
    assert reading.problems


def test_a_page_in_place_of_a_feed_tells_where_its_feeds_are() -> None:
    page = (
        '<html><head><link rel="alternate" type="application/rss+xml" href="/vi/rss/all/"></head><body>x</body></html>'
    )
    assert read(page).feeds == ("https://sld.tinhmau.example/vi/rss/all/",)


def test_an_empty_channel_is_a_feed_without_items() -> None:
    reading = read(rss())
    assert (reading.kind, reading.items, reading.failed) == ("rss", (), False)


def test_sitemaps_and_their_indexes() -> None:
    urls = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
      <url><loc>https://bao.example/</loc></url><url><loc>https://bao.example/lien-he.html</loc></url>
      <url><loc>https://bao.example/tin-mot-1001.html</loc><lastmod>2024-02-20T08:00:00+07:00</lastmod></url>
      <url><loc>https://bao.example/b-2.html?x=1&amp;y=2</loc><news:news><news:publication_date>2024-02-21</news:publication_date>
      <news:title>Tin hai</news:title></news:news></url></urlset>"""
    reading = read(urls, "https://bao.example/sitemap.xml")
    assert reading.kind == "sitemap"
    assert [(each.url, each.title) for each in reading.items] == [
        ("https://bao.example/tin-mot-1001.html", ""),
        ("https://bao.example/b-2.html?x=1&y=2", "Tin hai"),
    ]
    index = "<sitemapindex><sitemap><loc>https://bao.example/s1.xml</loc></sitemap></sitemapindex>"
    assert read(index, "https://bao.example/sitemap.xml").kind == "sitemap_index"


def test_a_packed_sitemap_that_breaks_off_gives_what_came() -> None:
    rows = "".join(f"<url><loc>https://bao.example/tin-moi-{n}.html</loc></url>" for n in range(1000, 9000))
    packed = gzip.compress(f"<urlset>{rows}</urlset>".encode())
    assert len(read(packed, "https://bao.example/sitemap.xml.gz").items) == 8000
    half = read(packed[: len(packed) // 2], "https://bao.example/sitemap.xml.gz")
    assert 1000 < len(half.items) < 8000


def test_an_entity_bomb_gives_no_gigabyte() -> None:
    bomb = (
        '<!DOCTYPE x [<!ENTITY a "'
        + "x" * 1000
        + '">'
        + "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(8))
    )
    reading = read(bomb + "]>" + rss(item(1, "&i;")).removeprefix('<?xml version="1.0" encoding="utf-8"?>'))
    assert sum(len(each.title) for each in reading.items) < 1000


@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_an_error(body: bytes) -> None:
    read(body)


@given(st.text(max_size=200))
def test_any_title_survives_its_escaping(title: str) -> None:
    escaped = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("]]>", "")
    reading = read(rss(item(1, escaped)))
    assert len(reading.items) == 1
