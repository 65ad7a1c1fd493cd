"""Which of the names found in a sentence count: not those inside the `not` words of their own indicator, not parts of a
longer name, and elliptic ones only where what they lean on was named last."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final

from services.extractor.model import Mention
from shared.vietnam.catalogue import catalogue

PRIVATE: Final = 25
"""Words. So far reach the words that make a figure one family's."""
_NAMES: Final = 24
"""Most names that end in one place: the patterns of an entry that match it."""


def usable(mentions: Sequence[Mention], recent: frozenset[str], title: frozenset[str]) -> list[Mention]:
    """The mentions that count, of those of one sentence in order of their last word. `recent`: indicators of the
    observations just before; `title`: those that the article's headline names, which lend themselves to longer elliptic
    words only."""
    banned: dict[str | None, list[Mention]] = {}
    for mention in mentions:
        if mention.kind == "not":
            banned.setdefault(mention.indicator, []).append(mention)
    kept = [m for m in mentions if m.kind == "not" or not _inside_any(m, banned.get(m.indicator, ()))]
    shadows = [m for m in mentions if m.kind == "pattern" and _inside_any(m, banned.get(m.indicator, ()))]
    names = [m for m in kept if m.kind == "pattern" and m.indicator]
    ends = [name.last for name in names]
    return [
        m
        for m in kept
        if not (m.kind == "elliptic" and _leans_on_nothing(m, names, ends, recent, title)) and not _shadowed(m, shadows)
    ]


def is_private(first: int, mentions: Sequence[Mention]) -> bool:
    """Words before make the figure whose first word is `first` one family's or one company's."""
    private = [m for m in mentions if m.kind == "private" and 0 < first - m.last <= PRIVATE]
    kinds = [m for m in mentions if m.kind == "category"] if private else []
    return any(not any(m.first <= kind.last and kind.first <= m.last for kind in kinds) for m in private)


def _leans_on_nothing(
    mention: Mention, names: Sequence[Mention], ends: Sequence[int], recent: frozenset[str], title: frozenset[str]
) -> bool:
    return _named_before(mention, names, ends, recent if mention.weight < 2 else recent | title).isdisjoint(mention.of)


def _named_before(
    mention: Mention, names: Sequence[Mention], ends: Sequence[int], otherwise: frozenset[str]
) -> frozenset[str]:
    """Indicators of the last words before `mention` in its sentence that name any."""
    at = bisect_left(ends, mention.first)
    if not at:
        return otherwise
    last = ends[at - 1]
    near = names[max(0, at - _NAMES) : at]
    longest = max((name for name in near if name.last == last), key=lambda name: name.weight)
    begin = min(name.first for name in near if name.last == last)
    return frozenset(
        name.indicator
        for name in near
        if name.indicator and name.last >= begin and not (name.last < last and _is_part_of(name, longest))
    )


def _is_part_of(name: Mention, whole: Mention) -> bool:
    """All words of `name` are among those of `whole`, which has more."""
    return name.weight < whole.weight and all(
        any(begin <= first and last <= end for begin, end in whole.parts) for first, last in name.parts
    )


def _shadowed(mention: Mention, shadows: Sequence[Mention]) -> bool:
    """Part of a rate's name that does not count here (`xã có tỷ lệ hộ nghèo trên 25%`): no count's name either."""
    return mention.kind == "pattern" and any(
        shadow.indicator != mention.indicator
        and shadow.weight > mention.weight
        and shadow.first <= mention.first
        and mention.last <= shadow.last
        and len(shadow.parts) == 1
        and catalogue()[shadow.indicator or ""].is_rate
        for shadow in shadows
    )


def _inside_any(mention: Mention, others: Iterable[Mention]) -> bool:
    """Its words overlap with those of one of `others` and do not go beyond them on both sides."""
    return any(
        first <= other.last
        and other.first <= last
        and not (mention.first < other.first and other.last < mention.last)
        and not (len(mention.parts) == 1 and mention.first <= other.first and other.last < mention.last)
        for other in others
        for first, last in mention.parts
    )
