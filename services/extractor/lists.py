"""`lần lượt`, `tương ứng`: the i-th number goes to the i-th name, place or year. Counts must match, else nothing is
given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from services.extractor import roles
from services.extractor.draft import Draft
from services.extractor.fit import measure_of
from services.extractor.model import AreaMention, Mention, PeriodMention
from services.extractor.roles import Role
from services.extractor.scene import Scene, SentenceView
from services.extractor.slots import Slot
from shared.vietnam.catalogue import catalogue
from shared.vietnam.text import fold

_NEXT: Final = re.compile(fold(r"[\s,;]*(?:và|rồi|rồi đến)?[\s,;]*(?:khoảng|gần|hơn|trên|xấp xỉ)?\s*"))
_CUE: Final = re.compile(fold(r"lần lượt|tương ứng|theo thứ tự"))
_ABOVE: Final = re.compile(
    fold(r"\b(?:hai|ba|bốn|năm|các|[2-9])\s+(?:chỉ tiêu|số liệu|con số|nội dung)\s+(?:trên|này|nói trên)")
)


@dataclass(frozen=True, slots=True)
class Given:
    """What a list gives to one of its numbers."""

    indicator: str | None = None
    period: str | None = None
    place: AreaMention | None = None
    role: Role | None = None


def distribute(
    slots: Sequence[Slot], view: SentenceView, mentions: Sequence[Mention], before: Sequence[Draft], scene: Scene
) -> dict[int, Given]:
    """By index of the slot. `before`: observations of earlier sentences, for `ba chỉ tiêu trên lần lượt đạt`."""
    found: dict[int, Given] = {}
    for first, stop in _runs(slots):
        run = slots[first:stop]
        role = run[0].role if run[0].role.name == roles.CHANGE else None
        if role:
            for at in range(first + 1, stop):
                found[at] = Given(role=role)
        start, end = run[0].quantity.start, run[-1].quantity.end
        years = _years(run, view, scene)
        cued = _CUE.search(scene.reading.folded, view.sentence.start, start)
        places = _places(run, view, cued.start()) if cued and not years else []
        names = (
            _names(run, mentions, view, before, scene, cued.start(), end) if cued and not years and not places else []
        )
        for index, at in enumerate(range(first, stop)):
            found[at] = Given(
                indicator=names[index] if names else None,
                period=years[index].period if years else None,
                place=places[index] if places else None,
                role=role if at > first else None,
            )
    return {at: given for at, given in found.items() if given != Given()}


def plan_ratios(slots: Sequence[Slot]) -> dict[int, int]:
    """`A x, B y và C z, tương ứng p%, q% và r% kế hoạch`: the slot of a percent -> the slot of its value."""
    runs = _runs(slots)
    found: dict[int, int] = {}
    for (first, stop), (later, end) in pairwise(runs):
        same = stop - first == end - later and stop == later
        if same and slots[end - 1].role.name == roles.PLAN_RATIO and slots[first].quantity.unit != "percent":
            found |= {later + index: first + index for index in range(stop - first)}
    return found


def _runs(slots: Sequence[Slot]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    first = 0
    for at in range(1, len(slots) + 1):
        if at < len(slots) and _NEXT.fullmatch(slots[at].before) and _alike(slots[at - 1], slots[at]):
            continue
        if at - first > 1:
            runs.append((first, at))
        first = at
    return runs


def _alike(one: Slot, other: Slot) -> bool:
    units = {one.quantity.unit, other.quantity.unit}
    return len(units) == 1 or None in units


def _years(run: Sequence[Slot], view: SentenceView, scene: Scene) -> list[PeriodMention]:
    """As many years as numbers: before the run (`các năm 2015, 2019 và 2020 lần lượt là`) or right after it."""
    start, end = run[0].quantity.start, run[-1].quantity.end
    listed = [m for m in view.periods if m.role in ("period", "as_of") and "period.years" in m.rules]
    before = [m for m in listed if m.end <= start]
    after = [m for m in listed if m.start >= end]
    if len(before) == len(run):
        return before
    return after if len(after) == len(run) else []


def _places(run: Sequence[Slot], view: SentenceView, cue: int) -> list[AreaMention]:
    places = [m for m in view.areas if m.role == "scope" and m.end <= cue and "area.reset" not in m.rules]
    return places[-len(run) :] if len(places) >= len(run) else []


def _names(
    run: Sequence[Slot],
    mentions: Sequence[Mention],
    view: SentenceView,
    before: Sequence[Draft],
    scene: Scene,
    cue: int,
    end: int,
) -> list[str]:
    if _ABOVE.search(scene.reading.folded, view.sentence.start, cue):
        levels = [d.indicator for d in before if d.measure == "level" and d.indicator]
        return levels[-len(run) :] if len(levels) >= len(run) else []
    slot = run[-1]
    named: list[tuple[int, str]] = []
    for mention in sorted(mentions, key=lambda m: (m.first, -m.weight)):
        if mention.indicator is None or mention.parts[0][0] >= scene.words.at(cue):
            continue
        if measure_of(catalogue()[mention.indicator], slot.quantity, slot.role) is None:
            continue
        if not named or (mention.first > named[-1][0] and mention.indicator != named[-1][1]):
            named.append((mention.first, mention.indicator))
    return [code for _, code in named] if len(named) == len(run) else []
