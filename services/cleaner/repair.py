"""Mends lines that a page or a copy tore apart, and takes out what is said twice. Never changes a letter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.cleaner.lines import Kind, Line
from services.cleaner.model import Removed
from shared.vietnam.syllables import is_syllable
from shared.vietnam.text import fold

_YEAR_TORN: Final = re.compile(r"(?:^|\s)(?:19|20)$")
_TWO_DIGITS: Final = re.compile(r"\d\d(?!\d)")
_LAST_WORD: Final = re.compile(r"[^\W\d_]+$")
_FIRST_WORD: Final = re.compile(r"[^\W\d_]+")
_NUMERAL_ONLY: Final = re.compile(r"(?:\d{1,2}|[IVX]{1,4}|[a-zđ])[.)]")
_OPEN_END: Final = re.compile(r"[\w,(“-]$")
_TORN_CHARS: Final = 80
"""A line break inside a sentence comes where a pasted span ended, after a few words (seed 002: 2 to 75 characters)."""


def join_torn(lines: Sequence[Line]) -> list[Line]:
    """Join a line to the one before where the break tears a word, a year, a numeral from its item, or a sentence.

    Only over a plain line break (`apart` false): paragraphs stay."""
    out: list[Line] = []
    for line in lines:
        glue = _glue(out[-1], line) if out and not line.apart else None
        if glue is None:
            out.append(line)
        else:
            out[-1] = replace(out[-1], text=out[-1].text + glue + line.text)
    return out


def _glue(left: Line, right: Line) -> str | None:
    """What belongs between two lines that are one: nothing, a blank, or None if they are two."""
    if Kind.ROW in (left.kind, right.kind):
        return None
    a, b = left.text, right.text
    if _YEAR_TORN.search(a) and _TWO_DIGITS.match(b):
        return ""
    if _NUMERAL_ONLY.fullmatch(a):
        return " "
    if len(a) > _TORN_CHARS or not _OPEN_END.search(a):
        return None
    tail, head = _LAST_WORD.search(a), _FIRST_WORD.match(b)
    if tail and head and head[0][0].islower():
        whole = is_syllable(fold(tail[0])) and is_syllable(fold(head[0]))
        return "" if not whole and is_syllable(fold(tail[0] + head[0])) else " "
    if b[0].islower() or (b[0].isdigit() and tail and len(a.split()) <= 2):
        return " "
    return None


def without_repeats(lines: Sequence[Line], removed: list[Removed]) -> list[Line]:
    """Each line once: captions and leads printed twice, twin bodies. Rows of tables may repeat, and so may short lines
    that do not follow each other (headings of the parts of a report)."""
    seen: set[str] = set()
    out: list[Line] = []
    for line in lines:
        key = line.text.casefold().rstrip(" .")
        follows = bool(out) and out[-1].text.casefold().rstrip(" .") == key
        if line.kind is not Kind.ROW and (follows or (len(key) >= _REPEAT_CHARS and key in seen)):
            removed.append(Removed("repeat", line.text))
            continue
        seen.add(key)
        out.append(line)
    return out


_REPEAT_CHARS: Final = 30
"""From this length the same line twice is no chance: the shortest doubled caption of the gold has 42 characters."""


def same_text(a: str, b: str) -> bool:
    """One is the other, or the other with a dateline or mark before or after it."""
    x, y = (re.sub(r"\W+", "", text).casefold() for text in (a, b))
    if not x or not y:
        return False
    short, long = sorted((x, y), key=len)
    return x == y or (short in long and len(short) >= 0.85 * len(long))
