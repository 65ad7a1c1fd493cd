"""All places where a text names an indicator: one pass of the automaton, then gapped patterns put together."""

from __future__ import annotations

from collections.abc import Sequence

from services.extractor.indicators.lexicon import BARRIER, Hit, Lexicon, Rule
from services.extractor.indicators.words import Words
from services.extractor.model import Mention

Parts = tuple[tuple[int, int], ...]


def read_mentions(words: Words, lexicon: Lexicon) -> list[Mention]:
    """Mentions in order of their last word; of each entry's patterns that end there the longest. Which of different
    entries counts is for whoever knows the unit of the number. Linear in the words."""
    found = _Found(words, lexicon.rules)
    opened: dict[int, tuple[int, int]] = {}
    halves: dict[tuple[int, int], Parts] = {}
    barrier = words.codes.find(BARRIER)
    hit: Hit
    for last, hit in lexicon.automaton.iter(words.codes):
        if last > barrier >= 0:
            opened.clear()
            halves.clear()
            barrier = words.codes.find(BARRIER, last)
        first = last - hit.length + 1
        for later in hit.later:
            before = _before(later.after, opened) if later.at == 1 else halves.get((later.rule, later.at - 1), ())
            if not before or not 0 <= first - before[-1][1] - 1 <= later.gap:
                continue
            parts = (*before, (first, last))
            if later.ends:
                found.add(later.rule, parts, sum(stop - start + 1 for start, stop in parts))
            else:
                halves[later.rule, later.at] = parts
        for opening in hit.openings:
            if opening not in opened or opened[opening][1] != last:  # of those that end here the longest comes first
                opened[opening] = (first, last)
        for rule in hit.whole:
            found.add(rule, ((first, last),), hit.length)
    return found.mentions


def _before(opening: int, opened: dict[int, tuple[int, int]]) -> Parts:
    part = opened.get(opening)
    return (part,) if part is not None else ()


class _Found:
    """The mentions so far; a longer one of the same entry that ends at the same word replaces the shorter."""

    def __init__(self, words: Words, rules: Sequence[Rule]) -> None:
        self.mentions: list[Mention] = []
        self._words, self._rules = words, rules
        self._known: dict[tuple[object, ...], int] = {}

    def add(self, number: int, parts: Parts, weight: int) -> None:
        rule = self._rules[number]
        first, last = parts[0][0], parts[-1][1]
        key = (last, rule.indicator, rule.kind, rule.of)
        at = self._known.get(key)
        if at is not None and weight <= self.mentions[at].weight:
            return
        start, end = self._words.starts[first], self._words.ends[last]
        mention = Mention(start, end, rule.indicator, rule.pattern, rule.kind, parts, rule.of, first, last, weight)
        if at is None:
            self._known[key] = len(self.mentions)
            self.mentions.append(mention)
        else:
            self.mentions[at] = mention
