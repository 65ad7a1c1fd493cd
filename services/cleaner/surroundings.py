"""Short lines around the title: where portals print date, author and counters."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from services.cleaner.dom import Element, text_of
from services.cleaner.visible_dates import LINE_CHARS

_AFTER = 14
_BEFORE = 8
_UP = 6
"""Levels that the search climbs: title, its row, cell, table, module, pane."""


def nearby(title: Element) -> list[str]:
    """Texts beside the title, nearest first: those after it up to the first running text, then those before it."""
    after = list(islice(_following(title), _AFTER))
    return after + list(islice(_preceding(title), _BEFORE))


def _following(title: Element) -> Iterator[str]:
    node = title
    for _ in range(_UP):
        for sibling in node.itersiblings():
            for text in _pieces(sibling):
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
    for _ in range(_UP):
        for sibling in node.itersiblings(preceding=True):
            if sibling.tag in ("header", "nav"):
                return
            yield from reversed(list(islice(_pieces(sibling), 12)))
        parent = node.getparent()
        if parent is None or parent.tag == "body":
            return
        node = parent


def _pieces(el: Element) -> Iterator[str]:
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
            yield text
        else:
            if node.text and node.text.strip():
                yield " ".join(node.text.split())
            stack += reversed(list(node))
