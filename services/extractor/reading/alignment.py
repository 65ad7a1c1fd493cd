"""Edits of a text that remember where each character came from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `old[start:end]` by `text`. Edits of one pass are in order and do not overlap."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Alignment:
    """One pass of edits, as parallel arrays: the spans of the new text and of the old text that each edit made and took."""

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
        while index >= 0 and self.new_starts[index] == self.new_ends[index] and self.new_starts[index] > last:
            index -= 1
        if index < 0:
            return at
        if last < self.new_ends[index]:
            return self.old_ends[index]
        return at - self.new_ends[index] + self.old_ends[index]


def apply(text: str, edits: Iterable[Edit]) -> tuple[str, Alignment | None]:
    """`text` with `edits` made, and the way back; the same text and None where there are none."""
    parts: list[str] = []
    new_starts, new_ends, old_starts, old_ends = [], [], [], []
    done = length = 0
    for edit in edits:
        parts += (text[done : edit.start], edit.text)
        length += edit.start - done
        new_starts.append(length)
        length += len(edit.text)
        new_ends.append(length)
        old_starts.append(edit.start)
        old_ends.append(edit.end)
        done = edit.end
    if not new_starts:
        return text, None
    parts.append(text[done:])
    return "".join(parts), Alignment(tuple(new_starts), tuple(new_ends), tuple(old_starts), tuple(old_ends))
