"""The language in which the catalogue names indicators, expanded to plain word sequences.

    pattern := item (blank item)*
    item    := word | `(` alternative (`|` alternative)* `)` | `<class>` | `~` | `..` | `...`

Words are matched folded and whole; commas, dashes, quotation marks and `và` between them are passed over. An empty
alternative makes a group optional. `~` is a gap of at most `SHORT_GAP` words, `..` of at most `GAP`, `...` of at most
`LONG_GAP`, never over the end of a sentence or list item. A gap may hold numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Final

from shared.vietnam.text import fold

SHORT_GAP: Final = 2
GAP: Final = 7
LONG_GAP: Final = 22
"""Words. The longest object between a verb and its noun in the articles read for it was 20 words (a list of groups)."""
EXPANSIONS_MAX: Final = 4000
"""Most word sequences of one pattern part: above it the pattern is a mistake rather than a phrase."""
_ITEM: Final = re.compile(r"\(([^)]*)\)|<(\w+)>|(~|\.{2,3})|([^\s()<>]+)")
_WORD: Final = re.compile(r"[^\W_]+")
_GAPS: Final = {"~": SHORT_GAP, "..": GAP, "...": LONG_GAP}
PASSED_OVER: Final = frozenset(("và",))

Words = tuple[str, ...]


class PatternError(ValueError):
    """A pattern that cannot be read: the message quotes it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A run without gaps: any one of `sequences` of words, at most `gap` words after the part before."""

    sequences: tuple[Words, ...]
    gap: int


@lru_cache(maxsize=8192)
def words(text: str) -> Words:
    """Words of a phrase as they are matched. The catalogue's patterns share most of theirs."""
    return tuple(word for word in _WORD.findall(fold(text)) if word not in PASSED_OVER)


def parse(pattern: str, classes: Mapping[str, Sequence[str]], abbreviations: Mapping[str, Words]) -> tuple[Part, ...]:
    """Parts of `pattern`, in order. Raises PatternError."""
    parts: list[Part] = []
    run: list[list[Words]] = []
    gap = 0
    for group, name, dots, word in _ITEM.findall(pattern):
        if dots:
            if run:
                parts.append(Part(_sequences(run, pattern), gap))
                run = []
            gap = _GAPS[dots]
        elif word:
            run.append([_spelled(word, abbreviations)])
        else:
            run.append([_spelled(option, abbreviations) for option in _options(group, name, classes, pattern)])
    if run:
        parts.append(Part(_sequences(run, pattern), gap if parts else 0))
    if not parts:
        raise PatternError(f"no words in {pattern!r}")
    return tuple(parts)


def _options(group: str, name: str, classes: Mapping[str, Sequence[str]], pattern: str) -> Iterator[str]:
    for option in (f"<{name}>",) if name else group.split("|"):
        if option.startswith("<") and option.endswith(">"):
            yield from _members(option[1:-1], classes, pattern)
        else:
            yield option


def _members(name: str, classes: Mapping[str, Sequence[str]], pattern: str) -> Sequence[str]:
    if name not in classes:
        raise PatternError(f"no word class <{name}>, in {pattern!r}")
    return classes[name]


def _spelled(option: str, abbreviations: Mapping[str, Words]) -> Words:
    return tuple(full for word in words(option) for full in abbreviations.get(word, (word,)))


def _sequences(run: list[list[Words]], pattern: str) -> tuple[Words, ...]:
    size = 1
    for options in run:
        size *= len(options)
    if size > EXPANSIONS_MAX:
        raise PatternError(f"{size} readings of {pattern!r}; at most {EXPANSIONS_MAX}")
    found = {tuple(_flat(choice)) for choice in product(*run)}
    if () in found:
        found.discard(())
    if not found:
        raise PatternError(f"nothing but gaps in {pattern!r}")
    return tuple(sorted(found))


def _flat(choice: tuple[Words, ...]) -> Iterator[str]:
    for option in choice:
        yield from option
