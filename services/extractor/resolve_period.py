"""The period of a draft: the words nearest, else its sentence, else heading or list head, else the article's subject."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.extractor.draft import Draft
from services.extractor.model import PeriodMention
from services.extractor.scene import Scene, SentenceView
from shared.vietnam.text import fold

_OWN: Final = ("period", "as_of", "span")
_ATTACHED: Final = re.compile(fold(r"[\s(]*(?:vào|trong|của|ở|cho|cuối|từ)?\s*"))


@dataclass(slots=True)
class PeriodMemory:
    """Periods in force outside the sentence."""

    section: str = ""
    """Of the heading or list head above."""
    paragraph: int = -1
    carried: str = ""
    """Of the sentences before in the same paragraph."""


def resolve_periods(view: SentenceView, drafts: Sequence[Draft], scene: Scene, memory: PeriodMemory) -> None:
    """Set `period` (and `breakdown.per`) of the sentence's drafts and move `memory` on."""
    if view.sentence.paragraph != memory.paragraph:
        memory.paragraph, memory.carried = view.sentence.paragraph, ""
        if view.sentence.kind != "item" and view.sentence.kind != "heading" and not memory.section:
            memory.section = ""
    own = [mention for mention in view.periods if mention.role in _OWN and mention.period]
    for draft in drafts:
        if not draft.period:
            _one(draft, own, view, scene, memory)
    _move(view, own, scene, memory)


def _one(draft: Draft, own: Sequence[PeriodMention], view: SentenceView, scene: Scene, memory: PeriodMemory) -> None:
    mention = _nearest(draft, own, view, scene)
    if mention is not None:
        draft.period = mention.period
        draft.rules.append(f"period: {scene.reading.text[mention.start : mention.end]}")
    else:
        draft.period = memory.carried or memory.section or scene.period or ""
        draft.rules.append("period: " + ("carried" if memory.carried else "section" if memory.section else "article"))
    for each in view.periods:
        if each.role in ("per_year", "per_month") and abs(each.start - draft.quantity.start) < 60:
            draft.breakdown["per"] = each.role[4:]


def _nearest(draft: Draft, own: Sequence[PeriodMention], view: SentenceView, scene: Scene) -> PeriodMention | None:
    folded = scene.reading.folded
    start, end = draft.start, draft.end
    for mention in own:
        if mention.start >= end and _ATTACHED.fullmatch(folded, end, mention.start):
            return mention
    before = [m for m in own if m.end <= start and not _bracketed(m) and _counts(m, draft)]
    if before:
        return before[-1]
    after = [m for m in own if m.start >= end and not _bracketed(m) and _counts(m, draft)]
    if after and not re.search(r"[0-9]", folded[end : after[0].start]):
        return after[0]
    return None


def _bracketed(mention: PeriodMention) -> bool:
    return "period.bracket" in mention.rules


def _counts(mention: PeriodMention, draft: Draft) -> bool:
    return draft.status == "target" or "period.planned" not in mention.rules


def _move(view: SentenceView, own: Sequence[PeriodMention], scene: Scene, memory: PeriodMemory) -> None:
    plain = [m for m in own if not _bracketed(m)]
    text = scene.reading.text[view.sentence.start : view.sentence.end].rstrip()
    if view.sentence.kind == "heading" or text.endswith(":"):
        memory.section = plain[-1].period if plain else memory.section if view.sentence.kind == "item" else ""
    if plain:
        memory.carried = plain[-1].period
