"""Whether an article speaks of the sector at all. In news about sport, crime or foreign affairs a number may stand
beside words that would name an indicator in a report; there it is told as a labelled quantity instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from services.extractor.draft import Draft, leave_out
from services.extractor.indicators.lexicon import BARRIER
from services.extractor.scene import Scene, SentenceView
from shared.vietnam.text import fold

SHARE_MIN: Final = 7.5
"""Percent of an article's words. Of the gold articles with an indicator one lies below (4.7: a portrait of a commune),
the next at 8.9; of the articles of general news in which an indicator would be read, four in five lie below."""

_LEARNERS: Final = frozenset(
    f"vet.{name}"
    for name in (
        "enrolment",
        "enrolment_college_intermediate",
        "enrolment_elementary_short",
        "graduates",
        "employed_after_training_rate",
        "institutions",
    )
)
_VIETNAM: Final = fold("việt nam")


def leave_out_other_matters(drafts: Sequence[Draft], scene: Scene) -> None:
    """Take the indicators from the drafts of an article about other countries, those of vocational training in one
    about schools and universities, and, in one about other matters, from those whose sentence does not itself say of
    where and of when it is."""
    named = [draft for draft in drafts if draft.indicator]
    if not named:
        return
    if _is_abroad(scene):
        for draft in named:
            leave_out(draft, "sector: the article speaks of another country")
    elif share_of_sector(scene) < SHARE_MIN:
        for draft in named:
            if not _states_place_and_time(draft, scene.sentences[draft.sentence]):
                leave_out(draft, "sector: the article speaks of other matters")
    elif any(draft.indicator in _LEARNERS for draft in named) and _is_of_schools(scene):
        for draft in named:
            if draft.indicator in _LEARNERS:
                leave_out(draft, "sector: the article speaks of schools and universities")


def _is_abroad(scene: Scene) -> bool:
    """A foreign country is named, and neither Viet Nam nor a province of it: `Bộ Lao động` and `cả nước` may be the
    other country's, and a commune without a province too."""
    if any(area.role == "scope" and area.area not in (None, "VN") for view in scene.sentences for area in view.areas):
        return False
    if _VIETNAM in scene.reading.folded:
        return False
    return any(phrase in scene.words.codes for phrase in scene.lexicon.matters["abroad"])


def _is_of_schools(scene: Scene) -> bool:
    """Pupils and students are spoken of more than trades."""
    schooling, trades = (
        sum(map(scene.words.codes.count, scene.lexicon.matters[name])) for name in ("schooling", "trades")
    )
    return schooling > trades


def share_of_sector(scene: Scene) -> float:
    """Words that name indicators, and phrases of officialese, for each hundred words of the article."""
    codes = scene.words.codes
    total = len(codes) - codes.count(BARRIER)
    if not total:
        return 0.0
    naming = len(set(_naming(scene.sentences)))
    return 100 * (naming + sum(map(codes.count, scene.lexicon.matters["officialese"]))) / total


def _naming(views: Iterable[SentenceView]) -> Iterable[int]:
    """Indices of the words that are part of an indicator's name."""
    for view in views:
        for mention in view.mentions:
            if mention.indicator and mention.kind == "pattern":
                for first, last in mention.parts:
                    yield from range(first, last + 1)


def _states_place_and_time(draft: Draft, view: SentenceView) -> bool:
    return draft.own_period and any(area.role == "scope" for area in view.areas)
