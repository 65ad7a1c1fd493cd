"""The lead (sapo): the paragraph set apart between title and body."""

from __future__ import annotations

from typing import Final

from services.cleaner import profiles, selectors
from services.cleaner.dom import Element, Index, attached, text_of
from services.cleaner.lines import Line
from services.cleaner.meta import clean
from services.cleaner.profiles import Profile
from services.cleaner.titles import Title, key

_CHARS: Final = (40, 1500)


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
