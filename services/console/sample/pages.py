"""Every address of the sample portals with its answer: articles, listing pages, feeds, robots.txt. Pure."""

from __future__ import annotations

import hashlib
import html
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from string import Template
from typing import Final

from services.console.sample.data import Article, Site, sites
from services.console.sample.markup import body_html
from shared.clock import VIETNAM

WEEKDAYS: Final = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")
RELATED: Final = 3
SLUG_WORDS: Final = 12
ROBOTS: Final = b"User-agent: *\nDisallow: /*/admin/\nDisallow: /*/print/\nDisallow: /*/savefile/\n"


@dataclass(frozen=True, slots=True)
class Page:
    body: bytes
    content_type: str
    modified: datetime

    @property
    def etag(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:32]


def all_pages(base_url: str) -> dict[str, Page]:
    """Path with query -> answer, for every site of the sample as served at `base_url` (no slash at its end)."""
    pages = {"/robots.txt": Page(ROBOTS, "text/plain; charset=utf-8", datetime(2022, 1, 1, tzinfo=UTC))}
    for site in sites():
        pages |= {f"/{site.id}{address}": page for address, page in _site_pages(site, base_url)}
    return pages


def article_url(site: Site, article: Article, base_url: str) -> str:
    """The address that listings and feeds give for `article`."""
    address = _article_address(site, article)
    return f"{base_url}/{site.id}{address}"


def _site_pages(site: Site, base_url: str) -> Iterator[tuple[str, Page]]:
    cms, common = site.cms, _common(site, base_url)
    for article in site.articles:
        if article.kind != "listing":
            yield _article_address(site, article), _html_page(_article(site, article, common), article.published)
    yield "/", _listing_page(site, site.articles, common | {"category_name": "Tin mới", "page": "1", "next": ""})
    for category, name in site.categories.items():
        listed = [article for article in site.articles if article.category == category and article.kind != "listing"]
        sheets = [listed[at : at + site.page_size] for at in range(0, len(listed), site.page_size)] or [[]]
        for number, sheet in enumerate(sheets, start=1):
            follow = common["base_url"] + _listing_address(site, category, number + 1)
            following = (
                Template(cms["next"]).substitute(common, url=html.escape(follow)) if number < len(sheets) else ""
            )
            here = {"category_name": html.escape(name), "page": str(number), "next": following}
            yield _listing_address(site, category, number), _listing_page(site, sheet, common | here)
    if site.feed_size:
        shown = site.articles[: site.feed_size]
        items = "\n".join(Template(cms["item"]).substitute(_feed_context(site, a, common)) for a in shown)
        feed = Template(cms["feed"]).substitute(common, items=items).strip()
        yield cms["feed_address"], Page(feed.encode(), "application/rss+xml; charset=utf-8", _newest(shown))


def _article(site: Site, article: Article, common: dict[str, str]) -> str:
    cms, context = site.cms, _context(site, article, common)
    if article.kind != "article":
        blank = context | {"title": common["site_name"], "lead": ""}
        return Template(cms["head"] + cms[article.kind] + cms["foot"]).substitute(blank, related="")
    around = context | {
        "related": "\n".join(_related(site, article, common)),
        "body": body_html(article.body, cms, common["path"]),
    }
    return Template(cms["head"] + cms["article"] + cms["foot"]).substitute(around)


def _related(site: Site, article: Article, common: dict[str, str]) -> Iterator[str]:
    """Boxes beside an article: invented headlines with figures first, then neighbours, as the real ones show."""
    others = [other for other in site.articles if other.id != article.id and other.kind == "article"]
    at = article.id % max(1, len(others) - RELATED)
    neighbours = others[at : at + RELATED]
    for headline, other in zip(site.decoys, neighbours, strict=False):
        yield Template(site.cms["related"]).substitute(
            _context(site, other, common) | {"title": html.escape(headline, quote=False)}
        )
    for other in neighbours:
        yield Template(site.cms["related"]).substitute(_context(site, other, common))


def _listing_page(site: Site, shown: Sequence[Article], context: dict[str, str]) -> Page:
    cms = site.cms
    rows = "\n".join(Template(cms["row"]).substitute(_context(site, article, context)) for article in shown)
    page = context | {"title": context["category_name"], "lead": "", "url": context["home_url"], "rows": rows}
    page |= _moment(_newest(shown)) | {"related": ""}
    return _html_page(Template(cms["head"] + cms["listing"] + cms["foot"]).substitute(page), _newest(shown))


def _html_page(text: str, modified: datetime) -> Page:
    return Page(text.encode(), "text/html; charset=utf-8", modified)


def _newest(articles: Sequence[Article]) -> datetime:
    return max((article.published for article in articles), default=datetime(2022, 1, 1, tzinfo=VIETNAM))


def _common(site: Site, base_url: str) -> dict[str, str]:
    path, home = f"/{site.id}", f"{base_url}/{site.id}"
    menu = "".join(
        f'<li><a href="{path}{html.escape(_listing_address(site, alias, 1))}">{html.escape(name)}</a></li>'
        for alias, name in site.categories.items()
    )
    return {
        "path": path,
        "base_url": home,
        "home_url": f"{home}/",
        "feed_url": home + site.cms.get("feed_address", ""),
        "site_name": html.escape(site.name),
        "notice": html.escape(site.notice),
        "menu": f'<li><a href="{path}/">Trang chủ</a></li>{menu}',
    }


def _context(site: Site, article: Article, common: dict[str, str]) -> dict[str, str]:
    url = common["base_url"] + _article_address(site, article)
    return (
        common
        | _moment(article.published)
        | {
            "id": str(article.id),
            "category": article.category,
            "category_name": html.escape(site.categories[article.category]),
            "title": html.escape(article.title, quote=False),
            "lead": html.escape(article.lead, quote=False),
            "author": html.escape(article.author, quote=False),
            "slug": slug(article.title, **site.cms["slug"]),
            "views": str(article.views),
            "url": html.escape(url),
        }
    )


def _feed_context(site: Site, article: Article, common: dict[str, str]) -> dict[str, str]:
    rule = site.cms["feed_date"]
    moment = article.published.astimezone(UTC) if rule["zone"] == "utc" else article.published
    context = _context(site, article, common)
    body = body_html(article.body, site.cms, common["path"])
    return context | {
        "feed_date": moment.strftime(rule["format"]),
        "feed_title": html.escape(article.title).replace(":", "&#x3A;"),
        "raw_url": html.unescape(context["url"]),
        "body": body,
    }


def _moment(moment: datetime) -> dict[str, str]:
    """A time in the shapes that the systems print. The edit lies two hours after the publication."""
    return {
        "date": moment.strftime("%d/%m/%Y"),
        "time": moment.strftime("%H:%M"),
        "year": moment.strftime("%Y"),
        "month": moment.strftime("%m"),
        "day": moment.strftime("%d"),
        "weekday": WEEKDAYS[moment.weekday()],
        "path_date": f"{moment.year}-{moment.month}-{moment.day}",
        "iso": moment.isoformat(),
        "edited_iso": (moment + timedelta(hours=2)).isoformat(),
    }


def _article_address(site: Site, article: Article) -> str:
    if article.kind == "listing":
        return _listing_address(site, article.category, 1)
    parts = {"id": str(article.id), "category": article.category, "slug": slug(article.title, **site.cms["slug"])}
    address: str = Template(site.cms["article_address"]).substitute(_moment(article.published), **parts)
    return address


def _listing_address(site: Site, category: str, number: int) -> str:
    kind = "listing_address" if number == 1 else "listing_page_address"
    return str(Template(site.cms[kind]).substitute(category=category, page=number))


def slug(title: str, separator: str, d_stroke: str) -> str:
    """`title` in ASCII as the systems make addresses. Liferay drops the letter đ (`d_stroke` empty), and the slugs of
    SharePoint have no separator but capitals."""
    plain = title.lower().replace("đ", d_stroke)
    plain = unicodedata.normalize("NFD", plain).encode("ascii", "ignore").decode()
    words = "".join(letter if letter.isalnum() else " " for letter in plain).split()[:SLUG_WORDS]
    return separator.join(words) if separator else "".join(word.capitalize() for word in words)
