"""What a new extractor would change: readings before and after, compared by observation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal

Kind = Literal["added", "changed", "evidence", "retired", "same"]
FIGURE: Final = (
    "value",
    "value_high",
    "unit",
    "comparator",
    "target_value",
    "target_value_high",
    "plan_ratio",
    "change",
    "label",
    "quote",
)
"""What an observation says. The rest of its fields is its identity, or evidence."""
EVIDENCE: Final = ("start", "end", "sentence", "confidence", "flags", "rules")
EXAMPLES_MAX: Final = 5

Reading = Mapping[str, Any]
"""Fields of docs/observation.md, JSON values."""


@dataclass(frozen=True, slots=True)
class Change:
    kind: Kind
    indicator: str
    """Code, or `(not in the catalogue)`."""
    observation_id: str
    before: Reading | None
    after: Reading | None


@dataclass(slots=True)
class Diff:
    """Counts by indicator and kind, with some examples of each."""

    counts: Counter[tuple[str, Kind]] = field(default_factory=Counter)
    examples: dict[tuple[str, Kind], list[Change]] = field(default_factory=dict)

    def add(self, change: Change) -> None:
        key = (change.indicator, change.kind)
        self.counts[key] += 1
        kept = self.examples.setdefault(key, [])
        if change.kind != "same" and len(kept) < EXAMPLES_MAX:
            kept.append(change)

    def total(self, kind: Kind) -> int:
        return sum(count for (_, each), count in self.counts.items() if each == kind)

    @property
    def indicators(self) -> list[str]:
        return sorted({indicator for indicator, _ in self.counts})


def compare(before: Mapping[str, Reading], after: Mapping[str, Reading]) -> list[Change]:
    """Every observation of one article, by id, before and after: added, changed (it says another figure), evidence (the
    same figure, other confidence, rules or sentence), retired, same. In the order of the ids."""
    return [_change(name, before.get(name), after.get(name)) for name in sorted({*before, *after})]


def _change(name: str, before: Reading | None, after: Reading | None) -> Change:
    kind: Kind
    if before is None:
        kind = "added"
    elif after is None:
        kind = "retired"
    elif any(_plain(before.get(each)) != _plain(after.get(each)) for each in FIGURE):
        kind = "changed"
    elif any(_plain(before.get(each)) != _plain(after.get(each)) for each in EVIDENCE):
        kind = "evidence"
    else:
        kind = "same"
    indicator = (after or before or {}).get("indicator") or "(not in the catalogue)"
    return Change(kind, indicator, name, before, after)


def _plain(value: Any) -> Any:
    """Numbers by value (a database's Decimal, a JSON number; confidences are stored in single precision)."""
    if isinstance(value, Decimal | int | float):
        return round(float(value), 5)
    return list(value) if isinstance(value, list | tuple) else value
