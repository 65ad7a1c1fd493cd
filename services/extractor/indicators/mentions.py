"""All places where a text names an indicator: one pass of the automaton, then gapped patterns put together."""

from __future__ import annotations

from services.extractor.indicators.lexicon import BARRIER, Lexicon
from services.extractor.indicators.words import Words
from services.extractor.model import Mention

Parts = tuple[tuple[int, int], ...]


def read_mentions(words: Words, lexicon: Lexicon) -> list[Mention]:
    """Mentions in order of their last word; of each entry's patterns that end there the longest. Which of different
    entries
    counts is for whoever knows the unit of the number. Linear in the words."""
    found: list[Mention] = []
    open_parts: dict[tuple[int, int], Parts] = {}
    barrier = words.codes.find(BARRIER)
    rules = lexicon.rules
    longest: dict[tuple[object, ...], int] = {}
    for last, hits in lexicon.automaton.iter(words.codes):
        if last > barrier >= 0:
            open_parts.clear()
            barrier = words.codes.find(BARRIER, last)
        for number, at, length in hits:
            first = last - length + 1
            rule = rules[number]
            parts: Parts = ((first, last),)
            if at:
                before = open_parts.get((number, at - 1))
                if before is None or not 0 <= first - before[-1][1] - 1 <= rule.gaps[at]:
                    continue
                parts = (*before, *parts)
            if at + 1 < len(rule.gaps):
                open_parts[number, at] = parts
                continue
            weight = sum(stop - start + 1 for start, stop in parts) if at else length
            key = (last, rule.indicator, rule.kind, rule.of)
            known = longest.get(key)
            if known is None or weight > found[known].weight:
                mention = Mention(
                    words.starts[parts[0][0]],
                    words.ends[last],
                    rule.indicator,
                    rule.pattern,
                    rule.kind,
                    parts,
                    rule.of,
                    parts[0][0],
                    last,
                    weight,
                )
                if known is None:
                    longest[key] = len(found)
                    found.append(mention)
                else:
                    found[known] = mention
    return found
