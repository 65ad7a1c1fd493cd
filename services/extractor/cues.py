"""Words as data: how the dimensions find theirs in one pass over a folded text.

A form is a small regular expression over folded text, written for people who know the domain: a blank stands for one or
more blanks, `{name}` for a slot of the same file. Letters are folded when it is read (`quý` becomes `quí`), so a form
may be written as officials write.

Invariant: no pattern is searched over a whole text; triggers are found by one automaton, and patterns are matched where
one was found, within a bounded window. So reading stays linear on any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import ahocorasick
import yaml

from services.extractor.reading import Reading
from shared.vietnam.text import fold

HEADING_CHARACTERS_MAX: Final = 150


@lru_cache(maxsize=16)
def load(path: Path) -> Any:
    """The YAML file `path`, read once."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def pattern(form: str, slots: dict[str, str]) -> str:
    """The regular expression of `form`. Raises KeyError for a slot that `slots` does not hold."""
    parts = re.split(r"\{([a-z_]\w*)\}", form)
    return "".join(f"(?:{slots[part]})" if index % 2 else folded(part) for index, part in enumerate(parts))


def folded(form: str) -> str:
    """`form` in folded letters, ` ` for one or more blanks, ` ?` for none or more. Capital escapes do not survive."""
    return re.sub(r"\(\?p([<=])", r"(?P\1", re.sub(r" [*?]?", lambda b: " +" if b[0] == " " else " *", fold(form)))


class Triggers:
    """Finds words of a list in folded text, at the borders of words, in one pass."""

    def __init__(self, words: Iterable[str]) -> None:
        self._automaton = ahocorasick.Automaton()
        for word in words:
            plain = fold(word)
            self._automaton.add_word(
                plain, (len(plain), plain[0].isalpha(), plain[0].isdigit(), plain[-1].isalpha(), plain)
            )
        self._automaton.make_automaton()

    def find(self, text: str) -> list[tuple[int, str]]:
        """Offset and word of each find in folded `text`, by offset, of those at one offset the longest first; they may
        overlap.

        A word's letters are not found within a run of letters, nor its first digit within one of digits: `23tháng
        02năm` holds both."""
        found = []
        for last, (length, letter, digit, closed, word) in self._automaton.iter(text):
            start = last + 1 - length
            if start and ((letter and text[start - 1].isalpha()) or (digit and text[start - 1].isdigit())):
                continue
            if closed and last + 1 < len(text) and text[last + 1].isalpha():
                continue
            found.append((start, -length, word))
        found.sort()
        return [(start, word) for start, _, word in found]


def is_heading(reading: Reading, index: int) -> bool:
    """Sentence `index` ends a short line without a full stop: a heading, numbered (`II. CHỈ TIÊU NĂM 2023`) or not."""
    sentence = reading.sentences[index]
    after = reading.sentences[index + 1].paragraph if index + 1 < len(reading.sentences) else -1
    return (
        sentence.kind in ("heading", "item")
        and sentence.end - sentence.start <= HEADING_CHARACTERS_MAX
        and after != sentence.paragraph
        and reading.text[sentence.end - 1] not in ".;,:"
    )
