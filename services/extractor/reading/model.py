"""What the reader hands to the layers above."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

from services.extractor.reading.alignment import Alignment

SentenceKind = Literal["heading", "item", "paragraph", "table"]
"""heading: a short line without a full stop that is no item, or a chapter's (`II. KẾT QUẢ`). item: a list item or a
part of a semicolon list. paragraph: a sentence of running text. table: a line with cells (tab or ` | ` between
them)."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, list item, semicolon part, heading or table line: `reading.text[start:end]`, without outer blanks."""

    start: int
    end: int
    kind: SentenceKind
    paragraph: int
    """Index of its paragraph, from 0. A paragraph is a run of text without a hard line end."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A place where the reading differs from the article's text in more than blanks and letter forms."""

    start: int
    end: int
    """Span in the reading text."""
    rule: str
    """legacy_encoding | line_break | lost_letter."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The article as a person would read it. Every layer works on `text` and `folded`, which have the same offsets."""

    original: str
    """The frozen text, untouched."""
    text: str
    """Repaired: NFC, plain blanks, `ư` for `ƣ`, words and years joined over line breaks, lost letters put back. A line
    end left in it (`\\n`) is the end of a paragraph, heading, item or table line."""
    folded: str
    """`shared.vietnam.text.fold(text)`: what lexicons match against."""
    sentences: tuple[Sentence, ...]
    """In order, not overlapping; they cover all but blanks."""
    repairs: tuple[Repair, ...] = ()
    alignments: tuple[Alignment, ...] = ()
    """The passes of repair in the order in which they were made; empty where offsets are those of the original."""
    sentence_starts: tuple[int, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """`text[start:end]` as a span of `original`. An empty span stays empty. Needs 0 <= start <= end <=
        len(text)."""
        if start == end:
            at = self._old_start(start)
            return at, at
        old_start = self._old_start(start)
        for alignment in reversed(self.alignments):
            end = alignment.end(end)
        return old_start, max(old_start, end)

    def quote(self, start: int, end: int) -> str:
        """The words of `text[start:end]` as they stand in the article."""
        old_start, old_end = self.span(start, end)
        return self.original[old_start:old_end]

    def sentence_at(self, at: int) -> int:
        """Index in `sentences` of the sentence that holds character `at`, or of the last one that begins before it; -1
        before the first."""
        return bisect_right(self.sentence_starts, at) - 1

    def _old_start(self, at: int) -> int:
        for alignment in reversed(self.alignments):
            at = alignment.start(at)
        return at
