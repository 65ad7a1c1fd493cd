"""The word lists of this room, compiled once: nouns after a number, words before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from shared.vietnam.text import fold, nfc

_ROOM: Final = Path(__file__).parent
TOKEN: Final = re.compile(r" *((?:[kcdh]?m[23²³])(?!\w)|f0(?!\w)|[^\W\d_]+|[%,/&$‰°€£¥-])")
"""A word or a mark that phrases of the lexicon may hold (`xã, phường`, `m2`), with the blanks before it."""

WORDS_MAX: Final = 3
"""Words before a number that are looked up together."""


@dataclass(frozen=True, slots=True)
class Noun:
    """What a noun after a number makes of it."""

    unit: str | None = None
    power: int = 0
    """Power of ten to the unit: `tấn` is kg with power 3."""
    reason: str | None = None
    """Reason for being no value (`tuổi`: age)."""


@dataclass(slots=True)
class Node:
    """A word of the trie over phrases."""

    children: dict[str, Node] = field(default_factory=dict)
    noun: Noun | None = None
    power: int | None = None


class Cue(NamedTuple):
    """What a phrase before a number tells of it."""

    strong: str | None = None
    """Reason that holds whatever stands after the number."""
    weak: str | None = None
    """Reason that holds for a number without a noun; empty where the phrase is none though it ends like one."""
    counter: bool = False
    """The number is a counter of the page."""
    bound: str | None = None
    """Comparator."""
    phrase: str = ""
    """The words of the comparator."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    nouns: Node
    scales: Node
    skipped: frozenset[str]
    cues: dict[str, Cue]
    """Phrase before a number -> what it tells; at most three words each."""
    not_before: dict[str, frozenset[str]]
    places: frozenset[str]
    per_norm: frozenset[str]
    each_is_time: frozenset[str]
    money_powers: frozenset[int]


def _load(name: str) -> dict[str, Any]:
    with (_ROOM / name).open(encoding="utf-8") as file:
        data: dict[str, Any] = yaml.load(file, Loader=yaml.CSafeLoader)
    return data


def _folded(phrases: list[str]) -> list[str]:
    return [fold(nfc(str(phrase))) for phrase in phrases]


def _node(root: Node, phrase: str) -> Node:
    node = root
    words = TOKEN.findall(phrase)
    if "".join(words) != phrase.replace(" ", ""):
        raise ValueError(f"phrase {phrase!r} holds a sign that no phrase may hold")
    for word in words:
        node = node.children.setdefault(word, Node())
    return node


def _nouns(units: dict[str, Any], non_values: dict[str, Any]) -> Iterator[tuple[str, Noun]]:
    for unit, phrases in units["units"].items():
        for phrase in _folded(phrases):
            yield phrase, Noun(unit)
    for phrase, scaled in units["scaled"].items():
        yield fold(nfc(phrase)), Noun(scaled["unit"], scaled["power"])
    for reason, phrases in non_values["after"].items():
        for phrase in _folded(phrases):
            yield phrase, Noun(reason=reason)


def _reasons(groups: dict[str, list[str]]) -> dict[str, str]:
    return {phrase: reason for reason, phrases in groups.items() for phrase in _folded(phrases)}


def _cues(non_values: dict[str, Any], bounds: dict[str, Any]) -> dict[str, Cue]:
    cues: dict[str, Cue] = {}
    for reason, phrases in non_values["before_strong"].items():
        cues |= {phrase: Cue(strong=reason) for phrase in _folded(phrases)}
    weak = _reasons(non_values["before_weak"]) | dict.fromkeys(_folded(non_values["before_nothing"]), "")
    for phrase, reason in weak.items():
        cues[phrase] = cues.get(phrase, Cue())._replace(weak=reason)
    for phrase in _folded(non_values["before_counter"]):
        cues[phrase] = cues.get(phrase, Cue())._replace(counter=True)
    for bound, phrases in bounds["comparators"].items():
        for phrase in _folded(phrases):
            cues[phrase] = cues.get(phrase, Cue())._replace(bound=bound, phrase=phrase)
    if long := [phrase for phrase in cues if phrase.count(" ") >= WORDS_MAX]:
        raise ValueError(f"more than {WORDS_MAX} words before a number: {long}")
    return cues


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon of the room's three lists. Raises ValueError where a phrase stands twice or is too long."""
    units, non_values, bounds = _load("units.yaml"), _load("non_values.yaml"), _load("comparators.yaml")
    nouns, scales = Node(), Node()
    for phrase, noun in _nouns(units, non_values):
        node = _node(nouns, phrase)
        if node.noun is not None and node.noun != noun:
            raise ValueError(f"phrase {phrase!r} stands twice, as {node.noun} and as {noun}")
        node.noun = noun
    for phrase, power in units["scales"].items():
        _node(scales, fold(nfc(phrase))).power = power
    return Lexicon(
        nouns=nouns,
        scales=scales,
        skipped=frozenset(_folded(units["skipped"])),
        cues=_cues(non_values, bounds),
        not_before={fold(word): frozenset(_folded(group)) for word, group in bounds["not_before"].items()},
        places=frozenset(_folded(non_values["places"])),
        per_norm=frozenset(_folded(non_values["per"])),
        each_is_time=frozenset(_folded(non_values["each_is_time"])),
        money_powers=frozenset(units["scales"][word] for word in units["money_scales"]),
    )


def longest(root: Node, text: str, at: int) -> tuple[Node, int, int] | None:
    """The longest phrase of `root` that begins at `at` after blanks: its node, start and end; None where none does."""
    node = root
    best: tuple[Node, int, int] | None = None
    first = -1
    while (match := TOKEN.match(text, at)) and (child := node.children.get(match[1])) is not None:
        node, at = child, match.end()
        if first < 0:
            first = match.start(1)
        if node.noun is not None or node.power is not None:
            best = (node, first, at)
    return best
