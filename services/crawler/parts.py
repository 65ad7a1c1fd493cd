"""Further pages of an article that its site splits: found by the page's own pager, fetched at the host's pace, joined.

Strict on purpose: an adjacent article (`rel=next` of some blogs) or the second page of the comments is no part of it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

from services.crawler.canonical import absolute
from services.crawler.fetch import Exchange, Fetched
from services.crawler.outcomes import Outcome
from services.crawler.politeness import HostPace
from services.crawler.portals import Portal
from services.crawler.tools import Tools
from shared import parts
from shared.events import PAGE_BYTES_MAX

if TYPE_CHECKING:
    from lxml.html import HtmlElement

PARTS_MAX: Final = 5
"""Pages of one article. More is a gallery or a trap."""

_WORDS: Final = "(?:p|page|paged|pages|trang|phan|part)"
_HINT: Final = re.compile(
    rb"href\s*=\s*[\"'][^\"'<>]{0,300}[=/_-](?:p|page|trang|phan|part)?-?2(?:\.\w{3,5}|/)?[\"'&]", re.I
)
"""Of most pages no link can be one to a second part: they are not parsed."""
_PAGER: Final = re.compile(r"pag(?:e|ing|ination|er)\b|page-?links|phan-?trang|split|nav-?links", re.IGNORECASE)
_OTHERS: Final = re.compile(r"comment|binh-?luan|relat|lien-?quan|other|tin-?khac|list", re.IGNORECASE)


async def with_parts(tools: Tools, portal: Portal, pace: HostPace, first: Fetched) -> Fetched:
    """`first` with the bodies of its further parts joined to its own, and their exchanges. A part that can't be had
    ends it: the article is published as far as it goes, and a later reading brings the rest."""
    pages, exchanges, outcomes = [first.body], list(first.exchanges), list[Outcome]()
    while len(pages) < PARTS_MAX:
        url = await tools.offload(next_part, pages[-1], first.url, len(pages) + 1)
        if url is None:
            break
        part = await tools.fetch(url, pace, tls=portal.tls)
        outcomes.append(part.outcome)
        exchanges += part.exchanges
        if part.outcome is Outcome.RATE_LIMITED:
            pace.pause(part.retry_after_s)
        size = len(parts.join([*pages, part.body]))
        if part.outcome is not Outcome.OK or part.body in pages or size > PAGE_BYTES_MAX:
            break
        pages.append(part.body)
    if not outcomes:
        return first
    return replace(first, body=parts.join(pages), exchanges=tuple(exchanges), parts=tuple(outcomes))


def with_joined(fetched: Fetched) -> tuple[Exchange, ...]:
    """The exchanges as they are archived: behind answers that were joined, what they are joined to."""
    if parts.SEAM not in fetched.body:
        return fetched.exchanges
    headers = (("Content-Type", fetched.content_type or "text/html"),)
    return (*fetched.exchanges, Exchange(fetched.url, (), 200, "OK", headers, fetched.body, joined=True))


def next_part(body: bytes, url: str, number: int) -> str | None:
    """Address of part `number` of the article whose first part lies at `url`, as the part before (`body`) says."""
    if number == 2 and not _HINT.search(body):
        return None
    from lxml import etree, html

    try:
        root = html.document_fromstring(body, parser=html.HTMLParser(encoding="utf-8", huge_tree=True))
    except (etree.ParserError, ValueError):
        return None
    links = [*root.iterfind(".//link[@rel]"), *root.iterfind(".//a[@href]")]
    for link in links:
        address = absolute(link.get("href") or "", url)
        if address and is_part(address, url, number) and (_is_next(link) or _is_in_pager(link, number)):
            return address
    return None


def is_part(address: str, first: str, number: int) -> bool:
    """Whether an address is the first one's with the number of a page: `…-p2.html`, `…/2/`, `…?page=2`."""
    one, other = urlsplit(first), urlsplit(address)
    stem = re.sub(r"(?:\.\w{3,5}|/)$", "", one.path)
    if one.hostname != other.hostname or not stem or not other.path.startswith(stem):
        return False
    end, added = other.path[len(stem) :], set(parse_qsl(other.query)) - set(parse_qsl(one.query))
    if re.fullmatch(r"(?:\.\w{3,5}|/)?", end):
        key, value = added.pop() if len(added) == 1 else ("", "")
        return re.fullmatch(_WORDS, key, re.IGNORECASE) is not None and value == str(number)
    turned = re.fullmatch(rf"[/_-]{_WORDS}?[/_-]?{number}(?:\.\w{{3,5}}|/)?", end, re.IGNORECASE)
    return turned is not None and not added


def _is_next(link: HtmlElement) -> bool:
    return "next" in (link.get("rel") or "").lower().split()


def _is_in_pager(link: HtmlElement, number: int) -> bool:
    if link.tag != "a" or link.text_content().strip() != str(number):
        return False
    names = [f"{element.get('class') or ''} {element.get('id') or ''}" for element in (link, *link.iterancestors())]
    return any(map(_PAGER.search, names[:5])) and not any(map(_OTHERS.search, names[:8]))
