"""The article's own title: the visible heading that the page's head, its JSON-LD or its feed agree with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from services.cleaner import rules
from services.cleaner.dom import Element, Index, attached, text_of
from services.cleaner.headings import RANKED, TITLE_NAME, heading_text, is_bracketed_date, looks_like_title
from services.cleaner.lines import Line
from services.cleaner.meta import Meta, clean
from services.cleaner.surroundings import after
from services.cleaner.visible_dates import read_date
from shared.vietnam.text import fold

_NO_WORD: Final = re.compile(r"[\W_]+")
_SEPARATOR: Final = re.compile(r"\s+[-–—|»:•·/]{1,2}\s+|\s*\|\s*|\s*»\s*")
_SITE: Final = re.compile(
    r"\b(?:báo(?: điện tử)?|tạp chí|cổng (?:thông tin|ttđt)|trang (?:thông tin|chủ|tin|ttđt)|cổng|website|site|sở|ubnd|"
    r"ủy ban|uỷ ban|đài|tin tức|trung tâm|tin|cục|chi cục|phòng|portal|home|online|news|chi tiết(?: tin| bài viết)?)\b",
    re.IGNORECASE,
)
_PORTAL: Final = re.compile(
    r"(?:báo điện tử|cổng (?:thông tin|ttđt)|trang (?:thông tin|chủ|ttđt)|website)\b", re.IGNORECASE
)
"""No headline begins so; at an end of a <title> it is the site, even if it is the longest part."""
_FRAME: Final = re.compile(
    r"(?:^|[\s_-])(?:banner|logo|masthead|site-?(?:header|name|title|footer)|footer|slogan)", re.IGNORECASE
)
"""Names of what frames every page of a site."""
_SECTION_CHARS: Final = 25
"""A shorter <h1> may be the section's name: headlines of the gold have 30 characters and more."""
_START_CHARS: Final = 8
_ABOVE_TEXT: Final = 60
"""Elements before the first running text among which its heading is looked for."""
_ABOVE_BODY: Final = 12
TITLE_CHARS: Final = (8, 300)


@dataclass(frozen=True, slots=True)
class Title:
    text: str
    element: Element | None
    """The visible heading, if the page shows one."""
    sure: float
    """0..1: 1 where two independent places agree."""


@lru_cache(maxsize=1024)
def key(text: str) -> str:
    """Letters and digits alone, for comparing titles."""
    return _NO_WORD.sub("", fold(text))


def references(meta: Meta, feed_title: str | None) -> list[str]:
    """What the head, JSON-LD and feed call the article, best first."""
    named = [meta.headline(), meta.names.get("og:title", ""), clean(feed_title or ""), meta.names.get("title", "")]
    return [text for text in [*named, meta.title] if len(text) >= TITLE_CHARS[0]]


def choose(meta: Meta, index: Index, body: Element, wanted: Iterable[Element], feed_title: str | None) -> Title:
    """The title. `wanted`: elements that a profile says hold it, in order.

    A heading that links to another page is that page's, not this one's."""
    refs = references(meta, feed_title)
    keys = [key(ref) for ref in refs]
    for el in wanted:
        text = heading_text(el)
        if TITLE_CHARS[0] <= len(text) <= TITLE_CHARS[1] and not _links_away(el, meta):
            return Title(clean(text), el, 1.0 if _agrees(key(text), keys) else 0.8)
    own = {key(text) for text in refs if text != meta.title}
    for el in _headings(index) if refs else ():
        text = heading_text(el)
        if key(text) == key(meta.site_name) or (key(text) not in own and _names_site(el, text)):
            continue
        if TITLE_CHARS[0] <= len(text) <= TITLE_CHARS[1] and _agrees(key(text), keys) and not _links_away(el, meta):
            return Title(clean(text), el, 1.0)
    plain = _said_plainly(body, refs, keys) if refs else None
    if plain is not None:
        return Title(clean(text_of(plain)), plain, 0.9)
    declared = [el for el in index.attrs.get(("itemprop", "headline"), ()) if el.tag in RANKED and attached(el, body)]
    if len(declared) == 1 and len(text := heading_text(declared[0])) >= TITLE_CHARS[0]:
        return Title(clean(text), declared[0], 0.8)
    found = [(el, heading_text(el)) for el in index.tags.get("h1", ())]
    h1 = [
        (el, text)
        for el, text in found
        if TITLE_CHARS[0] <= len(text) <= TITLE_CHARS[1] and not _is_site(el, text, meta)
    ]
    if len(h1) == 1:
        section = len(h1[0][1]) < _SECTION_CHARS or bool(_SITE.match(h1[0][1]))
        return Title(clean(h1[0][1]), h1[0][0], 0.5 if section else 0.7)
    for ref in refs:
        text = without_site(ref, meta.site_name)
        if len(text) >= 20 and not _SITE.match(text):
            return Title(text, None, 0.4 if ref == meta.title else 0.7)
    return Title(clean(h1[0][1]), h1[0][0], 0.5) if h1 else Title("", None, 0.0)


def is_heading_line(text: str, title: str) -> bool:
    """`text` is the title, alone or with a date behind it."""
    if key(text) == key(title):
        return True
    return bool(title) and text.startswith(title) and is_bracketed_date(text.removeprefix(title))


def _headings(index: Index) -> Iterator[Element]:
    """By level, then what a class calls a title; not the titles of a long list."""
    for tag in ("h1", "h2", "h3", "h4"):
        yield from index.tags.get(tag, ())
    for token, found in index.classes.items():
        if len(found) <= 40 and TITLE_NAME.search(token):
            yield from found


def _agrees(mine: str, refs: list[str]) -> bool:
    """The heading is a reference, or the beginning of one that goes on with the site's name."""
    if len(mine) < 8:
        return False
    return any(mine == ref or (len(mine) >= 15 and (ref.startswith(mine) or ref.endswith(mine))) for ref in refs)


def _said_plainly(body: Element, refs: list[str], keys: list[str]) -> Element | None:
    """An element without a heading's tag or name that says a reference: systems that style a <div> as the title."""
    for el in body.iter("div", "span", "p", "td", "b", "strong", "font", "center"):
        start = (el.text or "").strip()[:_START_CHARS]
        if len(start) < _START_CHARS or not any(start in ref for ref in refs):
            continue
        text = text_of(el)
        if _PORTAL.match(text) or len(text) > TITLE_CHARS[1] or next(el.iterancestors("a"), None) is not None:
            continue
        if _agrees(key(text), keys):
            return el
    return None


def _links_away(el: Element, meta: Meta) -> bool:
    links = [*el.iter("a"), *el.iterancestors("a")]
    if not links:
        return False
    own = {address.rstrip("/").rsplit("/", 1)[-1] for address in (meta.url, meta.canonical) if address}
    if not own:
        return el.tag != "h1"
    return all((a.get("href") or "#").split("#")[0].rstrip("/").rsplit("/", 1)[-1] not in own | {""} for a in links)


def _names_site(el: Element, text: str) -> bool:
    """The site's own name, as its <title>, banner or footer says it."""
    if _PORTAL.match(text):
        return True
    frame = (f"{a.get('id') or ''} {a.get('class') or ''}" for a in (el, *el.iterancestors()))
    return bool(_SITE.match(text)) and any(map(_FRAME.search, frame))


def _is_site(el: Element, text: str, meta: Meta) -> bool:
    """A logo's heading: the site's name, or a link to its home page inside the page's header."""
    mine = key(text)
    if mine and mine == key(meta.site_name):
        return True
    links = [a.get("href") or "" for a in el.iter("a")]
    home = bool(links) and all(
        re.fullmatch(r"(?:https?://[^/]+)?/?(?:home|trang-chu|default\.aspx|index\.\w+)?", h) for h in links
    )
    return home or any(a.tag in ("header", "nav", "footer") and len(text) < 60 for a in el.iterancestors())


def without_site(text: str, site_name: str) -> str:
    """A <title> without the site's name at its end or beginning."""
    parts = [part for part in _SEPARATOR.split(text) if part]
    if len(parts) < 2:
        return text
    ends = [
        i
        for i in (len(parts) - 1, 0)
        if key(parts[i]) == key(site_name) or (_SITE.match(parts[i]) and len(parts[i]) < 70)
    ]
    longest = max(range(len(parts)), key=lambda i: len(parts[i]))
    if longest in ends and _PORTAL.match(parts[longest]) and len(text) - len(parts[longest]) >= 23:
        longest = -1
    if any(i != longest for i in ends):
        left = text
        for i in ends:
            if i != longest:
                left = left.removesuffix(parts[i]) if i else left.removeprefix(parts[i])
        return without_site(left.strip(" -–—|»:•·/"), site_name)
    return text


def first_line(lines: Sequence[Line]) -> Title | None:
    """The line that opens the text, where it is no sentence and text follows: a title that no markup tells."""
    for i, line in enumerate(lines[:6]):
        if is_dateline(line.text) or rules.struck_by(line, head=True):
            continue
        open_end = line.text[-1] not in ".:;,"
        if _SECTION_CHARS <= len(line.text) <= 200 and open_end and line.links < 0.5 and i + 1 < len(lines):
            return Title(line.text, None, 0.5)
        return None
    return None


def dated(index: Index, meta: Meta) -> Title:
    """The first heading with a dateline under it: an article's, where the head names only the site. Boxes have none."""
    for el in _headings(index):
        text = heading_text(el)
        if _SITE.match(text) or not _SECTION_CHARS <= len(text) <= TITLE_CHARS[1]:
            continue
        if _links_away(el, meta):
            continue
        if any(map(is_dateline, after(el, 4))) or any(map(is_dateline, after(el, 2, parts=True))):
            return Title(clean(text), el, 0.7)
    return Title("", None, 0.0)


def is_dateline(text: str) -> bool:
    found = read_date(text)
    return found is not None and (found.bare or found.label != "plain")


def before(first: Element, root: Element, container: Element | None = None) -> Title:
    """The heading that stands right before the first running text: for pages whose head names only the site.

    `container`: a known system's body. A ranked heading right above it is surer than bold words at its beginning."""
    place = {el: i for i, el in enumerate(root.iter("*"))}
    if container is not None and container in place:
        at = place[container]
        ranked = [el for el, i in place.items() if at - _ABOVE_BODY <= i < at and el.tag in RANKED]
        own = [el for el in ranked if not attached(container, el) and looks_like_title(el)]
        if own:
            return Title(clean(heading_text(own[-1])), own[-1], 0.7)
    at = place.get(first, 0)
    order = [el for el, i in place.items() if at - _ABOVE_TEXT <= i < at and looks_like_title(el)]
    order = [el for el in order if not _PORTAL.match(heading_text(el))]
    return Title(clean(heading_text(order[-1])), order[-1], 0.5) if order else Title("", None, 0.0)
