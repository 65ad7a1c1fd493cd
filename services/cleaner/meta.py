"""What a page's head says of it: titles, canonical address, kind, dates, authors, JSON-LD."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urljoin

from services.cleaner import normalise
from services.cleaner.dom import Element, raw_text
from services.cleaner.words import names

_ARTICLE_TYPES: Final = names(
    "Article NewsArticle BlogPosting ReportageNewsArticle AnalysisNewsArticle BackgroundNewsArticle Report TechArticle "
    "OpinionNewsArticle SocialMediaPosting LiveBlogPosting"
)
_LIST_TYPES: Final = frozenset(["CollectionPage", "SearchResultsPage"])
_PUBLISHED_NAMES: Final = (
    "article:published_time", "datepublished", "pubdate", "publishdate", "publish-date", "publish_date",
    "date.published", "dc.date.issued", "dcterms.created", "dc.date", "dc.date.created", "article:publish_time",
    "og:published_time", "article_date_original", "sailthru.date", "cxenseparse:recs:publishtime",
    "parsely-pub-date", "date",
)  # fmt: skip
_FIELD: Final = re.compile(r'"(datePublished|headline)"\s*:\s*"((?:[^"\\]|\\.)*)"')


@dataclass(slots=True)
class Meta:
    url: str = ""
    """The page's address, where known."""
    base: str = ""
    """What its relative links are relative to."""
    title: str = ""
    """Of <title>."""
    names: dict[str, str] = field(default_factory=dict)
    """Content by lower-case name, property or itemprop of <meta>; the first of each."""
    canonical: str | None = None
    is_amp: bool = False
    articles: list[dict[str, Any]] = field(default_factory=list)
    """JSON-LD objects that are articles, also inside @graph."""
    is_list: bool = False
    """JSON-LD calls the page a collection and names no article."""
    passwords: int = 0

    @property
    def generator(self) -> str:
        return self.names.get("generator", "")

    @property
    def site_name(self) -> str:
        return self.names.get("og:site_name", "")

    def headline(self) -> str:
        return next((clean(a["headline"]) for a in self.articles if isinstance(a.get("headline"), str)), "")

    def published(self) -> Iterator[tuple[str, str]]:
        """Source (`json_ld` or `meta`) and text of each machine-readable publication date, best first."""
        for article in self.articles:
            if isinstance(article.get("datePublished"), str | int):
                yield "json_ld", str(article["datePublished"])
        for name in _PUBLISHED_NAMES:
            if self.names.get(name):
                yield "meta", self.names[name]

    def author(self) -> str:
        for article in self.articles:
            found = _names(article.get("author"))
            if found:
                return found
        return self.names.get("author") or self.names.get("article:author", "")


def clean(text: str) -> str:
    """One line of text that may be escaped twice, as NukeViet and hand-made JSON-LD do."""
    if "&" in text:
        from html import unescape

        text = unescape(unescape(text))
    return normalise.line(text)


def read(root: Element, url: str) -> Meta:
    """Reads before scripts are stripped. Never raises."""
    meta = Meta(url, url)
    for el in root.iter("title", "meta", "link", "base", "script", "input"):
        tag = el.tag
        if tag == "meta":
            name = el.get("property") or el.get("name") or el.get("itemprop")
            content = el.get("content")
            if name and content:
                meta.names.setdefault(name.lower(), clean(content))
        elif tag == "title":
            meta.title = meta.title or clean(raw_text(el))
        elif tag == "link":
            meta.canonical = meta.canonical or _canonical(el)
        elif tag == "base":
            meta.base = _join(url, el.get("href") or "")
        elif tag == "script":
            if "ld+json" in (el.get("type") or ""):
                _read_json_ld(el.text or "", meta)
        elif (el.get("type") or "").lower() == "password":
            meta.passwords += 1
    if meta.canonical:
        joined = _join(meta.base, meta.canonical)
        meta.canonical = joined if re.match(r"https?://", joined, re.IGNORECASE) else None
    if len(meta.articles) > 1:
        meta.articles.sort(key=lambda article: not _is_own(article, meta))
    root_names = root.keys() if root.tag == "html" else []
    meta.is_amp = "amp" in root_names or "⚡" in root_names
    return meta


def _canonical(link: Element) -> str | None:
    return link.get("href") if (link.get("rel") or "").lower() == "canonical" else None


def _join(base: str, address: str) -> str:
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return base


def _read_json_ld(text: str, meta: Meta) -> None:
    try:
        data = json.loads(text.strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        found = dict(_FIELD.findall(text)) if "Article" in text else {}
        if found:
            meta.articles.append(found)
        return
    stack, listed = [data], False
    for _ in range(5000):
        if not stack:
            break
        item = stack.pop()
        if isinstance(item, list):
            stack += reversed(item)
        elif isinstance(item, dict):
            kinds = item.get("@type")
            kinds = {str(kind) for kind in (kinds if isinstance(kinds, list) else [kinds])}
            if kinds & _ARTICLE_TYPES:
                meta.articles.append(item)
                continue
            listed = listed or bool(kinds & _LIST_TYPES)
            stack += [item[key] for key in ("mainEntity", "@graph") if isinstance(item.get(key), list | dict)]
    meta.is_list = (meta.is_list or listed) and not meta.articles


def _is_own(article: dict[str, Any], meta: Meta) -> bool:
    """The head names the article too; others in JSON-LD are teasers."""
    headline = article.get("headline")
    if not isinstance(headline, str) or not headline.strip():
        return False
    mine = clean(headline).casefold()
    return any(mine in title.casefold() for title in (meta.title, meta.names.get("og:title", "")))


def _names(author: Any) -> str:
    if isinstance(author, str):
        return clean(author)
    if isinstance(author, dict):
        return clean(author["name"]) if isinstance(author.get("name"), str) else ""
    if isinstance(author, list):
        return ", ".join(filter(None, (_names(one) for one in author[:8] if not isinstance(one, list))))
    return ""
