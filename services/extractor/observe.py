"""Drafts to observations: ids, quotes in the words of the frozen text, and order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.extractor.draft import Draft
from services.extractor.scene import Scene
from shared.ids import observation_id


@dataclass(frozen=True, slots=True)
class Observation:
    """The contract's observation (shared/events.py): the same fields, in a layer that starts without pydantic."""

    observation_id: str
    indicator: str | None
    label: str | None
    measure: str
    value: Decimal
    value_high: Decimal | None
    unit: str
    comparator: str
    status: str
    period: str
    area: str | None
    locality: str | None
    target_value: Decimal | None
    target_value_high: Decimal | None
    plan_ratio: Decimal | None
    change: str | None
    """Id of the rise or fall that the text gives beside this level."""
    breakdown: dict[str, str]
    quote: str
    start: int
    end: int
    sentence: str
    confidence: float
    flags: tuple[str, ...]
    rules: tuple[str, ...]


def observe(drafts: Sequence[Draft], scene: Scene) -> list[Observation]:
    """Observations of `drafts`, in order. Ids are functions of content; equals are numbered in the text's order."""
    equals: Counter[tuple[object, ...]] = Counter()
    ids: dict[int, str] = {}
    for draft in drafts:
        key = (draft.indicator, _label(draft), draft.measure, draft.status, draft.period, draft.area, draft.locality)
        counted = (*key, *sorted(draft.breakdown.items()))
        ids[id(draft)] = observation_id(scene.article.article_id, *key, draft.breakdown, equals[counted])
        equals[counted] += 1
    return [_observation(draft, scene, ids) for draft in drafts]


def _label(draft: Draft) -> str | None:
    return None if draft.indicator else draft.label or draft.quantity.unit_text or draft.unit


def _observation(draft: Draft, scene: Scene, ids: Mapping[int, str]) -> Observation:
    reading = scene.reading
    start, end = reading.span(draft.start, draft.end)
    sentence = reading.sentences[draft.sentence]
    return Observation(
        observation_id=ids[id(draft)],
        indicator=draft.indicator,
        label=_label(draft),
        measure=draft.measure,
        value=draft.value,
        value_high=draft.value_high,
        unit=draft.unit,
        comparator=draft.comparator,
        status=draft.status,
        period=draft.period,
        area=draft.area,
        locality=draft.locality,
        target_value=draft.target_value,
        target_value_high=draft.target_value_high,
        plan_ratio=draft.plan_ratio,
        change=ids.get(id(draft.change)) if draft.change else None,
        breakdown=draft.breakdown,
        quote=reading.original[start:end],
        start=start,
        end=end,
        sentence=reading.quote(sentence.start, sentence.end),
        confidence=draft.confidence,
        flags=tuple(draft.flags),
        rules=tuple(draft.rules),
    )
