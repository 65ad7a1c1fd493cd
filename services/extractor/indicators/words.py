"""The words of a reading, as the lexicon sees them."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate, compress
from typing import Final

from services.extractor.indicators.lexicon import BARRIER, Lexicon
from services.extractor.reading import Reading

_TOKEN: Final = re.compile(r"([0-9]+(?:[.,][0-9]+)*|[^\W\d_]+)")


@dataclass(slots=True)
class Words:
    """One entry a word; an abbreviation has as many as the words it stands for, all with its own offsets. A barrier (an
    entry too) stands after each sentence."""

    codes: str
    starts: list[int]
    ends: list[int]

    def at(self, offset: int) -> int:
        """Index of the first word that begins at or after character `offset`."""
        return bisect_left(self.starts, offset)


def read_words(reading: Reading, lexicon: Lexicon) -> Words:
    """Words of `reading.folded`. Linear."""
    words = Words("", [], [])
    codes: list[str] = []
    known = lexicon.codes
    for sentence in reading.sentences:
        pieces = _TOKEN.split(reading.folded[sentence.start : sentence.end])
        bounds = list(accumulate(map(len, pieces), initial=sentence.start))
        starts, ends = bounds[1:-1:2], bounds[2::2]
        found = [known[token] for token in pieces[1::2]]
        joined = "".join(found)
        if "" in found:  # passed over
            starts, ends = list(compress(starts, found)), list(compress(ends, found))
        if len(joined) != len(starts):
            joined, starts, ends = _spelt_out(list(filter(None, found)), starts, ends)
        codes.append(joined)
        codes.append(BARRIER)
        words.starts += starts
        words.starts.append(sentence.end)
        words.ends += ends
        words.ends.append(sentence.end)
    words.codes = "".join(codes)
    return words


def _spelt_out(found: list[str], starts: list[int], ends: list[int]) -> tuple[str, list[int], list[int]]:
    """With each abbreviation as the words that it stands for, unless they stand before it: `bảo hiểm y tế (BHYT)`."""
    codes: list[str] = []
    firsts: list[int] = []
    lasts: list[int] = []
    for code, start, end in zip(found, starts, ends, strict=True):
        if len(code) > 1 and codes[-len(code) :] == list(code):
            continue
        for letter in code:
            codes.append(letter)
            firsts.append(start)
            lasts.append(end)
    return "".join(codes), firsts, lasts
