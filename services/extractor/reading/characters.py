"""Characters that look like others or like nothing: one pass, so that later ones see plain Vietnamese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from services.extractor.reading.alignment import Edit

_BLANKS: Final = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u000b\u000c\u001c-\u001f\u0085\t"
_NOTHING: Final = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u0000-\u0008\u000e-\u001b\u007f"
_MARKS: Final = "\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b"
"""Tone marks, circumflex, breve and horn: what a decomposed Vietnamese letter has behind it."""
_FULLWIDTH: Final = "\uff01-\uff5e"
_SAME: Final = {
    "ƣ": "ư",
    "Ƣ": "Ư",
    "Ð": "Đ",
    "ð": "đ",
    "Ɖ": "Đ",
    "ɖ": "đ",
    "\u2028": "\n",
    "\u2029": "\n",
    "\r": "\n",
    "٫": ",",
    "٬": ".",
}
"""Characters that stand for another one: OI for ư (PDF converters), eth for Đ (typing), line ends."""
_ODD: Final = re.compile(rf"\r\n|[{_BLANKS}{_FULLWIDTH}{''.join(_SAME)}]|[{_NOTHING}]+|[{_MARKS}]+")
_KEPT_TAB: Final = "\t"


def character_edits(text: str) -> Iterator[Edit]:
    """Edits that make `text` NFC with plain blanks and without invisible characters; in order."""
    done = 0
    for match in _ODD.finditer(text):
        start, end = match.span()
        if match[0][0] in _MARKS:
            start = _base(text, start, done)
        new = _plain(text[start:end])
        if new != text[start:end]:
            yield Edit(start, end, new)
        done = end


def _base(text: str, mark: int, done: int) -> int:
    """Where the letter begins that a combining mark belongs to; PDF converters leave a blank between (`hiê ̣u`)."""
    at = mark
    if at - 1 > done and text[at - 1] in " \u00a0" and text[at - 2].isalpha():
        at -= 1
    return at - 1 if at - 1 >= done and text[at - 1].isalpha() else mark


def _plain(found: str) -> str:
    if found in _SAME:
        return _SAME[found]
    if found == "\r\n":
        return "\n"
    if found == _KEPT_TAB:
        return found
    last = found[-1]
    if unicodedata.combining(last):
        return unicodedata.normalize("NFC", found.replace(" ", "").replace("\u00a0", ""))
    if "\uff01" <= last <= "\uff5e":
        return chr(ord(last) - 0xFEE0)
    return " " if last.isspace() or last in "\u000b\u000c\u0085" else ""
