"""The catalogue's patterns and lexicon.yaml, compiled: words to code points, phrases to one Aho-Corasick automaton."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

import ahocorasick
import yaml

from services.extractor.indicators import patterns
from shared.vietnam.catalogue import Indicator, catalogue

_FILE: Final = Path(__file__).with_name("lexicon.yaml")
MATTERS: Final = ("officialese", "abroad", "schooling", "trades")
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
    """pattern | elliptic | not | decoy | private | category | breakdown (`of` holds `key=value`)."""
    pattern: str
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Later:
    """A part of a gapped pattern that is not its first."""

    rule: int
    at: int
    gap: int
    """Most words since the part before."""
    after: int
    """The opening that comes before; -1 for a third part or later."""
    ends: bool


@dataclass(slots=True)
class Hit:
    """What a phrase of the automaton stands for, in all patterns at once."""

    length: int
    """Words."""
    whole: list[int] = field(default_factory=list)
    """Rules that it matches alone."""
    openings: list[int] = field(default_factory=list)
    """First parts of gapped patterns; those alike share one number."""
    later: list[Later] = field(default_factory=list)


class Codes(dict[str, str]):
    """Word -> its code point(s); an abbreviation has those of the words it stands for, a passed-over word none."""

    def __missing__(self, word: str) -> str:
        return NUMBER if word[0].isdigit() else UNKNOWN


@dataclass(frozen=True, slots=True)
class Lexicon:
    codes: Mapping[str, str]
    """Never fails: what no pattern holds is a number or unknown."""
    automaton: Any
    """Aho-Corasick over code points; a hit's value is a `Hit`."""
    rules: tuple[Rule, ...]
    glue: frozenset[str]
    """Code points of the words of `glue`."""
    matters: Mapping[str, tuple[str, ...]]
    """What an article may speak of (`MATTERS`): phrases, as code points."""


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon of the catalogue. Raises CatalogueError or PatternError."""
    data = yaml.load(_FILE.read_text("utf-8"), Loader=yaml.CSafeLoader)
    abbreviations = {patterns.words(short)[0]: patterns.words(full) for short, full in data["abbreviations"].items()}
    rules: list[Rule] = []
    hits: dict[patterns.Words, Hit] = {}
    openings: dict[tuple[patterns.Words, ...], int] = {}
    for indicator, kind, pattern, of in _sources(catalogue().values(), data):
        parts = patterns.parse(pattern, data["classes"], abbreviations)
        _add(parts, len(rules), hits, openings)
        rules.append(Rule(indicator, kind, pattern, of))
    glue = patterns.words(data["glue"])
    matters = {name: [patterns.words(phrase) for phrase in data[name]] for name in MATTERS}
    codes = _codes((word for phrase in (*hits, glue, *chain(*matters.values())) for word in phrase), abbreviations)
    automaton = ahocorasick.Automaton()
    for phrase, hit in hits.items():
        automaton.add_word("".join(codes[word] for word in phrase), hit)
    automaton.make_automaton()
    return Lexicon(
        codes,
        automaton,
        tuple(rules),
        frozenset(codes[word] for word in glue),
        {
            name: tuple("".join(codes[word] for word in phrase) for phrase in phrases)
            for name, phrases in matters.items()
        },
    )


def _add(
    parts: Sequence[patterns.Part],
    rule: int,
    hits: dict[patterns.Words, Hit],
    openings: dict[tuple[patterns.Words, ...], int],
) -> None:
    """Enter the parts of one rule under their phrases."""
    opening = openings.setdefault(tuple(parts[0].sequences), len(openings))
    for at, part in enumerate(parts):
        for sequence in part.sequences:
            hit = hits.setdefault(sequence, Hit(len(sequence)))
            if len(parts) == 1:
                hit.whole.append(rule)
            elif at:
                hit.later.append(Later(rule, at, part.gap, opening if at == 1 else -1, at + 1 == len(parts)))
            elif opening not in hit.openings:
                hit.openings.append(opening)


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
    for pattern in data["categories"]:
        yield None, "category", pattern, ()
    for part, those in data["breakdowns"].items():
        for pattern in those:
            yield None, "breakdown", pattern, (part,)


def _codes(vocabulary: Iterable[str], abbreviations: Mapping[str, patterns.Words]) -> Codes:
    codes = Codes()
    for word in (*vocabulary, *(full for words in abbreviations.values() for full in words)):
        if word not in codes:
            codes[word] = chr(_FIRST_CODE + len(codes))
    codes |= {short: "".join(codes[word] for word in full) for short, full in abbreviations.items()}
    codes |= dict.fromkeys(patterns.PASSED_OVER, "")
    return codes
