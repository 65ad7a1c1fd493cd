"""A small part of CSS for profiles: `tag`, `.class`, `#id`, `[attr=value]` (also ^= $= *=), and descendants.

Looked up in the page's index instead of by XPath over the tree: a profile's forty selectors cost microseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from services.cleaner.dom import INDEXED_ATTRS, Element, Index

_PART: Final = re.compile(r"""([\w:-]+)|\.([\w-]+)|\#([\w:-]+)|\[([\w:-]+)([\^$*]?=)"?([^"\]]*)"?\]""")


@dataclass(frozen=True, slots=True)
class Compound:
    tag: str | None
    classes: tuple[str, ...]
    id: str | None
    attrs: tuple[tuple[str, str, str], ...]


class BadSelector(ValueError):
    """A profile's selector uses what this module does not know."""


@lru_cache(maxsize=2048)
def compiled(selector: str) -> tuple[Compound, ...]:
    """Raises BadSelector."""
    return tuple(_compound(part, selector) for part in selector.split())


def _compound(part: str, selector: str) -> Compound:
    tag, classes, name, attrs, at = None, [], None, [], 0
    for match in _PART.finditer(part):
        if match.start() != at:
            break
        at = match.end()
        if match[1]:
            tag = match[1]
        elif match[2]:
            classes.append(match[2])
        elif match[3]:
            name = match[3]
        else:
            attrs.append((match[4], match[5], match[6]))
    if at != len(part) or not (tag or classes or name or attrs):
        raise BadSelector(f"{part!r} in {selector!r}")
    return Compound(tag, tuple(classes), name, tuple(attrs))


def find(index: Index, selector: str) -> list[Element]:
    """Elements that match, in the order of the index (mostly that of the document)."""
    compounds = compiled(selector)
    last = compounds[-1]
    return [el for el in _candidates(index, last) if _matches(el, last) and _below(el, compounds[:-1])]


def _candidates(index: Index, part: Compound) -> Iterable[Element]:
    if part.id:
        return index.ids.get(part.id, ())
    if part.classes:
        return index.classes.get(part.classes[0], ())
    for name, op, value in part.attrs:
        if name in INDEXED_ATTRS:
            return index.attrs.get((name, value), ())
        table = {"id": index.ids, "class": index.classes}.get(name)
        if table is not None:
            if value not in index.names:
                return ()
            return [el for key, found in table.items() if _compare(key, op, value) for el in found]
    return index.tags.get(part.tag or "", ())


def _compare(have: str, op: str, value: str) -> bool:
    if op == "=":
        return have == value
    if op == "^=":
        return have.startswith(value)
    return have.endswith(value) if op == "$=" else value in have


def _matches(el: Element, part: Compound) -> bool:
    if part.tag and el.tag != part.tag:
        return False
    if part.id and el.get("id") != part.id:
        return False
    if part.classes:
        have = (el.get("class") or "").split()
        if any(name not in have for name in part.classes):
            return False
    return all(
        any(
            _compare(token, op, value)
            for token in ((el.get(name) or "").split() if name == "class" else [el.get(name) or ""])
        )
        for name, op, value in part.attrs
    )


def _below(el: Element, compounds: tuple[Compound, ...]) -> bool:
    """Some chain of ancestors of `el` matches the compounds, outermost first."""
    if not compounds:
        return True
    rest = list(compounds)
    for ancestor in el.iterancestors():
        if _matches(ancestor, rest[-1]):
            rest.pop()
            if not rest:
                return True
    return False
