from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.crawler.canonical import absolute, canonical_url, clean_address

CLEANED = {
    "HTTPS://Bao.Example:443/a/../b/./c": "https://bao.example/b/c",
    "http://bao.example": "http://bao.example/",
    "http://bao.example:8080/a": "http://bao.example:8080/a",
    "https://bao.example/../../x": "https://bao.example/x",
    "https://bao.example/a;jsessionid=0A1B.node1?x=1": "https://bao.example/a?x=1",
    "https://bao.example/a?utm_source=rss&fbclid=1&id=5": "https://bao.example/a?id=5",
    "https://bao.example/p?dDocName=P1&_afrLoop=2&_afrWindowMode=0&_adf.ctrl-state=z": "https://bao.example/p?dDocName=P1",
    "https://bao.example/vi/news/print/cat/tin-5.html": "https://bao.example/vi/news/cat/tin-5.html",
    "https://bao.example/vi/news/savefile/cat/tin-5.html": "https://bao.example/vi/news/cat/tin-5.html",
    "https://bao.example/vi/news/cat/tin-5.html?download=1": "https://bao.example/vi/news/cat/tin-5.html",
    "https://bao.example/tin-5.html/amp": "https://bao.example/tin-5.html",
    "https://bao.example/tin-5.amp.html": "https://bao.example/tin-5.html",
    "https://bao.example/tin tức/việc-làm.html": "https://bao.example/tin%20t%E1%BB%A9c/vi%E1%BB%87c-l%C3%A0m.html",
    "https://bao.example/%74in%2fa": "https://bao.example/tin%2Fa",
    "https://bücher.example/": "https://xn--bcher-kva.example/",
    "https://bao.example/print/": "https://bao.example/print/",
}


@pytest.mark.parametrize(("printed", "cleaned"), CLEANED.items())
def test_what_changes_from_hit_to_hit_is_dropped(printed: str, cleaned: str) -> None:
    assert clean_address(printed) == cleaned


@pytest.mark.parametrize(
    "address",
    ["ftp://a.example/", "https://u:p@a.example/", "https:///x", "https://[::1", "https://a.example:99999/", "x", ""],
)
def test_what_is_no_web_address_is_none(address: str) -> None:
    assert clean_address(address) is None


TWINS = [
    (None, "http://www.bao.example/x/a-1.html", "https://bao.example/x/a-1.html"),
    (None, "https://m.bao.example/x?b=2&a=1", "https://bao.example/x?a=1&b=2"),
    (None, "https://bao.example/x/index.html", "https://bao.example/x"),
    (
        "nukeviet",
        "https://s.example/vi/news/viec-lam/ten-cu-611.html",
        "https://s.example/vi/news/tin-tuc/ten-moi-611.html",
    ),
    ("hemera", "https://b.example/ten-cu-post378151.html", "https://b.example/xa-hoi/ten-moi-post378151.html"),
    (
        "webcenter",
        "https://q.example/webcenter/a?dDocName=P1",
        "https://q.example/webcenter/b/chi-tiet?x=1&dDocName=P1",
    ),
    ("danang", "https://d.example/chi-tiet-tin/group/1/nid/9/a", "https://d.example/chi-tiet-tin/group/2/nid/9/b"),
    ("liferay", "https://l.example/news/-/details/20182/a-30419", "https://l.example/vi/news/-/details/20182/b-30419"),
    (
        "liferay",
        "https://l.example/web/guest/-/asset_publisher/Abc1/content/tin-moi",
        "https://l.example/tin/-/asset_publisher/Xyz2/content/tin-moi?inheritRedirect=false&redirect=https%3A%2F%2Fl.example",
    ),
    (
        "sharepoint",
        "https://p.example/Trang/ChiTietTinTuc.aspx?nid=168690",
        "https://p.example/trang/chitiettintuc.aspx?nid=168690&SessionID=44",
    ),
    (
        "nukeviet",
        "https://s.example/vi/news/viec-lam/ten-611.html",
        "https://s.example/index.php?language=vi&nv=news&op=viec-lam/ten-611",
    ),
    (
        "nukeviet",
        "https://s.example/vi/news/a/ten-611.html",
        "https://s.example/vi/news/savefile/a/ten-611.html?download=1",
    ),
    ("webforms", "https://b.example/tin-a188491.html", "https://b.example/amp.aspx?newid=188491"),
    ("hemera", "https://b.example/ten-post378151.html", "https://b.example/ten-moi-post378151.amp"),
    ("drupal", "https://d.example/node/12", "https://d.example/vi/node/12"),
    ("joomla", "https://v.example/tin/12-abc.html", "https://v.example/khac/12-abc.html?tmpl=component&print=1"),
]


@pytest.mark.parametrize(("cms", "one", "other"), TWINS)
def test_twins_are_one_article(cms: str | None, one: str, other: str) -> None:
    cleaned = [clean_address(address) for address in (one, other)]
    assert canonical_url(str(cleaned[0]), cms) == canonical_url(str(cleaned[1]), cms)


DIFFERENT = [
    ("nukeviet", "https://s.example/vi/news/a/x-5.html", "https://s.example/vi/sldtbxh/a/x-5.html"),
    ("nukeviet", "https://s.example/vi/a/mot-5.html", "https://s.example/vi/b/hai-5.html"),
    ("webforms", "https://b.example/tin.aspx?newid=5", "https://b.example/van-ban.aspx?newid=5"),
    ("sharepoint", "https://p.example/portal/Pages/2023-3-9/A.aspx", "https://p.example/portal/Pages/2023-3-10/A.aspx"),
    ("nukeviet", "https://s.example/index.php?nv=news&op=a/x-5", "https://s.example/index.php?nv=laws&op=a/x-5"),
    ("wordpress", "https://v.example/phien-gdvl-thang-3/", "https://v.example/Phien-GDVL-thang-4/"),
    (None, "https://b.example/x?id=1", "https://b.example/x?id=2"),
    (None, "https://tin.b.example/x-1", "https://bao.b.example/x-1"),
]


@pytest.mark.parametrize(("cms", "one", "other"), DIFFERENT)
def test_different_articles_are_never_merged(cms: str | None, one: str, other: str) -> None:
    assert canonical_url(one, cms) != canonical_url(other, cms)


def test_the_samples_port_does_not_count() -> None:
    one, other = "http://127.0.0.1:4001/mau/vi/news/a/x-5.html", "http://127.0.0.1:9000/mau/vi/news/a/x-5.html"
    assert canonical_url(one, "nukeviet") == canonical_url(other, "nukeviet")


addresses = st.from_regex(r"https?://[a-z0-9.-]{1,20}\.vn(/[^\s]{0,40})?", fullmatch=True)


@given(st.one_of(addresses, st.text(max_size=60)))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    cleaned = clean_address(text)
    assert cleaned is None or clean_address(cleaned) == cleaned


@given(st.text(max_size=60), addresses)
def test_every_link_is_an_address_or_none(link: str, base: str) -> None:
    found = absolute(link, base)
    assert found is None or found.startswith(("http://", "https://"))
