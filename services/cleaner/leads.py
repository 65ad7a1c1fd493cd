"""The lead (sapo): the paragraph set apart between title and body."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from services.cleaner import blocks, profiles, rules, selectors
from services.cleaner.dom import Element, Index, attached, text_of
from services.cleaner.linearise import linearise
from services.cleaner.lines import Line, is_prose
from services.cleaner.meta import clean
from services.cleaner.profiles import Profile
from services.cleaner.repair import same_text
from services.cleaner.titles import Title, key

_CHARS: Final = (40, 1500)
_SURE: Final = 0.7
_UP_MAX: Final = 5
"""Levels from the title to the block that holds it and the body."""
_BETWEEN_MAX: Final = 3
_OPENING_LINES: Final = 6
"""Lines of the body among which a lead may be said again."""
_LINKS_MAX: Final = 0.3
_ELEMENTS_MAX: Final = 200


def lead_of(
    index: Index, body: Element, profile: Profile | None, container: Element | None, lines: list[Line], title: Title
) -> str | None:
    """The text of the element that the profile, or a name in common use, says is the lead; None if there is none.

    One outside the container must belong to the same article: it stands beside the title or the container."""
    wanted = (*(profile.lead if profile else ()), *profiles.common().lead)
    for selector in wanted:
        for el in selectors.find(index, selector)[:4]:
            text = clean(text_of(el))
            if not _CHARS[0] <= len(text) <= _CHARS[1] or not attached(el, body) or key(text) == key(title.text):
                continue
            if container is not None and (attached(container, el) or _holds_lines(text, lines) > 1):
                continue
            if _beside(el, container, title.element):
                return text
    return None


def _holds_lines(text: str, lines: list[Line]) -> int:
    """How many paragraphs of the body the text holds: a lead holds one at most."""
    return sum(len(line.text) > 60 and line.text in text for line in lines[:6])


def _beside(el: Element, container: Element | None, title: Element | None) -> bool:
    """Some ancestor not far up holds both `el` and the container or the title."""
    for target in (container, title):
        if target is None:
            continue
        if attached(el, target):
            return True
        for height, ancestor in enumerate(el.iterancestors()):
            if height > 6 or (ancestor.tag == "body" and height > 1):
                break
            if attached(target, ancestor):
                return True
    return False


def between(title: Title, container: Element, lines: list[Line]) -> list[Line]:
    """Paragraphs between the title and the container of `lines`, which the body was found without: a lead or a
    picture's text in an element that bears no known name.

    More than a few, or more than the body itself, are no lead but another part of the page, and none is taken."""
    if title.element is None or title.sure < _SURE or attached(title.element, container):
        return []
    found: list[Line] = []
    for el in _elements_between(title.element, container):
        if _is_named_clutter(el):
            continue
        for line in linearise(el, []):
            if is_prose(line) and line.links < _LINKS_MAX and not rules.struck_by(line, head=True):
                found.append(line)
            elif rules.is_related_heading(line.text):
                return []
        if len(found) > _BETWEEN_MAX:
            return []
    found = [line for line in found if not any(same_text(line.text, other.text) for other in lines[:_OPENING_LINES])]
    return found if sum(len(line.text) for line in found) < sum(len(line.text) for line in lines) else []


def _elements_between(title: Element, container: Element) -> Iterator[Element]:
    """Elements after `title` and before `container`, outermost of each, within the block that holds both."""
    above = {el: i for i, el in enumerate([container, *container.iterancestors()])}
    node = title
    for _ in range(_UP_MAX):
        parent = node.getparent()
        if parent is None or parent.tag in ("body", "html"):
            return
        if parent in above:
            branch = next(el for el, i in above.items() if i == above[parent] - 1)
            yield from _until(node, branch)
            yield from _before(container, branch)
            return
        yield from node.itersiblings()
        node = parent


def _until(node: Element, end: Element) -> Iterator[Element]:
    """Siblings of `node` up to `end`; none where `end` stands before it."""
    siblings = list(node.itersiblings())
    if end in siblings:
        yield from siblings[: siblings.index(end)]


def _before(container: Element, branch: Element) -> Iterator[Element]:
    """What stands before `container` inside `branch`, from the top."""
    path = [container, *container.iterancestors()]
    for el in reversed(path[: path.index(branch)]):
        yield from reversed(list(el.itersiblings(preceding=True)))


def _is_named_clutter(el: Element) -> bool:
    """The element, or one inside it, bears a name that block rules strike."""
    elements = islice(el.iter("*"), _ELEMENTS_MAX)
    tokens = (token for inner in elements for token in f"{inner.get('class') or ''} {inner.get('id') or ''}".split())
    return any(blocks.rule_of(token) for token in tokens)
