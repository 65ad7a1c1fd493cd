"""What a browser does not show, as far as markup tells: hidden blocks, struck-out text, styles that hide a name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from services.cleaner.words import names

_HIDING_STYLE: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|!|$)"
    r"|(?:left|top|text-indent|margin-left)\s*:\s*-\d{3,}(?:px|em|rem)|(?<![-\w])height\s*:\s*0(?:px)?\s*;[^\"]*overflow\s*:\s*hidden"
    r"|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?\s*\)",
    re.IGNORECASE,
)
_STRIKING_STYLE: Final = re.compile(r"text-decoration(?:-line)?\s*:\s*[^;]*line-through", re.IGNORECASE)
_HIDING_CLASSES: Final = names(
    "hidden hide d-none invisible sr-only visually-hidden screen-reader-text ng-hide display-none displaynone "
    "visible-print visible-print-block print-only ms-hidden ms-hide s4-die"
)
"""Bootstrap, Tailwind, Foundation, WordPress, Angular and SharePoint."""
_SHOWN_AGAIN: Final = re.compile(
    r"d-(?:sm|md|lg|xl|xxl)-(?!none)\w+|(?:sm|md|lg|xl|2xl):(?!hidden)[\w-]+|visible-(?:md|lg)\S*|show|in|active|open"
)
"""Classes that show on wide screens, or that a script sets, what the class above hides."""
_STRIKING: Final = names("del s strike")
_BLOCKS: Final = names("div table tr td tbody form section article main h1 header")
_DISPLAY: Final = re.compile(r"(?:display|visibility)\s*:\s*(\w+)", re.IGNORECASE)
_NAME: Final = re.compile(r"[.#][\w-]+")
_SIMPLE: Final = re.compile(r"(?:\w+)?([.#][\w-]+)")


def hidden_names(styles: Iterable[str]) -> frozenset[str]:
    """`.class` and `#id` that the page's own style sheets hide on every screen.

    Only plain selectors outside @media count, and none that another rule shows again in any state: menus and tabs are
    hidden until a script adds a class, and which of them a reader sees is not known here."""
    hidden: set[str] = set()
    showing: list[str] = []
    for style in styles:
        in_at_block = False
        for chunk in style.split("}"):
            depth = chunk.count("{")
            in_at_block = depth > 1 or (in_at_block and depth == 1)
            if depth != 1 or in_at_block or ("display" not in chunk and "visibility" not in chunk):
                continue
            selectors, _, body = chunk.partition("{")
            display = _DISPLAY.search(body)
            if not display:
                continue
            if display[1].lower() not in ("none", "hidden"):
                showing.append(selectors)
            else:
                hidden.update(plain[1] for s in selectors.split(",") if (plain := _SIMPLE.fullmatch(s.strip())))
    return frozenset(hidden.difference(*map(_NAME.findall, showing))) if hidden else frozenset()


@lru_cache(maxsize=4096)
def hides_by_style(style: str) -> bool:
    return bool(_HIDING_STYLE.search(style))


@lru_cache(maxsize=4096)
def _style_strikes(style: str) -> bool:
    return bool(_STRIKING_STYLE.search(style))


def hides_by_class(classes: list[str], unseen: frozenset[str]) -> bool:
    """An element of these classes is not shown on a wide screen. `unseen`: as `hidden_names` gives.

    aria-hidden is no sign: portals set it on text that everybody sees."""
    if _HIDING_CLASSES.isdisjoint(classes) and not (unseen and any("." + token in unseen for token in classes)):
        return False
    return not any(_SHOWN_AGAIN.fullmatch(token) for token in classes)


def is_struck(el: Any) -> bool:
    """`el` is withdrawn text: <del>, <s>, <strike> or a line through it.

    A page's layout inside <s> (a <td> mistyped, as two real portals have it) is no withdrawn text, and neither is an
    element never closed that holds the rest of the page."""
    if el.tag not in _STRIKING and not _style_strikes(el.get("style") or ""):
        return False
    return not any(child.tag in _BLOCKS for child in el.iter("*") if child is not el)


_NARROW_ONLY: Final = re.compile(
    r"d-(?:md|lg|xl)-none|hidden-(?:md|lg)(?:-\w+)?|visible-(?:xs|sm)\S*|(?:md|lg|xl):hidden|(?:only-|show-)?mobile(?:-only)?|sp-only|hidden-desktop"
)


def is_narrow_only(classes: list[str]) -> bool:
    """Shown on telephones alone."""
    return any(_NARROW_ONLY.fullmatch(token) for token in classes)
