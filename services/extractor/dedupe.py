"""A number that repeats in headline, lead, caption and body is one observation: the fullest statement of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from services.extractor.draft import Draft

ROUNDED: Final = Decimal("0.03")
"""Share by which `gần 1,1 nghìn` may differ from the 1.074 that it rounds."""


def dedupe(drafts: Sequence[Draft]) -> list[Draft]:
    """Without repeats, in order. Rounded repeats (`gần 1,1 nghìn` of 1.074) of the same indicator go too, and a
    headline's number that the body tells as another indicator's: the body says what it is."""
    kept: list[Draft] = []
    by_key: dict[tuple[object, ...], list[int]] = {}
    for draft in drafts:
        if draft.indicator is None:
            kept.append(draft)
            continue
        unit = "person" if draft.unit == "turn" else draft.unit  # a headline says persons for the body's turns
        places = by_key.setdefault((draft.indicator, draft.measure, draft.value, unit), [])
        at = next((at for at in places if _same_statement(kept[at], draft)), None)
        if at is None:
            places.append(len(kept))
            kept.append(draft)
        elif (_fullness(draft), kept[at].headline) > (_fullness(kept[at]), draft.headline):
            kept[at] = draft
    told = {(d.value, d.unit) for d in kept if d.indicator and not d.headline}
    exact = _exact(kept)
    return [
        d
        for d in kept
        if d.indicator is None or not ((d.headline and (d.value, d.unit) in told) or _is_rounded(d, exact))
    ]


def merge_plan_ratios(drafts: list[Draft]) -> None:
    """A percent of plan without a value of its own goes to the level that it speaks of, where the article tells that
    level elsewhere without one (rule: `plan_ratio` is a measure only where there is no absolute value)."""
    levels: dict[tuple[object, ...], deque[Draft]] = {}
    told = set()
    for draft in drafts:
        if draft.measure == "level" and draft.indicator:
            told.add((_subject(draft), draft.plan_ratio))
            if draft.plan_ratio is None:
                levels.setdefault(_subject(draft), deque()).append(draft)
    merged = set()
    for ratio in drafts:
        if ratio.measure == "plan_ratio" and ratio.indicator and not ratio.breakdown:
            waiting = levels.get(_subject(ratio))
            if (_subject(ratio), ratio.value) in told:
                merged.add(id(ratio))
            elif waiting:
                waiting.popleft().plan_ratio = ratio.value
                merged.add(id(ratio))
    drafts[:] = [draft for draft in drafts if id(draft) not in merged]


def _subject(draft: Draft) -> tuple[object, ...]:
    return draft.indicator, draft.area, draft.locality, draft.period[:4], draft.status


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
    return sum(each is not None for each in given) * 2 + bool(draft.breakdown) + _is_day(draft.period)


def _is_day(period: str) -> bool:
    return len(period) == len("2026-06-30") and "/" not in period


def _exact(drafts: Iterable[Draft]) -> dict[tuple[object, ...], list[Decimal]]:
    """The values told without `gần`, `hơn` and the like, sorted, by what they are values of."""
    values: dict[tuple[object, ...], list[Decimal]] = {}
    for draft in drafts:
        if draft.indicator and draft.comparator == "eq":
            values.setdefault(_measured(draft), []).append(draft.value)
            values.setdefault(_told(draft), []).append(draft.value)
            if not draft.headline:
                values.setdefault(_of_domain(draft), []).append(draft.value)
    for each in values.values():
        each.sort()
    return values


def _is_rounded(draft: Draft, exact: Mapping[tuple[object, ...], Sequence[Decimal]]) -> bool:
    """An inexact number within 3 % of an exact one, but not it."""
    if draft.comparator == "eq":
        return False
    values = exact.get(_measured(draft), ())
    if not values and draft.headline:
        values = exact.get(_told(draft)) or exact.get(_of_domain(draft), ())
    margin = abs(draft.value) * ROUNDED
    near = values[bisect_left(values, draft.value - margin) : bisect_right(values, draft.value + margin)]
    return any(value != draft.value for value in near)


def _told(draft: Draft) -> tuple[object, ...]:
    """What a headline has in common with the sentence of the body that it shortens."""
    return draft.indicator, draft.measure, draft.unit


def _of_domain(draft: Draft) -> tuple[object, ...]:
    """A headline may name what the body tells as another indicator of the domain: `8.900 lao động có việc làm mới`."""
    return (draft.indicator or "").partition(".")[0], draft.measure, draft.unit


def _measured(draft: Draft) -> tuple[object, ...]:
    return draft.indicator, draft.measure, draft.unit, draft.period, draft.area, draft.locality
