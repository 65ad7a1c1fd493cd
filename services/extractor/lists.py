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
_BY_TWOS: Final = re.compile(fold(r"\bvà\b[^,;.:()0-9]*\b(?:còn|là|đạt|có)(?: lại)?\s*$"))
"""Two names and a verb before two numbers: `số hộ nghèo và hộ cận nghèo còn 7.800 hộ và 9.120 hộ`."""
_AND: Final = re.compile(fold(r"\bvà\b"))
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
        cue = cued.start() if cued else start if _BY_TWOS.search(run[0].before) else -1
        names = _names(run, mentions, view, before, scene, cue, end) if cue >= 0 and not years and not places else []
        names = names or _as_before(run, mentions, view, before, scene)
        if places and not names:
            names = _of_all(run, mentions, scene.words.at(places[0].start))
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
    first, stop = scene.words.at(view.sentence.start), scene.words.at(cue)
    usable = [m for m in mentions if m.indicator and first <= m.parts[0][0] < stop]
    for those in ([m for m in usable if not _joins(m, scene)], usable):
        named = _in_order(those, run[-1])
        if len(named) == len(run):
            return named
    return []


def _of_all(run: Sequence[Slot], mentions: Sequence[Mention], stop: int) -> list[str]:
    """`các huyện có số hộ nghèo cao là A, B và C, lần lượt 412, 305 và 298 hộ`: the one name before the places."""
    named = _in_order([m for m in mentions if m.indicator and m.last < stop], run[-1])
    return named * len(run) if len(named) == 1 else []


def _as_before(
    run: Sequence[Slot], mentions: Sequence[Mention], view: SentenceView, before: Sequence[Draft], scene: Scene
) -> list[str]:
    """`qua đào tạo đạt 80%, có chứng chỉ 35%; đến năm 2030 đạt 85% và 40%`: the names of the part before, in order."""
    if not view.index or any(mention.indicator for mention in mentions):
        return []
    part = scene.sentences[view.index - 1].sentence
    if part.paragraph != view.sentence.paragraph or scene.reading.text[part.end - 1] != ";":
        return []
    levels = [draft for draft in before if draft.sentence == view.index - 1 and draft.measure == "level"]
    codes = [draft.indicator for draft in levels if draft.indicator and draft.unit == run[0].quantity.unit]
    return codes if len(codes) == len(levels) == len(run) else []


def _in_order(mentions: Sequence[Mention], slot: Slot) -> list[str]:
    named: list[tuple[int, str]] = []
    for mention in sorted(mentions, key=lambda m: (m.first, -m.weight)):
        code = mention.indicator or ""
        if measure_of(catalogue()[code], slot.quantity, slot.role) is None:
            continue
        if not named or (mention.first > named[-1][0] and code != named[-1][1]):
            named.append((mention.first, code))
    return [code for _, code in named]


def _joins(mention: Mention, scene: Scene) -> bool:
    """It names two things by one (`hộ nghèo và cận nghèo`), which here have a number each."""
    words = scene.words
    return _AND.search(scene.reading.folded, words.starts[mention.first], words.ends[mention.last]) is not None
