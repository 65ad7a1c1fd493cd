"""A number that repeats in headline, lead, caption and body is one observation: the fullest statement of it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from services.extractor.draft import Draft


def dedupe(drafts: Sequence[Draft]) -> list[Draft]:
    """Without repeats, in order. Rounded repeats (`gần 1,1 nghìn` of 1.074) of the same indicator go too, and a
    headline's
    number that the body tells as another indicator's: the body says what it is."""
    kept: list[Draft] = []
    by_key: dict[tuple[object, ...], list[int]] = {}
    for draft in drafts:
        if draft.indicator is None:
            kept.append(draft)
            continue
        places = by_key.setdefault((draft.indicator, draft.measure, draft.value, draft.unit), [])
        at = next((at for at in places if _same_statement(kept[at], draft)), None)
        if at is None:
            places.append(len(kept))
            kept.append(draft)
        elif _fullness(draft) > _fullness(kept[at]):
            kept[at] = draft
    exact = [d for d in kept if d.indicator]
    told = {(d.value, d.unit) for d in exact if not d.headline}
    return [
        d
        for d in kept
        if d.indicator is None
        or not ((d.headline and (d.value, d.unit) in told) or any(_rounds(d, other) for other in exact))
    ]


def merge_plan_ratios(drafts: list[Draft]) -> None:
    """A percent of plan without a value of its own goes to the level that it speaks of, where the article tells that
    level
    elsewhere without one (rule: `plan_ratio` is a measure only where there is no absolute value)."""
    for ratio in [draft for draft in drafts if draft.measure == "plan_ratio" and draft.indicator]:
        for level in drafts:
            same = (level.indicator, level.area, level.locality) == (ratio.indicator, ratio.area, ratio.locality)
            of_it = same and level.measure == "level" and level.period[:4] == ratio.period[:4]
            if of_it and not ratio.breakdown and level.status == ratio.status and level.plan_ratio is None:
                level.plan_ratio = ratio.value
                drafts.remove(ratio)
                break


def published(drafts: Sequence[Draft]) -> list[Draft]:
    """Without figures that no noun makes clear (a bare number that nothing named says nothing), and without those that
    another statement of the same number names, or labels alike."""
    told: set[tuple[object, ...]] = {(draft.value, draft.unit) for draft in drafts if draft.indicator}
    found = []
    for draft in drafts:
        if draft.indicator is None:
            if not draft.quantity.unit or not draft.label or (draft.value, draft.unit) in told:
                continue
            told.add((draft.value, draft.unit))
        found.append(draft)
    return found


def _same_statement(one: Draft, other: Draft) -> bool:
    if one.own_period and other.own_period and one.period[:4] != other.period[:4]:
        return False
    if (one.status == "target") != (other.status == "target") and one.period != other.period:
        return False
    return one.area == other.area and (one.locality == other.locality or not one.locality or not other.locality)


def _fullness(draft: Draft) -> int:
    given = (draft.target_value, draft.plan_ratio, draft.locality, draft.value_high)
    return sum(each is not None for each in given) * 2 + bool(draft.breakdown)


def _rounds(draft: Draft, other: Draft) -> bool:
    """`draft` is a rounded form of `other`: an inexact number with fewer figures, within 3 %."""
    if draft is other or draft.comparator == "eq" or other.comparator != "eq":
        return False
    same = (draft.indicator, draft.measure, draft.unit, draft.period, draft.area, draft.locality) == (
        other.indicator,
        other.measure,
        other.unit,
        other.period,
        other.area,
        other.locality,
    )
    return same and draft.value != other.value and abs(draft.value - other.value) <= abs(other.value) * Decimal("0.03")
