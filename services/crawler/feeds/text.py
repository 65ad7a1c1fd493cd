"""Plain text of what feeds print: tags out, entities read however often they were escaped."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

from services.crawler.unseen import without

UNESCAPES_MAX: Final = 3
"""Portals escape twice; a third time was seen where a feed quotes another's."""

_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]*>|<!\[CDATA\[|\]\]>")
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
"""Soft hyphens and zero-width blanks: a title with them equals no other."""
_INLINE: Final = re.compile(r"</?(?:a|b|i|u|em|strong|span|font|sub|sup|small|mark)\b[^<>]*>", re.IGNORECASE)


def unescape(text: str) -> str:
    """With entities that end in `;` replaced, again while there are some (at most UNESCAPES_MAX times)."""
    for _ in range(UNESCAPES_MAX):
        read = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
        if read == text:
            break
        text = read
    return text


def plain(markup: str, characters_max: int = 2000) -> str:
    """One line of text, NFC, at most `characters_max` long."""
    text = unescape(markup[: characters_max * 20])
    text = _TAG.sub(" ", _INLINE.sub("", without(text, ("script", "style", "title"), " ")))
    return " ".join(unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).split())[:characters_max]
