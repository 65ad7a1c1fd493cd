"""The normal form of a line of text: NFC, no invisible characters, single blanks. Done once."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_INVISIBLE: Final = dict.fromkeys(
    [0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_CONTROL: Final = dict.fromkeys([*range(0x00, 0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)], " ")
_MISTYPED: Final = {0x01A3: "ư", 0x01A2: "Ư"}
"""OI (ƣ) for ư: a frequent slip of PDF converters; Vietnamese has no ƣ (domain/grammar.md D8)."""
_TABLE: Final = {**_INVISIBLE, **_CONTROL, **_MISTYPED}
_NEEDS_TABLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xa0\xad\u01a2\u01a3\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_LOOSE_MARK: Final = re.compile("[ \u00a0]+(?=[\u0300\u0301\u0303\u0309\u0323])")
"""A blank before a combining tone mark, as PDF converters leave it: `hiê ̣u` (D7)."""


def characters(text: str) -> str:
    """NFC without invisible and control characters; blanks and line breaks stay."""
    if text.isascii():
        return text.translate(_TABLE) if _NEEDS_TABLE.search(text) else text
    if _NEEDS_TABLE.search(text):
        text = text.translate(_TABLE)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", _LOOSE_MARK.sub("", text))
    return text


def line(text: str) -> str:
    """One line: `characters`, every run of blanks one blank, none at the ends."""
    return " ".join(characters(text).split())
