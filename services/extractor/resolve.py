"""Indicator and measure of every number of a sentence; plan figures go to the value that they qualify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from services.extractor import roles
from services.extractor.binding import COST_MAX, direct_candidates
from services.extractor.draft import Candidate, Draft
from services.extractor.fit import measure_of
from services.extractor.labels import label_of
from services.extractor.lending import inherited, lent_candidates, name_houses_from_next
from services.extractor.lists import Given, distribute, plan_ratios
from services.extractor.memory import Memory
from services.extractor.model import Mention
from services.extractor.naming import is_private, usable
from services.extractor.plans import attach_plan, names_of_ratio, outside_brackets, ratio_value, takes_percent
from services.extractor.scene import Scene, SentenceView
from services.extractor.slots import Slot, slots_of
from shared.vietnam.catalogue import catalogue

SENTENCE_BETWEEN: Final = 4.0
LEVELS_BACK: Final = 3
GIVEN: Final = -20.0
"""Cost of what a list gives: surer than any distance."""


@dataclass(slots=True)
class _Binding:
    """The sentence at work."""

    view: SentenceView
    scene: Scene
    recent: Sequence[Draft]
    topics: Sequence[str]
    mentions: Sequence[Mention]
    given: Mapping[int, Given]
    drafts: list[Draft] = field(default_factory=list)


def bind_sentence(view: SentenceView, scene: Scene, memory: Memory) -> list[Draft]:
    """Drafts of the sentence's values, in order; those without an indicator too."""
    slots = slots_of(view, scene)
    if not slots:
        memory.topics = _named(view)
        memory.mentioned = frozenset(memory.topics)
        return []
    recent = memory.recent()
    named = frozenset(d.indicator for d in recent if d.indicator) | memory.heading | memory.mentioned
    mentions = usable(view.mentions, named, memory.title)
    given = distribute(slots, view, mentions, recent, scene)
    slots = [replace(slot, role=given[at].role or slot.role) if at in given else slot for at, slot in enumerate(slots)]
    work = _Binding(view, scene, recent, memory.topics, mentions, given)
    # `đưa nhầm là 25.800 người. Con số đúng là …`
    withdrawn = all(slot.role.rule == "role.not_asserted" for slot in slots)
    memory.topics, memory.mentioned = _named(view) if withdrawn else [], frozenset(_named(view))
    _bind(slots, work)
    return work.drafts


def _named(view: SentenceView) -> list[str]:
    return [m.indicator for m in view.mentions if m.indicator and m.kind == "pattern"]


def _bind(slots: Sequence[Slot], work: _Binding) -> None:
    ratio_of = plan_ratios(slots)
    by_slot: dict[int, Draft] = {}
    direct = direct_candidates(slots, work.mentions, work.scene)
    for at, (slot, candidates) in enumerate(zip(slots, direct, strict=True)):
        if slot.role.name == roles.NOTHING or is_private(slot.first, work.mentions):
            continue
        if at in ratio_of and ratio_of[at] in by_slot:
            by_slot[ratio_of[at]].plan_ratio = slot.quantity.value
        elif slot.role.name == roles.PLAN:
            attach_plan(slot, outside_brackets(slot, work.drafts, work.scene))
        elif slot.role.name == roles.PLAN_RATIO:
            _ratio(slot, candidates, work)
        elif not takes_percent(slot, work.drafts, unnamed=False):
            draft = _value(at, slot, candidates, work)
            if draft is not None:
                by_slot[at] = draft
    name_houses_from_next(work.drafts, work.scene)


def _ratio(slot: Slot, candidates: Sequence[Candidate], work: _Binding) -> None:
    drafts = outside_brackets(slot, work.drafts, work.scene)
    names = [name for name in names_of_ratio(slot, candidates, drafts) if name.cost <= COST_MAX]
    if names:
        draft = _choose(slot, names, work)
        draft.value, draft.unit = ratio_value(slot), "percent"
        work.drafts.append(draft)


def _value(at: int, slot: Slot, candidates: Sequence[Candidate], work: _Binding) -> Draft | None:
    hint = work.given.get(at)
    draft = _choose(slot, _options(slot, candidates, hint, work), work)
    if hint:
        _apply_hint(draft, hint, work.scene)
    if draft.indicator is None and takes_percent(slot, work.drafts, unnamed=True):
        return None
    _link(draft, work.drafts)
    work.drafts.append(draft)
    return draft


def _options(slot: Slot, candidates: Sequence[Candidate], hint: Given | None, work: _Binding) -> list[Candidate]:
    scene, drafts = work.scene, work.drafts
    if slot.role.rule == roles.SAME_CHANGE and drafts and drafts[-1].indicator is None:
        return []  # `tăng 370 người, tương ứng 4,7%`: of what nothing names
    options = [*_own(slot, candidates, drafts), *lent_candidates(slot, drafts, candidates, scene)]
    before = _levels_back(slot, work) if not drafts else ()
    if not options and slot.role.name in (roles.CHANGE, roles.RATIO_TO_BEFORE):
        options += lent_candidates(slot, before, candidates, scene)
    elif slot.quantity.unit == "vnd":
        options += _later(lent_candidates(slot, before, candidates, scene))
    topics = () if drafts else work.topics
    places = [(area.start, area.end) for area in work.view.areas]
    places += [(period.start, period.end) for period in work.view.periods]
    places += [(part.start, part.end) for part in work.view.mentions if part.kind == "breakdown"]
    begin = scene.words.at(work.view.sentence.start)
    heir = inherited(slot, [*work.recent, *drafts], topics, scene, places, begin)
    if heir and not _named_anew(slot, candidates, drafts[-1].stop if drafts else begin, heir):
        options.append(heir)
    if hint and hint.indicator:
        options.append(Candidate(hint.indicator, GIVEN, "list: named in this order"))
    return options


def _levels_back(slot: Slot, work: _Binding) -> Sequence[Draft]:
    """The value before the sentence; of a rise or fall behind a semicolon the last level in its own unit (`21 vụ tai
    nạn, làm 22 người bị nạn; so với cùng kỳ giảm 4 vụ`)."""
    text, begin = work.scene.reading.text, work.view.sentence.start
    if slot.role.name == roles.CHANGE and slot.quantity.unit and text[max(0, begin - 2) : begin].rstrip()[-1:] == ";":
        named = {m.indicator for m in work.view.mentions if m.kind == "pattern" and m.last < slot.first}
        for level in reversed(work.recent[-LEVELS_BACK:]):
            if level.indicator and level.measure == "level" and level.unit == slot.quantity.unit:
                return (level,) if named <= {level.indicator} else ()
    return work.recent[-1:]


def _named_anew(slot: Slot, candidates: Sequence[Candidate], begin: int, heir: Candidate) -> bool:
    """Words of its own before the number name another indicator (`… cận nghèo. Hộ nghèo ở thành thị là 874 hộ`)."""
    return any(
        name.indicator not in (None, heir.indicator)
        and begin <= name.first
        and name.last < slot.first
        and name.cost <= COST_MAX
        and name.why.startswith("pattern")
        for name in candidates
    )


def _own(slot: Slot, candidates: Sequence[Candidate], drafts: Sequence[Draft]) -> Sequence[Candidate]:
    """Of a rise or fall: without the names before the last level, which are that level's, or another's with its
    words."""
    if slot.role.name not in (roles.CHANGE, roles.RATIO_TO_BEFORE) or not drafts:
        return candidates
    last = drafts[-1]
    if last.measure != "level":
        return candidates
    if last.indicator is None:
        return [c for c in candidates if c.first >= last.stop]
    return [c for c in candidates if c.first > last.anchor or c.indicator == last.indicator]


def _later(lent: Sequence[Candidate]) -> list[Candidate]:
    """What the sentence before lends, at a higher cost."""
    return [replace(candidate, cost=candidate.cost + SENTENCE_BETWEEN) for candidate in lent]


def _apply_hint(draft: Draft, hint: Given, scene: Scene) -> None:
    if hint.period:
        draft.period = hint.period
        draft.rules.append("list: period in this order")
    if hint.place is not None:
        draft.area = hint.place.area or scene.area
        draft.locality = hint.place.locality
        draft.rules.append("list: place in this order")


def _link(draft: Draft, drafts: Sequence[Draft]) -> None:
    """A rise or fall to the level beside it, the second of two levels to the first."""
    if draft.measure == "level" and drafts and drafts[-1].before_the_change:
        draft.earlier = drafts[-1] if drafts[-1].indicator == draft.indicator else None
    if draft.measure not in ("change", "relative_change") or draft.indicator is None:
        return
    for level in reversed(drafts[-3:]):
        if level.indicator == draft.indicator and level.measure == "level":
            draft.change_of = level
            if level.change is None:
                level.change = draft
            return


def _choose(slot: Slot, options: Sequence[Candidate], work: _Binding) -> Draft:
    ranked = sorted(options, key=lambda option: option.cost)
    best = ranked[0] if ranked and ranked[0].cost <= COST_MAX else None
    quantity = slot.quantity
    draft = Draft(quantity, work.view.index, None, "level", quantity.value, quantity.unit or "item")
    draft.stop, draft.headline = slot.stop, slot.headline
    draft.value_high, draft.comparator = quantity.value_high, quantity.comparator
    if best is None or best.indicator is None:
        draft.rejected = ranked
        draft.label = label_of(slot, work.scene)
        return draft
    entry = catalogue()[best.indicator]
    draft.indicator = best.indicator
    draft.measure = measure_of(entry, quantity, slot.role) or "level"
    draft.unit = quantity.unit or entry.unit
    draft.cost, draft.anchor = best.cost, best.last
    draft.rules = [best.why, *([slot.role.rule] if slot.role.rule else []), *quantity.rules]
    draft.rejected = [option for option in ranked[1:] if option.indicator != best.indicator]
    if draft.rejected:
        draft.margin = draft.rejected[0].cost - best.cost
    draft.before_the_change = slot.role.before_the_change
    _apply_measure(draft, slot)
    return draft


def _apply_measure(draft: Draft, slot: Slot) -> None:
    if draft.measure == "change" and draft.unit == "percent":
        draft.unit = "percentage_point"
    if slot.role.name == roles.RATIO_TO_BEFORE:
        draft.value -= 100
    elif draft.measure in ("change", "relative_change"):
        draft.value *= slot.role.sign
        if draft.value_high is not None:
            draft.value_high *= slot.role.sign
    if draft.measure == "level" and draft.indicator and not catalogue()[draft.indicator].whole:
        draft.target_value = draft.quantity.pair
