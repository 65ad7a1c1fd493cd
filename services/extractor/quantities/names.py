"""Digits inside names: web addresses, file names, roads, viruses."""

from __future__ import annotations

import re
from typing import Final

from services.extractor.quantities.lexicon import Lexicon
from shared.vietnam.syllables import is_syllable
from shared.vietnam.text import fold

_WEB: Final = re.compile(r"https?:|www\.|@|_|\.(?:vn|com|jpg|png|pdf|docx?|gov|org|net)\b")
_SPACE: Final = re.compile(r"\s")
_TAIL: Final = re.compile(r"\w{0,20}")
_TIME_LETTERS: Final = frozenset("hg")
_DAMAGE: Final = frozenset("?�□¿#*_")
_TEARING: Final = _DAMAGE | frozenset(".,")
_WORD_BEFORE: Final = re.compile(r"\w+$")
_JOINING: Final = frozenset("-+")
WORD_MAX: Final = 20
"""Longest word before a digit that is looked at; no syllable has more than seven letters."""


def web_spans(folded: str) -> list[tuple[int, int]]:
    """Runs without blanks that hold a web address, a mail address or a file name; in order, not overlapping."""
    spans: list[tuple[int, int]] = []
    at = 0
    while mark := _WEB.search(folded, at):
        start = max(folded.rfind(" ", at, mark.start()), folded.rfind("\n", at, mark.start()), at - 1) + 1
        blank = _SPACE.search(folded, mark.end())
        at = blank.start() if blank else len(folded)
        spans.append((start, at))
    return spans


def glued_name(text: str, folded: str, start: int, end: int, words: Lexicon) -> tuple[int, int] | None:
    """Span of a name that holds the digits `start:end` (`QL1A`, `Covid-19`, `30a`); None where there is none, or where
    letter and digit only lack a blank (`ra15 nhóm`, `số tiền51,3 tỷ`): then the letters are a syllable in small
    letters."""
    near, follow = folded[start - 1 : start], folded[end : end + 1]
    if not (near.isalpha() or near in _JOINING or follow.isalpha()):
        return None
    word_start = start
    while word_start and start - word_start < WORD_MAX and folded[word_start - 1].isalpha():
        word_start -= 1
    before = text[word_start:start]
    if before and not (len(before) > 1 and before.islower() and is_syllable(folded[word_start:start])):
        return word_start, _end_of_word(folded, end)
    if start > 1 and near in _JOINING and folded[start - 2].isalpha():
        return start, end
    if follow.isalpha() and not _is_unit(text, folded, end, words):
        return start, _end_of_word(folded, end)
    return None


def torn_from(text: str, folded: str, start: int, end: int) -> str | None:
    """Why the digits `start:end` are only a piece: of a name (`ĐT.741`, `Q.1`), or of a number with a sign that cannot
    be read (`1O.000`, `12.3?5`). None where they stand for themselves; a full stop without a blank ends a sentence
    after a syllable in small letters (`tỷ đồng.150 hộ`)."""
    if start > 1 and folded[start - 1] in _TEARING and folded[start - 2].isalnum():
        match = _WORD_BEFORE.search(text, max(0, start - WORD_MAX), start - 1)
        word = match[0] if match else ""
        if folded[start - 1] not in ".," or not (len(word) > 1 and word.islower() and is_syllable(fold(word))):
            return "name" if word and word[-1].isalpha() else "malformed"
    if folded[end : end + 1] in _DAMAGE and folded[end + 1 : end + 2].isdigit():
        return "malformed"
    return None


def _end_of_word(folded: str, at: int) -> int:
    match = _TAIL.match(folded, at)
    return match.end() if match else at


def _is_unit(text: str, folded: str, at: int, words: Lexicon) -> bool:
    """Whether letters glued to digits are a noun or scale. `5K` and `4G` are names: a scale is written small."""
    if text[at] in "KGTA":
        return False
    if folded[at] in _TIME_LETTERS and not folded[at + 1 : at + 2].isalpha():
        return True
    word = folded[at : _end_of_word(folded, at)]
    return word in words.scales.children or word in words.nouns.children or word in words.skipped
