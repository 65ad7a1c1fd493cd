"""Has a rule begun to strike much more, or less, than it did? Then a portal has changed its layout, or a rule is wrong.

Counts are of pages: how many a rule struck something on, how many were read each way, how many were discarded and why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Final

from services.cleaner.model import Article, Discarded

SIGMAS: Final = 4.0
"""Standard deviations of a Poisson count beyond which a difference is no chance: about 1 in 16,000 for each name."""
FACTOR: Final = 3.0
"""And it must be a multiple: on thousands of pages a harmless tenth is significant too."""


@dataclass(frozen=True, slots=True)
class Audit:
    pages: int
    counts: dict[str, int]
    """Pages by `rule:<name>`, `method:<way>` and `discarded:<reason>`."""


@dataclass(frozen=True, slots=True)
class Drift:
    name: str
    expected: float
    """Pages that the earlier audit's share gives for as many pages."""
    found: int


def audit(outcomes: Iterable[Article | Discarded]) -> Audit:
    counts: Counter[str] = Counter()
    pages = 0
    for outcome in outcomes:
        pages += 1
        counts.update({f"rule:{removed.rule}" for removed in outcome.removed})
        if isinstance(outcome, Article):
            counts[f"method:{outcome.method}"] += 1
        else:
            counts[f"discarded:{outcome.reason.value}"] += 1
    return Audit(pages, dict(sorted(counts.items())))


def drifts(before: Audit, now: Audit) -> list[Drift]:
    """The names whose counts moved, the widest first. Both audits must be of the same portals."""
    if not before.pages or not now.pages:
        return []
    out = []
    for name in sorted(before.counts.keys() | now.counts.keys()):
        expected = before.counts.get(name, 0) * now.pages / before.pages
        found = now.counts.get(name, 0)
        apart = abs(found - expected) > SIGMAS * sqrt(max(expected, 1.0))
        if apart and not expected / FACTOR <= found <= expected * FACTOR:
            out.append(Drift(name, round(expected, 1), found))
    return sorted(out, key=lambda drift: -abs(drift.found - drift.expected))
