"""What a heading says, and which elements look like one, by tag, name or style."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from lxml import etree

from services.cleaner.dom import Element, text_of
from services.cleaner.visible_dates import LINE_CHARS, read_date

TITLE_NAME: Final = re.compile(r"title|tieu-?de|tittle|tde|headline|heading|tentin|ten-tin", re.IGNORECASE)
"""Part of a class that calls its element a title; `tittle` as one vendor spells it."""
RANKED: Final = ("h1", "h2", "h3")
_TAGS: Final = frozenset((*RANKED, "h4", "b", "strong"))
_STYLED_TAGS: Final = frozenset(("p", "div", "span", "font", "td", "center"))
_TAIL_TAGS: Final = frozenset(("span", "small", "time", "i", "em", "font", "label"))
_CHARS: Final = (15, 250)
_LARGE: Final = re.compile(
    r"font-size\s*:\s*(?:(?:1[6-9]|[2-4]\d)(?:\.\d+)?px|(?:1[3-9]|2\d)(?:\.\d+)?pt|(?:1\.[2-9]|2)\d?r?em|x*-?large)",
    re.IGNORECASE,
)
_BOLD: Final = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_BRACKETS: Final = "()[]–-| "


def heading_text(el: Element) -> str:
    """The text of a heading in one line: a blank where the page breaks it, and without a date printed inside it."""
    if next(el.iter("br"), None) is None:
        text = text_of(el)
    else:
        pieces = [el.text or ""]
        for event, node in etree.iterwalk(el, events=("start", "end")):
            if node is el:
                continue
            pieces.append((" " if node.tag == "br" else node.text or "") if event == "start" else node.tail or "")
        text = " ".join("".join(pieces).split())
    tail = dated_tail(el)
    return text.removesuffix(tail).rstrip() if tail else text


def dated_tail(heading: Element) -> str:
    """The date that a heading prints in an element of its own at its end: `<h2>Title <span>(16/05/2019)</span></h2>`.

    Brackets left empty where the system had no date count too."""
    if not len(heading):
        return ""
    last = heading[-1]
    text = text_of(last)
    if last.tag not in _TAIL_TAGS or (last.tail or "").strip() or len(text) > LINE_CHARS:
        return ""
    return text if text and is_bracketed_date(text) else ""


def is_bracketed_date(text: str) -> bool:
    """`(16/05/2019)`, `- 16/05/2019 08:00`, `( )`."""
    inside = text.strip(_BRACKETS)
    if not inside:
        return True
    found = read_date(inside)
    return found is not None and (found.bare or found.timed)


def looks_like_title(el: Element) -> bool:
    """By its tag, its class or its style; holds no link."""
    named = el.tag in _TAGS or bool(TITLE_NAME.search(el.get("class") or "")) or is_styled_title(el)
    if not named or next(el.iter("a"), None) is not None:
        return False
    text = text_of(el)
    return _CHARS[0] <= len(text) <= _CHARS[1] and not text.endswith(":")


def is_styled_title(el: Element) -> bool:
    """Set in large bold letters, without a heading's tag or name."""
    style = el.get("style")
    return bool(style) and el.tag in _STYLED_TAGS and _is_title_style(style or "")


@lru_cache(maxsize=4096)
def _is_title_style(style: str) -> bool:
    return bool(_LARGE.search(style) and _BOLD.search(style))
