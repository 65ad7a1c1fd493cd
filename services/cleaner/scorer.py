"""Where the article stands on a page of no known system: the running text that follows the page's own title.

The largest text of a page is often not the article (rules of procedure, site notices, a footer), so size alone decides
only where no title is found. From the title upwards the container grows while what it takes in continues it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Final

from services.cleaner import blocks
from services.cleaner.density import Density
from services.cleaner.dom import Dropped, Element, Index, drop, text_of
from services.cleaner.words import names

_TOKENS_MAX: Final = 8000
"""Distinct classes or ids looked at: real pages have up to 2,000."""
_PROSE_MIN: Final = 60
"""Characters of running text that make a region: one short sentence."""
_MENU_SHARE: Final = 0.3
_FULL_BLOCKS: Final = 2
"""From this many paragraphs a region can be a whole article, and grows only over plain paragraphs."""
_LABEL_CHARS: Final = 50
_OPENING_BLOCKS: Final = 3
_OPENING_LINKS: Final = 0.05
_PARAGRAPHS: Final = names("p h2 h3 h4 ul ol table blockquote figure br span b strong em font center dl pre")
_HEADINGS: Final = names("h1 h2 h3 h4 h5 h6 header")
_TITLE_NAME: Final = re.compile(r"title|heading|header|caption|tieu-?de|box", re.IGNORECASE)
_COLUMN: Final = re.compile(
    r"(?:^|[-_ ])(?:col(?:umn)?|left|right|center|sidebar|main|sn(?:left|right|center)|span\d+|grid)(?:$|[-_ \d])|col-",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Region:
    root: Element
    anchored: bool
    """Found from the title."""


def prune(density: Density, index: Index, keep: Element | None, log: list[Dropped]) -> None:
    """Drop blocks by their names. A soft rule spares what holds the title or a third of the running text."""
    root = density.order[0]
    total = density.prose(root) or 1
    doomed: dict[Element, str] = {}
    for table in (index.classes, index.ids):
        for token, found in islice(table.items(), _TOKENS_MAX):
            rule = blocks.rule_of(token)
            if rule is None:
                continue
            for el in found:
                if el is root or el not in density.place or el in doomed:
                    continue
                share = density.prose(el) / total
                if share > rule.share_max(keep is not None) or _holds(density, el, keep):
                    continue
                doomed[el] = rule.name
    for tag in ("nav", "footer", "aside"):
        for el in index.tags.get(tag, ()):
            if (
                el in density.place
                and el is not root
                and density.prose(el) / total <= blocks.PROSE_SHARE_MAX
                and not _holds(density, el, keep)
                and not (tag == "aside" and _is_inset(density, el))
            ):
                doomed.setdefault(el, tag)
    outermost = [el for el in doomed if not any(ancestor in doomed for ancestor in el.iterancestors())]
    density.without(outermost)
    for el in outermost:
        drop(el, doomed[el], log)


def _is_inset(density: Density, aside: Element) -> bool:
    """A box of figures between the paragraphs, not a column of links beside them."""
    parent = aside.getparent()
    return parent is not None and density.link_share(aside) < 0.3 and any(child.tag == "p" for child in parent)


def _holds(density: Density, el: Element, keep: Element | None) -> bool:
    if keep is None or keep not in density.place:
        return False
    return density.place[el] <= density.place[keep] <= density.last[density.place[el]]


def region(density: Density, title: Element | None) -> Region | None:
    """The container of the article below the density's root; None where there is no running text."""
    root = density.order[0]
    if density.prose(root) < _PROSE_MIN:
        return _short_lines(density, title)
    if title is not None and title in density.place:
        start = next(
            (a for a in title.iterancestors() if a in density.place and density.prose_after(title, a) >= _PROSE_MIN),
            None,
        )
        if start is not None:
            return Region(_grown(density, start, title), True)
    start = _densest(density)
    short = _short_lines(density, title)
    if short is not None and start is not None and _holds(density, short.root, start):
        return short
    return Region(_grown(density, start, None), False) if start is not None else None


def _short_lines(density: Density, title: Element | None) -> Region | None:
    """What follows the title on a page of short paragraphs and lists alone, where it is no menu."""
    if title is None or title not in density.place:
        return None
    for el in title.iterancestors():
        if el not in density.place:
            return None
        if density.chars(el) - density.chars(title) >= _PROSE_MIN:
            return Region(el, True) if density.link_share(el) <= _MENU_SHARE else None
    return None


def _densest(density: Density) -> Element | None:
    """The element whose own paragraphs, and half those of its children's wrappers, hold the most text."""
    score: dict[Element, float] = {}
    for i, run in enumerate(density.runs):
        if not run:
            continue
        weight, ancestor = float(run), density.order[i].getparent()
        for _ in range(3):
            if ancestor is None or ancestor not in density.place:
                break
            score[ancestor] = score.get(ancestor, 0.0) + weight
            weight, ancestor = weight / 2, ancestor.getparent()
    if not score:
        return density.order[0]
    return max(score, key=lambda el: score[el] * (1 - density.link_share(el)))


def _grown(density: Density, start: Element, title: Element | None) -> Element:
    """`start`, or the ancestor of it to which the article runs on; without a title also from where it began."""
    current = branch = start
    for parent in start.iterancestors():
        if parent not in density.place or parent.tag == "html":
            break
        if _is_column(branch, parent):
            break
        full = density.blocks(current) > _FULL_BLOCKS
        following = [el for el in branch.itersiblings() if el in density.place and density.prose(el)]
        opening = _opening(density, branch) if title is None else []
        beside = [*following, *opening]
        if (
            (beside and all(_continues(density, el, full) for el in beside))
            or (following and not full and _continues(density, following[0], False))
            or (opening and not following and _is_opening(density, opening, branch))
        ):
            current = parent
        elif beside:
            break
        branch = parent
    return current


def _opening(density: Density, branch: Element) -> list[Element]:
    """What stands before `branch` in its parent and holds running text, nearest first."""
    return [el for el in branch.itersiblings(preceding=True) if el in density.place and density.prose(el)]


def _is_opening(density: Density, parts: list[Element], branch: Element) -> bool:
    """A title and lead in a block of their own above the body: one short block without links, smaller than the body."""
    return (
        len(parts) == 1
        and density.link_share(parts[0]) < _OPENING_LINKS
        and density.blocks(parts[0]) <= _OPENING_BLOCKS
        and density.prose(parts[0]) < density.prose(branch)
    )


def _is_column(branch: Element, parent: Element) -> bool:
    """`branch` stands beside other columns of the page."""
    if branch.tag == "td" and parent.tag == "tr":
        return sum(child.tag == "td" for child in parent) > 1
    names = (branch.get("class") or "") + " " + (branch.get("id") or "")
    if not _COLUMN.search(names):
        return False
    return any(
        _COLUMN.search((el.get("class") or "") + " " + (el.get("id") or "")) for el in parent if el is not branch
    )


def _continues(density: Density, el: Element, full: bool) -> bool:
    if density.link_share(el) > 0.3:
        return False
    if el.tag in _PARAGRAPHS:
        return True
    if full and el.get("id"):
        return False
    return not _starts_with_heading(el)


def _starts_with_heading(el: Element) -> bool:
    """A box with a heading of its own, marked or only a short line without a sentence's end, is another part."""
    for inner in el.iter("*"):
        if inner.tag in _HEADINGS or _TITLE_NAME.search(inner.get("class") or ""):
            return len(text_of(inner)) < 120
        start = (inner.text or "").strip()
        if start:
            return len(start) < _LABEL_CHARS and start[-1] not in ".:;,!?…" and len(text_of(el)) > 2 * _LABEL_CHARS
    return False
