"""Plan figures beside a result: the plan itself, the percent of it that was reached, and how a bare percent is told
to be one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from services.extractor import roles
from services.extractor.draft import Candidate, Draft
from services.extractor.scene import Scene
from services.extractor.slots import Slot
from shared.vietnam.catalogue import catalogue
from shared.vietnam.text import fold

RATIO_TOLERANCE: Final = Decimal("1.2")
"""Points by which a printed percent may differ from a/b: 98/80 is printed as 122 % in a real article (it is 122,5)."""
NAMED_NEAR: Final = 6.0
"""Cost up to which a name between value and percent takes the percent for itself."""
_REACHED: Final = re.compile(fold(r"[^,;.()0-9]{0,40}[,(]?\s*(?:chỉ |mới )?(?:đạt|bằng)(?: gần| hơn| trên)?\s*"))


def attach_plan(slot: Slot, drafts: Sequence[Draft]) -> None:
    """`(chỉ tiêu 90%)`: the plan of the last value of its unit."""
    for draft in reversed(drafts):
        level = draft.measure == "level" and draft.indicator and slot.quantity.unit in (draft.unit, None)
        if level or (draft.measure in ("change", "relative_change") and slot.quantity.unit == "percent"):
            if draft.target_value is None:
                draft.target_value, draft.target_value_high = slot.quantity.value, slot.quantity.value_high
                draft.rules.append(slot.role.rule)
            return


def outside_brackets(slot: Slot, drafts: Sequence[Draft], scene: Scene) -> Sequence[Draft]:
    """`drafts` up to the last one that stands in no bracket closed before the slot: `111.507 lao động (38.816 nữ), đạt
    101% kế hoạch`. All of them where every one does."""
    for count in range(len(drafts), 0, -1):
        between = scene.reading.folded[drafts[count - 1].end : slot.quantity.start]
        if ")" not in between.partition("(")[0]:
            return drafts[:count]
    return drafts


def ratio_value(slot: Slot) -> Decimal:
    return slot.quantity.value + (100 if slot.role.exceeds else 0)


def names_of_ratio(slot: Slot, candidates: Sequence[Candidate], drafts: Sequence[Draft]) -> list[Candidate]:
    """Names for a percent of plan that stands for itself; empty where it was given to the value before it, or is no
    one's."""
    own = [c for c in candidates if c.indicator and not catalogue()[c.indicator].whole]
    last = next((draft for draft in reversed(drafts) if draft.measure in ("level", "relative_change")), None)
    if last is not None and last.change_of is not None:  # `bằng 113% so với năm 2022 và đạt 107% kế hoạch`
        last = last.change_of
    if last is None or last.measure != "level":
        return own
    if last.indicator is not None:
        between = [c for c in own if c.indicator != last.indicator and c.cost < NAMED_NEAR and c.first >= last.stop]
        if between:
            return between
        if last.plan_ratio is None and last.unit != "percent":
            last.plan_ratio = ratio_value(slot)
            last.rules.append(slot.role.rule)
    return []


def takes_percent(slot: Slot, drafts: Sequence[Draft], *, unnamed: bool) -> bool:
    """Whether the last value takes a percent that no word calls one of plan: it equals a/b of its pair (`479/450 người
    (106,4%)`), or, where nothing names it (`unnamed`), is what the value reached (`250 sinh viên, đạt 14,29%`)."""
    if slot.quantity.unit != "percent" or slot.role.name != roles.LEVEL or not drafts:
        return False
    last = drafts[-1]
    if last.measure != "level" or last.indicator is None or last.unit == "percent" or last.plan_ratio is not None:
        return False
    if unnamed:
        rule = "role.reached" if _REACHED.fullmatch(slot.before) else ""
    else:
        rule = "role.agreeing_ratio" if _agrees(last, slot.quantity.value) else ""
    if rule:
        last.plan_ratio = slot.quantity.value
        last.rules.append(rule)
    return bool(rule)


def _agrees(pair: Draft, percent: Decimal) -> bool:
    return bool(pair.target_value) and abs(100 * pair.value / (pair.target_value or 1) - percent) <= RATIO_TOLERANCE
