"""The scoring rules of docs/observation.md, "Scoring": pairs of gold and predicted observations, core and strict
agreement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

Row = Mapping[str, Any]
STRICT: Final = ("measure", "sign", "status", "period", "area")
FURTHER: Final = (*STRICT, "comparator", "target_value", "plan_ratio", "value_high")
TOLERANCE: Final = Decimal("0.005")


@dataclass(slots=True)
class Score:
    gold: int = 0
    predicted: int = 0
    core: int = 0
    strict: int = 0
    errors: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    """How often what was wrong: missed, spurious, or the field."""
    judged: list[tuple[Row, bool, bool]] = field(default_factory=list)
    """Each predicted observation with an indicator: right in the core, right strictly."""

    def add(self, other: Score) -> None:
        self.gold += other.gold
        self.predicted += other.predicted
        self.core += other.core
        self.strict += other.strict
        self.errors += other.errors
        self.kinds += other.kinds
        self.judged += other.judged

    def precision(self) -> float:
        return self.core / self.predicted if self.predicted else 0.0

    def recall(self) -> float:
        return self.core / self.gold if self.gold else 0.0

    def f1(self, hits: int) -> float:
        return 2 * hits / (self.gold + self.predicted) if self.gold + self.predicted else 0.0


def score(article: str, gold: Sequence[Row], predicted: Sequence[Row]) -> Score:
    """The score of one article. Observations without an indicator neither help nor hurt; optional gold may be
    missed."""
    wanted = [row for row in gold if row.get("indicator")]
    got = [row for row in predicted if row.get("indicator")]
    pairs = list(_pairs(wanted, got))
    hit, used = {g for g, _ in pairs}, {p for _, p in pairs}
    result = Score(predicted=len(got), core=len(pairs))
    for at, row in enumerate(wanted):
        if at in hit or not row.get("optional"):
            result.gold += 1
        if at not in hit and not row.get("optional"):
            result.kinds["missed"] += 1
            result.errors.append(f"{article} missed {row['indicator']} {row['value']} «{row['quote']}»")
    for g, p in pairs:
        wrong = [name for name in STRICT if not agrees(name, wanted[g], got[p])]
        result.strict += not wrong
        result.judged.append((got[p], True, not wrong))
        for name in wrong:
            result.kinds[name] += 1
            whose = f"{wanted[g]['indicator']} «{wanted[g]['quote']}»"
            result.errors.append(f"{article} {name} of {whose}: {got[p].get(name)} for {wanted[g].get(name)}")
    for at, row in enumerate(got):
        if at not in used:
            result.kinds["spurious"] += 1
            result.judged.append((row, False, False))
            result.errors.append(f"{article} spurious {row['indicator']} {row['value']} «{row['quote']}»")
    return result


def _pairs(gold: Sequence[Row], predicted: Sequence[Row]) -> Iterator[tuple[int, int]]:
    """One to one, best agreement on the further fields first."""
    options = sorted(
        (-sum(agrees(name, g, p) for name in FURTHER), i, j)
        for i, g in enumerate(gold)
        for j, p in enumerate(predicted)
        if _same_core(g, p)
    )
    taken_gold: set[int] = set()
    taken: set[int] = set()
    for _, i, j in options:
        if i not in taken_gold and j not in taken:
            taken_gold.add(i)
            taken.add(j)
            yield i, j


def _same_core(gold: Row, predicted: Row) -> bool:
    also = gold.get("also", {})
    return (
        predicted["indicator"] in (gold["indicator"], *also.get("indicator", ()))
        and predicted["unit"] in (gold["unit"], *also.get("unit", ()))
        and _close(abs(_number(predicted["value"]) or Decimal(0)), abs(_number(gold["value"]) or Decimal(0)))
    )


def agrees(name: str, gold: Row, predicted: Row) -> bool:
    want, got = gold.get(name), predicted.get(name)
    accepted = (want, *gold.get("also", {}).get(name, ()))
    if name in ("target_value", "plan_ratio", "value_high"):
        return any(_close(_number(got), _number(each)) for each in accepted)
    if name == "period":
        return _canonical(got) in {_canonical(each) for each in accepted}
    if name == "sign":
        signed = gold["measure"] in ("change", "relative_change")
        return not signed or (_number(predicted["value"]) or 0) * (_number(gold["value"]) or 0) >= 0
    if name == "status" and want in ("actual", "estimate"):
        return got in (*accepted, "actual", "estimate")
    return got in accepted


def _canonical(period: Any) -> str | None:
    """A state at the end of a year or month counts as the year or month."""
    if period is None:
        return None
    text = str(period)
    if text[4:] in ("-12", "-12-31"):
        return text[:4]
    return text[:7] if len(text) == 10 and int(text[8:]) >= 28 else text


def _number(value: Any) -> Decimal | None:
    return None if value in (None, "") else Decimal(str(value))


def _close(one: Decimal | None, other: Decimal | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= abs(other) * TOLERANCE
