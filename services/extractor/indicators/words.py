"""The words of a reading, as the lexicon sees them."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

from services.extractor.indicators.lexicon import BARRIER, NUMBER, UNKNOWN, Lexicon
from services.extractor.reading import Reading

_TOKEN: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
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
    codes: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    known = lexicon.codes
    for sentence in reading.sentences:
        for token in _TOKEN.finditer(reading.folded, sentence.start, sentence.end):
            word = token[0]
            code = known.get(word)
            if code is None:
                code = NUMBER if word[0].isdigit() else UNKNOWN
            start, end = token.span()
            if len(code) > 1 and codes[-len(code) :] == list(code):
                continue  # `bảo hiểm y tế (BHYT)`: the same words again
            for letter in code:
                codes.append(letter)
                starts.append(start)
                ends.append(end)
        codes.append(BARRIER)
        starts.append(sentence.end)
        ends.append(sentence.end)
    return Words("".join(codes), starts, ends)
