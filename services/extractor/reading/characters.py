"""Characters that look like others or like nothing, so that later passes see plain Vietnamese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from html import unescape
from typing import Final

from services.extractor.reading.alignment import Edit

_NOTHING: Final = (
    "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\u034f\u061c\ufeff\u0000-\u0008\u000e-\u001b\u007f"
)
_MARKS: Final = "\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b"
"""Tone marks, circumflex, breve and horn: what a decomposed Vietnamese letter has behind it."""
_BLANKS: Final = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u000b\u000c\u0085"
)
_DASHES: Final = "\u2010\u2011\u2012\u2212\ufe63"
_LETTERS: Final = (("ƣ", "ư"), ("Ƣ", "Ư"), ("Ð", "Đ"), ("ð", "đ"), ("Ɖ", "Đ"), ("ɖ", "đ"), ("٫", ","), ("٬", "."))
"""Characters that stand for another one: OI for ư (PDF converters), eth for Đ (typing)."""
_CYRILLIC: Final = tuple(zip("асеорхуіАВЕКМНОРСТХІ", "aceopxyiABEKMHOPCTXI", strict=True))
"""Cyrillic letters that look Latin: no article of a Vietnamese portal is written in Cyrillic."""
_FRACTIONS: Final = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4"}
_ALIKE: Final = (
    *((blank, " ") for blank in _BLANKS),
    *((dash, "-") for dash in _DASHES),
    *_LETTERS,
    *_CYRILLIC,
    ("\u2028", "\n"),
    ("\u2029", "\n"),
)
_WIDE_OR_RAISED: Final = re.compile("[\uff01-\uff5e¹²³⁰⁴-⁹₀-₉]")
"""Full-width forms, and raised or lowered digits: marks of notes, but for the squares and cubes of metres."""
_ANY: Final = re.compile(f"[{''.join(odd for odd, _ in _ALIKE)}{_WIDE_OR_RAISED.pattern[1:]}")
_APOSTROPHE: Final = re.compile(r"(?<=[0-9])['’](?=[0-9]{3}(?![0-9]))")
"""Groups thousands: `28'500`."""
_ENTITY: Final = r"&(?:nbsp|amp|quot|#[0-9]{1,4});"
"""What a page that was escaped twice leaves: `28.500&nbsp;người`, `1,39&#37;`."""
_ODD: Final = re.compile(rf"\r\n?|[{_NOTHING}]+|[{_MARKS}]+|(?<![0-9])[½⅓⅔¼¾]|{_ENTITY}")


_SUSPECT: Final = re.compile(rf"[\r{_NOTHING}{_MARKS}½⅓⅔¼¾&]")
"""What `_ODD` begins with. One class is looked for many times as fast as alternatives."""


def plain_characters(text: str) -> str:
    """`text` with one plain character for each one that only looks otherwise. Offsets stay."""
    if not _ANY.search(text):
        return _APOSTROPHE.sub(".", text)
    text = _APOSTROPHE.sub(".", text)
    for odd, plain in _ALIKE:
        if odd in text:
            text = text.replace(odd, plain)
    return _WIDE_OR_RAISED.sub(_wide_or_raised, text)


def _wide_or_raised(match: re.Match[str]) -> str:
    if match[0] >= "\uff01":
        return chr(ord(match[0]) - 0xFEE0)
    measure = match[0] in "²³" and match.string[match.start() - 1 : match.start()] == "m"
    return match[0] if measure else " "


def character_edits(text: str) -> Iterator[Edit]:
    """Edits that make `text` NFC, with `\\n` for line ends and without invisible characters; in order."""
    first_suspect = _SUSPECT.search(text)
    if first_suspect is None:
        return
    done = 0
    for match in _ODD.finditer(text, first_suspect.start()):
        start, end = match.span()
        first = match[0][0]
        if first == "&":
            new = plain_characters(unescape(match[0]))
        elif first == "\r":
            new = "\n"
        elif first in _MARKS:
            start = _base(text, start, done)
            new = unicodedata.normalize("NFC", text[start:end].replace(" ", ""))
        else:
            new = _FRACTIONS.get(first, "")
        if new != text[start:end]:
            yield Edit(start, end, new)
        done = end


def _base(text: str, mark: int, done: int) -> int:
    """Where the letter begins that a combining mark belongs to; PDF converters leave a blank between (`hiê ̣u`)."""
    at = mark
    if at - 1 > done and text[at - 1] == " " and text[at - 2].isalpha():
        at -= 1
    return at - 1 if at - 1 >= done and text[at - 1].isalpha() else mark
