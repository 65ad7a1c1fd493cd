"""Short lines around the title: where portals print date, author and counters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from services.cleaner.dom import Element, text_of
from services.cleaner.visible_dates import LINE_CHARS, read_date

_AFTER: Final = 14
_BEFORE: Final = 8
_UP_AFTER: Final = 6
"""Levels that the search climbs: title, its row, cell, table, module, pane."""
_RELATIVE: Final = re.compile(r"\b(?:giây|phút|giờ|tiếng|ngày|tuần|tháng) trước\b", re.IGNORECASE)
"""A time counted from the visit, which a script writes over the exact one that an attribute keeps."""
_YEAR: Final = re.compile(r"(?:19|20)\d\d|\d[/.-]\d\d(?!\d)")
_PARTS: Final = ("li", "span", "p", "div", "time", "td", "a", "em", "i")
"""What a line of date, author and counters is made of."""
_UP_BEFORE: Final = 4
"""Fewer upwards: further above stands the page's header with its clock."""


def after(title: Element, most: int = _AFTER, *, parts: bool = False) -> tuple[str, ...]:
    """`most` short texts that follow the title up to the first running text, nearest first.

    `parts`: behind a text of several elements also the date that one of them holds."""
    return tuple(islice(_following(title, parts), most))


def before(title: Element) -> tuple[str, ...]:
    """Short texts that stand above the title in the same module, nearest first."""
    return tuple(islice(_preceding(title), _BEFORE))


def _following(title: Element, parts: bool) -> Iterator[str]:
    node = title
    for _ in range(_UP_AFTER):
        for sibling in node.itersiblings():
            if sibling.tag == "footer":
                return
            for text in _pieces(sibling, parts):
                if len(text) > 2 * LINE_CHARS:
                    return
                yield text
            if sibling.tail and sibling.tail.strip():
                yield sibling.tail.strip()
        parent = node.getparent()
        if parent is None or parent.tag == "body":
            return
        node = parent


def _preceding(title: Element) -> Iterator[str]:
    node = title
    for _ in range(_UP_BEFORE):
        for sibling in node.itersiblings(preceding=True):
            if sibling.tag in ("header", "nav"):
                return
            yield from reversed(list(islice(_pieces(sibling, False), 12)))
        parent = node.getparent()
        if parent is None or parent.tag == "body":
            return
        node = parent


def _is_dateline(text: str) -> bool:
    found = read_date(text)
    return found is not None and (found.bare or found.label != "plain")


def _dated_parts(node: Element, text: str) -> Iterator[str]:
    """The date among author, section and counters; not one that a label of something else introduces."""
    for part in map(text_of, node.iter(*_PARTS)):
        if part != text and _is_dateline(part) and not text.partition(part)[0].rstrip().endswith(":"):
            yield part


def _exact(el: Element) -> Iterator[str]:
    for node in el.iter("*"):
        yield from (value for name in ("title", "datetime", "data-time", "data-date") if (value := node.get(name)))


def _pieces(el: Element, parts: bool) -> Iterator[str]:
    """The text of `el`, or of its parts where it is longer than a line. Iterative."""
    stack = [el]
    while stack:
        node = stack.pop()
        if not isinstance(node.tag, str):
            continue
        text = text_of(node)
        if not text:
            continue
        if len(text) <= LINE_CHARS or len(node) == 0:
            if _RELATIVE.search(text):
                yield from _exact(node)
            yield text
            if parts and len(node) and _YEAR.search(text) and not _is_dateline(text):
                yield from _dated_parts(node, text)
        else:
            if node.text and node.text.strip():
                yield " ".join(node.text.split())
            stack += reversed(list(node))
