"""A line of the article on its way through the rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    TEXT = "text"
    HEADING = "heading"
    ITEM = "item"
    ROW = "row"
    """A row of a data table."""
    CAPTION = "caption"


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    """In normal form, never empty."""
    kind: Kind = Kind.TEXT
    links: float = 0.0
    """Share of its characters that stand inside links, 0..1."""
    apart: bool = True
    """A paragraph border precedes, not only a line break."""
    depth: int = 0
    """How many block elements it stands in, counted from the container."""


SENTENCE_CHARS: Final = 50
PROSE_CHARS: Final = 100
"""From this length a line that is no link counts as running text. Headlines of related news have 40 to 90 characters,
the shortest body paragraphs of the gold 95."""


def is_prose(line: Line) -> bool:
    """The line reads as running text: long, or a sentence with its full stop, which headlines do without."""
    if line.links >= 0.5:
        return False
    size = len(line.text)
    return size >= PROSE_CHARS or (size >= SENTENCE_CHARS and line.text[-1] in '.;!?…”"')
