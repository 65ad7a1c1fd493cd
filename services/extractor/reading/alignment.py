"""Edits of a text that remember where each character came from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Edit(NamedTuple):
    """Replace `old[start:end]` by `text`. Edits of one pass are in order and do not overlap."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Alignment:
    """One pass of edits, as parallel arrays: the spans of the new text and of the old text that each edit made and
    took."""

    new_starts: tuple[int, ...]
    new_ends: tuple[int, ...]
    old_starts: tuple[int, ...]
    old_ends: tuple[int, ...]

    def start(self, at: int) -> int:
        """Offset in the old text where the character `at` of the new text begins."""
        index = bisect_right(self.new_starts, at) - 1
        if index < 0:
            return at
        if at < self.new_ends[index]:
            return self.old_starts[index]
        return at - self.new_ends[index] + self.old_ends[index]

    def end(self, at: int) -> int:
        """Offset in the old text where the character before `at` of the new text ends. What an edit deleted right after
        that character stays outside."""
        last = at - 1
        index = bisect_right(self.new_starts, last) - 1
        if index < 0:
            return at
        if last < self.new_ends[index]:
            return self.old_ends[index]
        return at - self.new_ends[index] + self.old_ends[index]

    def forward(self, at: int) -> int:
        """Offset in the new text of character `at` of the old one; of what was cut out, where it stood."""
        index = bisect_right(self.old_starts, at) - 1
        if index < 0:
            return at
        return (
            self.new_starts[index] + max(0, at - self.old_ends[index]) + (self.new_ends[index] - self.new_starts[index])
        )


Spans = list[tuple[int, int]]


def apply(text: str, edits: Iterable[Edit]) -> tuple[str, Alignment | None, Spans]:
    """`text` with `edits` made, the way back, and where the edits stand in the new text.

    The way back is None where every edit kept the length: offsets are then those of `text`."""
    parts: list[str] = []
    new_starts, new_ends, old_starts, old_ends = [], [], [], []
    spans: Spans = []
    done = length = 0
    for edit in edits:
        parts += (text[done : edit.start], edit.text)
        start = length + edit.start - done
        length = start + len(edit.text)
        done = edit.end
        spans.append((start, length))
        if len(edit.text) != edit.end - edit.start:
            new_starts.append(start)
            new_ends.append(length)
            old_starts.append(edit.start)
            old_ends.append(edit.end)
    if not parts:
        return text, None, spans
    parts.append(text[done:])
    way_back = Alignment(tuple(new_starts), tuple(new_ends), tuple(old_starts), tuple(old_ends)) if new_starts else None
    return "".join(parts), way_back, spans
