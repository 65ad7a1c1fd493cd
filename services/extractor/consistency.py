"""Checks that use the figures themselves. They flag, and so lower confidence; they never drop or change a value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final

from services.extractor.draft import Draft
from shared.vietnam.areas import NATION
from shared.vietnam.catalogue import catalogue

RATIO_POINTS: Final = Decimal("1.5")
"""A printed percent of plan may differ so much from a/b: 98/80 is printed as 122 % in a real article, and both are
rounded."""
CHANGE_POINTS: Final = Decimal("0.03")
"""Points by which a printed fall may differ from the difference of two printed rates, each rounded to two places."""
_ORDER: Final = ("vet.certified_labour_rate", "vet.vocational_trained_rate", "vet.trained_labour_rate")
"""Each is a part of the next: its rate is not higher."""


def check(drafts: Sequence[Draft]) -> None:
    """Add flags to drafts whose figures do not agree with the catalogue or with each other."""
    levels = [draft for draft in drafts if draft.indicator and draft.measure == "level"]
    for draft in levels:
        _range(draft)
        _plan(draft)
        _fall(draft)
    _nested_rates(levels)


def _range(draft: Draft) -> None:
    low, high = catalogue()[draft.indicator or ""].plausible
    below = draft.value < low and not draft.locality and draft.area != NATION and not draft.breakdown
    above = draft.value > high and (draft.area != NATION or draft.unit == "percent")
    if below or above:
        draft.flags.append("out_of_range")


def _plan(draft: Draft) -> None:
    if draft.plan_ratio is None or not draft.target_value or draft.target_value_high is not None:
        return
    if abs(100 * draft.value / draft.target_value - draft.plan_ratio) > RATIO_POINTS:
        draft.flags.append("plan_mismatch")


def _fall(draft: Draft) -> None:
    """`giảm từ 6,75% xuống 5,24%`, `giảm 1,51%`: the three must agree."""
    fall, earlier = draft.change, draft.earlier
    if fall is None or earlier is None or fall.unit != "percentage_point" or fall.value_high is not None:
        return
    if abs(draft.value - earlier.value - fall.value) > CHANGE_POINTS:
        draft.flags.append("change_mismatch")
        fall.flags.append("change_mismatch")


def _nested_rates(levels: Iterable[Draft]) -> None:
    by_place: dict[tuple[object, ...], dict[str, Draft]] = {}
    for draft in levels:
        if draft.indicator in _ORDER:
            key = (draft.status, draft.period[:4], draft.area, draft.locality)
            by_place.setdefault(key, {}).setdefault(draft.indicator, draft)
    for rates in by_place.values():
        present = [rates[code] for code in _ORDER if code in rates]
        for part, whole in pairwise(present):
            if part.value > whole.value:
                part.flags.append("part_exceeds_whole")
