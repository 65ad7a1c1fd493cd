"""Indicator and measure of every number of a sentence; plan figures go to the value that they qualify."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from services.extractor import roles
from services.extractor.binding import COST_MAX, direct_candidates
from services.extractor.draft import Candidate, Draft
from services.extractor.fit import measure_of
from services.extractor.labels import label_of
from services.extractor.lending import inherited, lent_candidates
from services.extractor.lists import Given, distribute, plan_ratios
from services.extractor.naming import is_private, usable
from services.extractor.scene import Scene, SentenceView
from services.extractor.slots import Slot, slots_of
from shared.vietnam.catalogue import catalogue
from shared.vietnam.text import fold

RATIO_TOLERANCE: Final = Decimal("1.2")
"""Points by which a printed percent may differ from a/b: 98/80 is printed as 122 % in a real article (it is 122,5)."""
RECENT: Final = 12
TITLE_PARAGRAPHS: Final = 4
"""Headlines stand among the first lines, after dates and the portal's name."""
_REACHED: Final = re.compile(fold(r"[^,;.()0-9]{0,40}[,(]?\s*(?:chỉ |mới )?(?:đạt|bằng)(?: gần| hơn| trên)?\s*"))
SENTENCE_BETWEEN: Final = 4.0
GIVEN: Final = -20.0
"""Cost of what a list gives: surer than any distance."""


@dataclass(slots=True)
class Memory:
    """What earlier sentences leave for later ones."""

    drafts: list[Draft] = field(default_factory=list)
    paragraph: int = -1
    paragraph_from: int = 0
    """Index in `drafts` of the first one of the paragraph before this one."""
    this_paragraph_from: int = 0
    topics: list[str] = field(default_factory=list)
    """Indicators that the sentence before named without a number."""
    title: frozenset[str] = frozenset()
    """Indicators that the first lines of the article name."""
    heading: frozenset[str] = frozenset()
    """Indicators that the nearest heading names."""

    def enter(self, view: SentenceView) -> None:
        if view.sentence.paragraph != self.paragraph:
            self.topics = []
            self.paragraph = view.sentence.paragraph
            if len(self.drafts) > self.this_paragraph_from or view.sentence.kind != "item":
                self.paragraph_from = self.this_paragraph_from
            self.this_paragraph_from = len(self.drafts)
        if view.sentence.paragraph < TITLE_PARAGRAPHS and view.sentence.kind == "heading":
            self.title |= frozenset(m.indicator for m in view.mentions if m.indicator and m.kind == "pattern")
        if view.sentence.kind == "heading":
            self.heading = frozenset(m.indicator for m in view.mentions if m.indicator and m.kind == "pattern")

    def recent(self) -> list[Draft]:
        return self.drafts[max(self.paragraph_from, len(self.drafts) - RECENT) :]


def bind_sentence(view: SentenceView, scene: Scene, memory: Memory) -> list[Draft]:
    """Drafts of the sentence's values, in order; those without an indicator too."""
    slots = slots_of(view, scene)
    if not slots:
        memory.topics = [m.indicator for m in view.mentions if m.indicator and m.kind == "pattern"]
        return []
    recent = memory.recent()
    named = frozenset(d.indicator for d in recent if d.indicator) | memory.heading
    mentions = usable(view.mentions, named, memory.title)
    given = distribute(slots, view, mentions, recent, scene)
    slots = [replace(slot, role=given[at].role or slot.role) if at in given else slot for at, slot in enumerate(slots)]
    ratio_of = plan_ratios(slots)
    by_slot: dict[int, Draft] = {}
    direct = direct_candidates(slots, mentions, scene)
    places = [(m.start, m.end) for m in (*view.areas, *view.periods)]
    begin = scene.words.at(view.sentence.start)
    drafts: list[Draft] = []
    for at, (slot, candidates) in enumerate(zip(slots, direct, strict=True)):
        if slot.role.name == roles.NOTHING or is_private(slot.first, mentions):
            continue
        if at in ratio_of and ratio_of[at] in by_slot:
            by_slot[ratio_of[at]].plan_ratio = slot.quantity.value
            continue
        if slot.role.name == roles.PLAN:
            _attach_plan(slot, drafts)
        elif slot.role.name == roles.PLAN_RATIO:
            draft = _plan_ratio(slot, candidates, drafts, view, scene)
            if draft:
                drafts.append(draft)
        elif not _agreeing_ratio(slot, drafts):
            options = [*_own(slot, candidates, drafts), *lent_candidates(slot, drafts, candidates, scene)]
            if not options and not drafts and slot.role.name in (roles.CHANGE, roles.RATIO_TO_BEFORE):
                options += lent_candidates(slot, recent[-1:], candidates, scene)
            elif not drafts and slot.quantity.unit == "vnd":
                options += _later(lent_candidates(slot, recent[-1:], candidates, scene))
            heir = inherited(slot, [*recent, *drafts], () if drafts else memory.topics, scene, places, begin)
            options += [heir] if heir else []
            hint = given.get(at)
            if hint and hint.indicator:
                options.append(Candidate(hint.indicator, GIVEN, "list: named in this order"))
            draft = _choose(slot, options, view, scene)
            if hint:
                _apply_hint(draft, hint, scene)
            if draft.indicator is None and _reached(slot, drafts):
                continue
            by_slot[at] = draft
            _link(draft, drafts)
            drafts.append(draft)
    memory.topics = []
    return drafts


def _own(slot: Slot, candidates: Sequence[Candidate], drafts: Sequence[Draft]) -> Sequence[Candidate]:
    """Of a rise or fall: without the names before the last level, which are that level's, or another's with its words."""
    if slot.role.name not in (roles.CHANGE, roles.RATIO_TO_BEFORE) or not drafts:
        return candidates
    last = drafts[-1]
    if last.measure != "level":
        return candidates
    if last.indicator is None:
        return [c for c in candidates if c.first >= last.stop]
    return [c for c in candidates if c.first > last.anchor or c.indicator == last.indicator]


def _reached(slot: Slot, drafts: Sequence[Draft]) -> bool:
    """`250 sinh viên cao đẳng nghề, đạt 14,29%`: a percent that a count reached, of what the text has spoken of: the plan."""
    if (
        slot.quantity.unit != "percent"
        or slot.role.name != roles.LEVEL
        or not drafts
        or not _REACHED.fullmatch(slot.before)
    ):
        return False
    last = drafts[-1]
    if last.measure != "level" or last.indicator is None or last.unit == "percent" or last.plan_ratio is not None:
        return False
    last.plan_ratio = slot.quantity.value
    last.rules.append("role.reached")
    return True


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


def _choose(slot: Slot, options: Sequence[Candidate], view: SentenceView, scene: Scene) -> Draft:
    ranked = sorted(options, key=lambda option: option.cost)
    best = ranked[0] if ranked and ranked[0].cost <= COST_MAX else None
    quantity = slot.quantity
    if best is None or best.indicator is None:
        draft = Draft(
            quantity,
            view.index,
            None,
            "level",
            quantity.value,
            quantity.unit or "item",
            stop=slot.stop,
            headline=slot.headline,
        )
        draft.rejected = list(ranked)
        draft.label = label_of(slot, scene)
        return draft
    entry = catalogue()[best.indicator]
    measure = measure_of(entry, quantity, slot.role) or "level"
    draft = Draft(
        quantity, view.index, best.indicator, measure, quantity.value, quantity.unit or entry.unit, stop=slot.stop
    )
    draft.cost = best.cost
    draft.anchor = best.last
    draft.rules = [best.why, *([slot.role.rule] if slot.role.rule else []), *quantity.rules]
    rivals = [option for option in ranked[1:] if option.indicator != best.indicator]
    draft.rejected = rivals
    if rivals:
        draft.margin = rivals[0].cost - best.cost
    draft.value_high = quantity.value_high
    draft.before_the_change = slot.role.before_the_change
    draft.comparator = quantity.comparator
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
    if draft.measure == "level" and draft.quantity.pair is not None and draft.indicator not in _WITH_WHOLE:
        draft.target_value = draft.quantity.pair


def _attach_plan(slot: Slot, drafts: Sequence[Draft]) -> None:
    for draft in reversed(drafts):
        if draft.measure == "level" and draft.indicator and slot.quantity.unit in (draft.unit, None):
            if draft.target_value is None:
                draft.target_value, draft.target_value_high = slot.quantity.value, slot.quantity.value_high
                draft.rules.append(slot.role.rule)
            return
        if draft.measure == "relative_change" and slot.quantity.unit == "percent":
            draft.target_value, draft.target_value_high = slot.quantity.value, slot.quantity.value_high
            return


def _plan_ratio(
    slot: Slot, candidates: Sequence[Candidate], drafts: Sequence[Draft], view: SentenceView, scene: Scene
) -> Draft | None:
    value = slot.quantity.value + (100 if slot.role.exceeds else 0)
    last = next((d for d in reversed(drafts) if d.measure in ("level", "relative_change")), None)
    own = [c for c in candidates if c.indicator and c.cost <= COST_MAX and c.indicator != "sector.targets_met"]
    if last is not None and last.measure == "level":
        between = [c for c in own if c.indicator != last.indicator and c.cost < 6 and c.first >= last.stop]
        if not between or last.indicator is None:
            if last.plan_ratio is None and last.indicator and last.unit != "percent":
                last.plan_ratio = value
                last.rules.append(slot.role.rule)
            return None
        own = between
    if not own:
        return None
    draft = _choose(slot, own, view, scene)
    draft.value = value
    draft.unit = "percent"
    return draft


def _agreeing_ratio(slot: Slot, drafts: Sequence[Draft]) -> bool:
    """A percent that equals a/b of the pair before it (`479/450 người (106,4%)`) is its plan ratio."""
    if slot.quantity.unit != "percent" or slot.role.name != roles.LEVEL or not drafts:
        return False
    pair = drafts[-1]
    if pair.measure != "level" or pair.indicator is None or not pair.target_value or pair.plan_ratio is not None:
        return False
    if pair.indicator in _WITH_WHOLE:
        return False
    if abs(100 * pair.value / pair.target_value - slot.quantity.value) > RATIO_TOLERANCE:
        return False
    pair.plan_ratio = slot.quantity.value
    pair.rules.append("role.agreeing_ratio")
    return True


_WITH_WHOLE: Final = frozenset(("children.friendly_communes", "sector.targets_met"))
"""The number after the slash is the whole, not a plan."""
