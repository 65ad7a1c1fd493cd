"""An article that a page holds only as data for its scripts: articleBody of JSON-LD, a framework's state.

Asked only where the page shows no text, for then a reader sees what the script makes of that data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from itertools import islice
from typing import Any, Final

_OPENING: Final = re.compile(
    r"<script\b[^<>]{0,300}\btype\s*=\s*[\"']?application/(?:ld\+)?json\b[^<>]{0,300}>", re.IGNORECASE
)
_SCRIPTS_MAX: Final = 200
_BODY_KEYS: Final = (
    "articleBody",
    "content",
    "contentHtml",
    "content_html",
    "body",
    "bodyHtml",
    "detail",
    "text",
    "html",
)
_TITLE_KEYS: Final = ("headline", "title", "name")
_DATE_KEYS: Final = (
    "datePublished", "publishedAt", "published_at", "publishedDate", "publishDate", "publish_date", "publishTime",
)  # fmt: skip
_BODY_CHARS_MIN: Final = 100
"""A summary for search engines is shorter, and is no article."""
_NODES_MAX: Final = 20_000
_MARKUP: Final = re.compile(r"<(?:p|br|div|h[2-6]|ul|table)\b", re.IGNORECASE)


def article_page(text: str, page_title: str) -> str | None:
    """A plain HTML page of the longest article in the JSON of `text`, or None. Broken JSON holds none.

    Only one whose title `page_title` bears: the state of a front page holds many articles, and texts of the site."""
    named = page_title.casefold()
    own = (found for found in _articles(text) if " ".join(found[1].split()).casefold() in named)
    best = max(own, key=lambda found: len(found[0]), default=None)
    if best is None:
        return None
    body, title, date = best
    if not _MARKUP.search(body):
        body = "".join(f"<p>{escape(line)}</p>" for line in body.splitlines() if line.strip())
    head = f"<title>{escape(title)}</title><meta property='article:published_time' content='{escape(date)}'>"
    return f"<html><head>{head}</head><body><article><h1>{escape(title)}</h1>{body}</article></body></html>"


def _articles(text: str) -> Iterator[tuple[str, str, str]]:
    """Body, title and date of each object that bears a title and a body of some length."""
    for script in islice(_OPENING.finditer(text), _SCRIPTS_MAX):
        end = text.find("</script", script.end())
        if end < 0:  # never closed: no later one is
            return
        try:
            data = json.loads(text[script.end() : end], strict=False)
        except (ValueError, RecursionError):
            continue
        for item in _objects(data):
            body, title = _first(item, _BODY_KEYS), _first(item, _TITLE_KEYS)
            if len(body) >= _BODY_CHARS_MIN and title:
                yield body, title, _first(item, _DATE_KEYS)


def _objects(data: Any) -> Iterator[dict[str, Any]]:
    stack = [data]
    for _ in range(_NODES_MAX):
        if not stack:
            return
        item = stack.pop()
        if isinstance(item, dict):
            yield item
            stack += item.values()
        elif isinstance(item, list):
            stack += item


def _first(item: dict[str, Any], keys: tuple[str, ...]) -> str:
    return next((value for key in keys if isinstance(value := item.get(key), str) and value.strip()), "")
