"""An observation while it is being resolved, and why each binding was chosen."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from services.extractor.model import Quantity


@dataclass(slots=True)
class Candidate:
    """A possible indicator of a number. The lowest cost wins."""

    indicator: str | None
    cost: float
    why: str
    first: int = -1
    """Word index of the mention's first part, -1 where an earlier observation lends its indicator."""
    last: int = -1


@dataclass(slots=True)
class Draft:
    """Filled in step by step by the resolvers, in the order of extract.py; published as a frozen Observation."""

    quantity: Quantity
    sentence: int
    indicator: str | None
    measure: str
    value: Decimal
    unit: str
    stop: int = -1
    """Index of the word after the number."""
    headline: bool = False
    """It stands in a heading."""
    value_high: Decimal | None = None
    comparator: str = "eq"
    label: str = ""
    status: str = "actual"
    period: str = ""
    area: str | None = None
    locality: str | None = None
    target_value: Decimal | None = None
    target_value_high: Decimal | None = None
    plan_ratio: Decimal | None = None
    change: Draft | None = None
    """The rise or fall that the text gives beside this level."""
    change_of: Draft | None = None
    """The level beside this rise or fall."""
    earlier: Draft | None = None
    """The first of two levels, of the second: `giảm từ 6,75% xuống 5,24%`."""
    own_period: bool = False
    """Words of its own sentence gave the period."""
    before_the_change: bool = False
    """The first of two levels: `giảm từ 6,75% xuống 5,24%`."""
    breakdown: dict[str, str] = field(default_factory=dict)
    cost: float = 0.0
    anchor: int = -1
    """Index of the last word of the mention that named it, -1 where none did."""
    margin: float = 9.0
    """Cost of the runner-up less cost."""
    rejected: list[Candidate] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    confidence: float = 0.0

    @property
    def start(self) -> int:
        q = self.quantity
        return q.start if q.comparator_start is None else min(q.start, q.comparator_start)

    @property
    def end(self) -> int:
        return self.quantity.end


def leave_out(draft: Draft, why: str) -> None:
    """Takes the indicator from a draft; its number stays, under its unit's words. `why` is kept as a rule."""
    draft.indicator, draft.label = None, draft.quantity.unit_text
    draft.rules.append(why)
