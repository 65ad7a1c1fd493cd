"""What a probe finds at sites of many kinds, and what it says of those that are hard to follow."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from services.crawler.fetch import Fetched
from services.crawler.outcomes import Outcome
from services.crawler.portals import Listing, Portal, load_portals
from services.crawler.probe import Probed, entry_of, probe_portal, written
from shared.clock import now
from tests.unit.crawler.scripted import Answer, Site

HOME = "https://so.example/"
TODAY = now()
HEADLINES = (
    "Toàn tỉnh giải quyết việc làm cho 12.450 lao động",
    "Tỷ lệ hộ nghèo của tỉnh giảm còn 2,15 phần trăm",
    "Đưa 1.204 lao động đi làm việc ở nước ngoài",
)


def page(*links: str, head: str = "", title: str = "Sở Nội vụ: trang chủ") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body>{''.join(links)}</body></html>"


def articles(first: int, days: int = 0) -> str:
    return "".join(
        f"<div><a href='/bai-viet-{first + n}.html'>{headline}</a> {TODAY - timedelta(days=days + n):%d/%m/%Y}</div>"
        for n, headline in enumerate(HEADLINES)
    )


def rss(first: int) -> str:
    rows = "".join(
        f"<item><title>{title}</title><link>/bai-viet-{first + n}.html</link><pubDate>{TODAY:%d/%m/%Y}</pubDate></item>"
        for n, title in enumerate(HEADLINES)
    )
    return f"<rss version='2.0'><channel><title>Tin</title>{rows}</channel></rss>"


def sitemap(first: int) -> str:
    rows = "".join(
        f"<url><loc>/bai-viet-{first + n}.html</loc><lastmod>{TODAY:%Y-%m-%d}</lastmod></url>" for n in range(3)
    )
    return f"<urlset>{rows}</urlset>"


def probed(pages: dict[str, Answer], portal: Portal | None = None) -> Probed:
    site = Site({path if path.startswith("http") else HOME + path: answer for path, answer in pages.items()})
    entry = portal or Portal("so", "Sở", "department", (HOME,), listings=(Listing(HOME),), delay_s=0)
    return asyncio.run(probe_portal(entry, site.fetch))


def found(result: Probed) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    for source in result.found():
        kinds.setdefault(source.kind, []).append(source.url.removeprefix(HOME))
    return kinds


RSS_LINK = "<link rel='alternate' type='application/rss+xml' href='/tin.rss'>"
SECTIONS = (
    "<li><a href='/gioi-thieu'>Giới thiệu</a><li><a href='/tin'>Tin tức</a><li><a href='/ld'>Lao động - Việc làm</a>"
)
SITES: dict[str, tuple[dict[str, Answer], dict[str, list[str]]]] = {
    "a feed that the home page announces": ({"": page(head=RSS_LINK), "tin.rss": rss(100)}, {"feed": ["tin.rss"]}),
    "feeds that a page lists": (
        {
            "": page("<a href='/rss.html'>RSS</a>"),
            "rss.html": page("<a href='/rss/xa-hoi.rss'>Xã hội</a><a href='/rss/trong.rss'>Trống</a>"),
            "rss/xa-hoi.rss": rss(100),
            "rss/trong.rss": "<rss version='2.0'><channel></channel></rss>",
        },
        {"feed": ["rss/xa-hoi.rss"]},
    ),
    "two feeds with the same articles": (
        {
            "": page(head=f"{RSS_LINK}<link rel=alternate type=application/atom+xml href=/a>"),
            "tin.rss": rss(1),
            "a": rss(1),
        },
        {"feed": ["tin.rss"]},
    ),
    "a feed where the system keeps it": (
        {"": page(head='<meta name="generator" content="NukeViet v4.5">'), "vi/news/rss/": rss(100)},
        {"feed": ["vi/news/rss/"]},
    ),
    "an unknown system's feed in the usual place": ({"": page(), "rss.xml": rss(100)}, {"feed": ["rss.xml"]}),
    "the home page itself": ({"": page(articles(100))}, {"listing": [""]}),
    "sections of the menu, the telling one first": (
        {"": page(SECTIONS), "tin": page(articles(100)), "ld": page(articles(200)), "gioi-thieu": page(articles(300))},
        {"listing": ["ld", "tin"]},
    ),
    "a section beside a feed, where it has more": (
        {"": page(SECTIONS, head=RSS_LINK), "tin.rss": rss(100), "tin": page(articles(100)), "ld": page(articles(200))},
        {"feed": ["tin.rss"], "listing": ["ld"]},
    ),
    "a door that refreshes": (
        {"": page(head="<meta http-equiv='Refresh' content='0; URL=/web/home'>"), "web/home": page(articles(100))},
        {"listing": ["web/home"]},
    ),
    "a door of script": (
        {"": page(head="<script>window.location.href='/vi/';</script>"), "vi/": page(articles(100))},
        {"listing": ["vi/"]},
    ),
    "a system's signs with addresses of the site's own": (
        {"": page(SECTIONS, head='<meta name="generator" content="Microsoft SharePoint">'), "tin": page(articles(100))},
        {"listing": ["tin"]},
    ),
    "a sitemap that robots.txt names": (
        {"": page(), "robots.txt": f"Sitemap: {HOME}s.xml\n", "s.xml": sitemap(100)},
        {"sitemap": ["s.xml"]},
    ),
    "an index where sitemaps use to lie": (
        {
            "": page("<div id=root></div>"),
            "sitemap.xml": "<sitemapindex><sitemap><loc>/s1.xml</loc></sitemap></sitemapindex>",
            "s1.xml": sitemap(100),
        },
        {"sitemap": ["sitemap.xml"]},
    ),
    "a site that names only other sites": (
        {"": page(head=RSS_LINK), "tin.rss": rss(1).replace("/bai", "https://k.example/bai")},
        {},
    ),
}


@pytest.mark.parametrize("name", SITES)
def test_sources_are_found(name: str) -> None:
    pages, expected = SITES[name]
    result = probed(pages)
    assert found(result) == expected
    assert result.verdict == ("alive" if expected else "no articles")


def test_the_www_twin_is_followed_and_written() -> None:
    twin = "https://www.so.example/"
    moved = Fetched(HOME, Outcome.MOVED, 301, moved_to=twin, moved_for_good=True)
    result = probed({"": moved, twin: page(head=RSS_LINK), f"{twin}tin.rss": rss(100)})
    assert (result.verdict, result.portal.base) == ("alive", (twin,))
    assert f'base: ["{twin}"]' in entry_of(result)


def test_another_site_is_named_and_not_followed() -> None:
    moved = Fetched(HOME, Outcome.MOVED, 302, moved_to="https://snv.example/")
    result = probed({"": moved, "https://snv.example/": page(articles(1))})
    assert (result.alive, result.verdict) == (False, "moved")
    assert "https://snv.example/" in result.problems[0]


def test_nothing_is_asked_while_robots_txt_can_not_be_had() -> None:
    failing = Fetched(f"{HOME}robots.txt", Outcome.SERVER_ERROR, 503)
    site = Site({f"{HOME}robots.txt": failing, HOME: page(articles(1))})
    result = asyncio.run(probe_portal(Portal("so", "Sở", "department", (HOME,), delay_s=0), site.fetch))
    assert (result.verdict, site.asked) == ("server_error", [f"{HOME}robots.txt"])
    assert result.problems == ("robots.txt: server_error",)


def test_what_robots_txt_forbids_is_not_tried() -> None:
    pages: dict[str, Answer] = {
        "robots.txt": "User-agent: *\nDisallow: /tin\n",
        "": page(SECTIONS),
        "ld": page(articles(100)),
    }
    site = Site({HOME + path: answer for path, answer in pages.items()})
    result = asyncio.run(probe_portal(Portal("so", "Sở", "department", (HOME,), delay_s=0), site.fetch))
    assert found(result) == {"listing": ["ld"]} and f"{HOME}tin" not in site.asked


@pytest.mark.parametrize(
    ("detail", "allowance"),
    [
        ("certificate verify failed: certificate has expired", "allow: [expired]"),
        ("certificate verify failed: unable to get local issuer certificate", "ca: FILE.pem"),
        ("[SSL: UNSAFE_LEGACY_RENEGOTIATION_DISABLED] unsafe legacy renegotiation disabled", "allow: [legacy]"),
        ("[SSL: DH_KEY_TOO_SMALL] dh key too small", "allow: [legacy]"),
    ],
)
def test_a_fault_of_tls_is_told_with_what_allows_it(detail: str, allowance: str) -> None:
    result = probed({"robots.txt": Fetched(f"{HOME}robots.txt", Outcome.TLS, detail=detail)})
    assert result.verdict == "tls"
    assert allowance in result.problems[0]
    assert result.problems[0].startswith("robots.txt: tls: ") and "SSL" not in result.problems[0]


def test_a_source_of_the_entry_that_fails_is_told_and_stays(tmp_path: Path) -> None:
    file = tmp_path / "portals.yaml"
    file.write_text(
        f"""portals:
  - id: so
    name: Sở
    kind: department
    base: ["{HOME}"]
    feeds:
    - {HOME}cu.rss
    - {HOME}tin.rss
    # what the department calls its news
    listings: [{{url: "{HOME}muc", links: 'bai-viet-'}}]
    delay_s: 0
    verified: false
""",
        "utf-8",
    )
    (portal,) = load_portals(file)
    result = probed({"": page(), "tin.rss": rss(100), "muc": page(articles(200))}, portal)
    told = {source.url.removeprefix(HOME): source.problems for source in result.sources}
    assert told == {"cu.rss": ("gone",), "tin.rss": (), "muc": ()}
    assert result.problems == ("1 of its entry's sources gives no articles",)
    file.write_text(written(file.read_text("utf-8"), result), "utf-8")
    (again,) = load_portals(file)
    assert (again.feeds, again.listings, again.verified) == (portal.feeds, portal.listings, True)
    assert "# what the department calls its news" in file.read_text("utf-8")


def test_a_drafted_entry_can_be_probed_and_written_again(tmp_path: Path) -> None:
    pages: dict[str, Answer] = {"": page(head=RSS_LINK), "tin.rss": rss(100)}
    file = tmp_path / "portals.yaml"
    file.write_text("portals:\n" + entry_of(probed(pages)), "utf-8")
    (portal,) = load_portals(file)
    assert (portal.name, portal.verified) == ("Sở Nội vụ: trang chủ", True)
    text = written(file.read_text("utf-8"), probed(pages, portal))
    assert yaml.safe_load(text) == yaml.safe_load(file.read_text("utf-8"))


def test_a_site_that_has_gone_over_to_https_gets_its_new_address() -> None:
    old, new = "http://so.example/", "https://so.example/"
    answer = Fetched(
        f"{new}vi/", Outcome.OK, 200, page(articles(100)).encode(), moved_to=f"{new}vi/", moved_for_good=True
    )
    site = Site({old: answer})
    entry = Portal("so", "Sở", "department", (old,), listings=(Listing(old),), delay_s=0)
    result = asyncio.run(probe_portal(entry, site.fetch))
    assert result.portal.base == (new,)
    assert f'listings: ["{new}vi/"]' in entry_of(result)
