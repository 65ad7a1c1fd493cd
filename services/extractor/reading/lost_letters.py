"""Letters that copying lost (`lao đng`, `đt 101,5%`, `3,8 t đồng`), put back where exactly one known pair of words
fits.

All letters that are lost so lie in U+1EA0 to U+1EF9; ASCII, đ, ơ, ư, ă, â, ê, ô survive (field notes, D1). A token
that is no syllable is repaired beside a word that it is known to stand beside; one that is a syllable (`ca` for của)
only in a text where a damaged one was found. Never inside a number, never an abbreviation in capitals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise, product
from pathlib import Path
from typing import Final

from services.extractor.reading.alignment import Edit
from shared.vietnam.syllables import syllables
from shared.vietnam.text import fold

_PAIRS: Final = Path(__file__).with_name("pairs.txt")
_FIRST, _LAST = "\u1ea0", "\u1ef9"
_TOKEN: Final = re.compile(r"[^\W\d_]+|[0-9][0-9.,]*")
_NUMBER: Final = "#"
DAMAGES_MIN: Final = 3
"""Repairs by pairs that show a damaged text: only then are syllables and words without a known neighbour put right."""
_LETTERS_MIN: Final = 3
"""Fewest letters of a damaged pair: `t đ` could be anything."""


@lru_cache(maxsize=1)
def _pairs() -> tuple[tuple[str, str], ...]:
    with _PAIRS.open(encoding="utf-8") as file:
        lines = [line.split() for line in file if not line.startswith("##")]
    return tuple((first, second) for first, second in lines)


@lru_cache(maxsize=1)
def _table() -> dict[tuple[str, str], tuple[str, str] | None]:
    """Damaged pair -> the pair that it was; None where it may have been two."""
    table: dict[tuple[str, str], tuple[str, str] | None] = {}
    known = {(fold(first), fold(second)) for first, second in _pairs()}
    for whole in _pairs():
        for left, right in product(*map(_losses, whole)):
            damaged = (fold(left), fold(right))
            if damaged in known or len(left) + len(right) < _LETTERS_MIN or _letters(damaged) < 2:
                continue
            before = table.setdefault(damaged, whole)
            if before is not None and before != whole:
                table[damaged] = None
    return table


def _letters(pair: tuple[str, str]) -> int:
    """Letters of a pair with a number; beside a number a single letter may be a unit."""
    return len(pair[0]) + len(pair[1]) - 1 if _NUMBER in pair else 2


def _losses(word: str) -> list[str]:
    """`word` and what is left of it when one letter of the block is lost."""
    return [word] + [word[:at] + word[at + 1 :] for at, char in enumerate(word) if _FIRST <= char <= _LAST]


@lru_cache(maxsize=1)
def _damaged_words() -> frozenset[str]:
    return frozenset(word for pair in _table() for word in pair) - syllables()


def is_damaged(folded: str) -> bool:
    """Whether a word of `folded` that is no syllable makes a known damaged pair with a neighbour: the cheap test before
    `letter_edits`."""
    words = folded.replace(",", " ").replace(".", " ").replace(";", " ").replace(":", " ").split()
    table = _table()
    for word in _damaged_words().intersection(words):
        at = -1
        for _ in range(words.count(word)):
            at = words.index(word, at + 1)
            around = [_NUMBER if near[0].isdigit() else near for near in words[max(0, at - 1) : at + 2]]
            if any(table.get(pair) is not None for pair in pairwise(around)):
                return True
    return False


def letter_edits(text: str, folded: str) -> Iterator[Edit]:
    """Insertions that put lost letters back; in order."""
    tokens = [(match.start(), match.end()) for match in _TOKEN.finditer(folded)]
    words = [_NUMBER if folded[start].isdigit() else folded[start:end] for start, end in tokens]
    gaps = [text[end:start] for (_, end), (start, _) in pairwise(tokens)]
    repaired = _by_pairs(words, gaps, (" ", ", "), syllabic=False)
    repaired = {at: word for at, word in repaired.items() if not _is_name(text, *tokens[at])}
    if len(repaired) == 1 and not any(len(words[at]) > 2 or words[at + 1 : at + 2] == ["đồng"] for at in repaired):
        return  # one short token alone is rather an abbreviation; `3,8 t đồng` is none
    if len(repaired) >= DAMAGES_MIN:
        alone = _words_alone()
        repaired = {at: alone[word] for at, word in enumerate(words) if word in alone} | repaired
        repaired = _by_pairs(words, gaps, (" ",), syllabic=True) | repaired
    for at in sorted(repaired):
        start, end = tokens[at]
        yield _insertion(text[start:end], repaired[at], start)


def _is_name(text: str, start: int, end: int) -> bool:
    """Whether a token is an abbreviation in capitals, an initial (`em T.`), or ends a foreign word (`Moody's`)."""
    token = text[start:end]
    if len(token) > 1:
        return token.isupper()
    before = text[max(0, start - 3) : start]
    if before.rstrip()[-1:] in ("'", "’"):
        return True
    begins = "\n" in before or before.rstrip()[-1:] in ("", ".", ":", ";", "-")
    return token.isupper() and not (begins and text[end : end + 1] == " ")


def _by_pairs(words: list[str], gaps: list[str], close: tuple[str, ...], syllabic: bool) -> dict[int, str]:
    """Index of each damaged word -> what it was, where a pair tells; of words that are syllables, or of those that are
    none."""
    table = _table()
    repaired: dict[int, str] = {}
    for index, pair in enumerate(pairwise(words)):
        whole = table.get(pair) if gaps[index] in close else None
        if whole is None:
            continue
        for at, word in zip((index, index + 1), whole, strict=True):
            if word != _NUMBER and fold(word) != words[at] and (words[at] in syllables()) is syllabic:
                repaired.setdefault(at, word)
    return repaired


@lru_cache(maxsize=1)
def _words_alone() -> dict[str, str]:
    """Damaged words that are no syllable and can have been one word of the pairs alone -> that word."""
    found: dict[str, set[str]] = {}
    whole = {word for pair in _pairs() for word in pair}
    for word in whole:
        for left in _losses(word):
            if len(left) >= _LETTERS_MIN and fold(left) not in syllables():
                found.setdefault(fold(left), set()).add(word)
    return {damaged: words.pop() for damaged, words in found.items() if len(words) == 1}


def _insertion(old: str, word: str, start: int) -> Edit:
    """The one letter of `word` that `old` lacks."""
    low = old.lower()
    at = next((index for index, (kept, full) in enumerate(zip(low, word, strict=False)) if kept != full), len(low))
    letter = word[at].upper() if old.isupper() and at == 0 else word[at]
    return Edit(start + at, start + at, letter)
