"""The catalogue's patterns and lexicon.yaml, compiled: words to code points, phrases to one Aho-Corasick automaton."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import ahocorasick
import yaml

from services.extractor.indicators import patterns
from shared.vietnam.catalogue import Indicator, catalogue

_FILE: Final = Path(__file__).with_name("lexicon.yaml")
BARRIER: Final = "\0"
UNKNOWN: Final = "\1"
NUMBER: Final = "\2"
_FIRST_CODE: Final = 0x100
"""Code points below stand for barriers, unknown words and numbers."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern of one entry."""

    indicator: str | None
    kind: str
    """pattern | elliptic | not | decoy | private | breakdown (`of` holds `key=value`)."""
    pattern: str
    gaps: tuple[int, ...]
    """Most words before each part; the first is 0."""
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lexicon:
    codes: Mapping[str, str]
    """Word -> its code point(s); an abbreviation has those of the words it stands for, a passed-over word none."""
    automaton: Any
    """Aho-Corasick over code points; a hit's value is a tuple of (rule, part, words)."""
    rules: tuple[Rule, ...]
    glue: frozenset[str]
    """Code points of the words of `glue`."""


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon of the catalogue. Raises CatalogueError or PatternError."""
    data = yaml.load(_FILE.read_text("utf-8"), Loader=yaml.CSafeLoader)
    abbreviations = {patterns.words(short)[0]: patterns.words(full) for short, full in data["abbreviations"].items()}
    rules: list[Rule] = []
    phrases: dict[patterns.Words, list[tuple[int, int, int]]] = {}
    for indicator, kind, pattern, of in _sources(catalogue().values(), data):
        parts = patterns.parse(pattern, data["classes"], abbreviations)
        for at, part in enumerate(parts):
            for sequence in part.sequences:
                phrases.setdefault(sequence, []).append((len(rules), at, len(sequence)))
        rules.append(Rule(indicator, kind, pattern, tuple(part.gap for part in parts), of))
    glue = patterns.words(data["glue"])
    codes = _codes((word for phrase in (*phrases, glue) for word in phrase), abbreviations)
    automaton = ahocorasick.Automaton()
    for phrase, hits in phrases.items():
        automaton.add_word("".join(codes[word] for word in phrase), tuple(hits))
    automaton.make_automaton()
    return Lexicon(codes, automaton, tuple(rules), frozenset(codes[word] for word in glue))


def _sources(
    indicators: Iterable[Indicator], data: Mapping[str, Any]
) -> Iterable[tuple[str | None, str, str, tuple[str, ...]]]:
    for indicator in indicators:
        for pattern in indicator.patterns:
            yield indicator.code, "pattern", pattern, ()
        for elliptic in indicator.elliptic:
            for pattern in elliptic.patterns:
                yield indicator.code, "elliptic", pattern, elliptic.of
        for pattern in indicator.excluded:
            yield indicator.code, "not", pattern, ()
    for pattern in data["decoys"]:
        yield None, "decoy", pattern, ()
    for pattern in data["private"]:
        yield None, "private", pattern, ()
    for part, those in data["breakdowns"].items():
        for pattern in those:
            yield None, "breakdown", pattern, (part,)


def _codes(vocabulary: Iterable[str], abbreviations: Mapping[str, patterns.Words]) -> dict[str, str]:
    codes: dict[str, str] = {}
    for word in (*vocabulary, *(full for words in abbreviations.values() for full in words)):
        if word not in codes:
            codes[word] = chr(_FIRST_CODE + len(codes))
    codes |= {short: "".join(codes[word] for word in full) for short, full in abbreviations.items()}
    codes |= dict.fromkeys(patterns.PASSED_OVER, "")
    return codes
