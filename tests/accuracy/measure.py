"""Scores of the extractor, or of the baseline, on a set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from services.extractor.extract import extract
from services.extractor.model import ArticleText
from services.extractor.observe import Observation
from tests.accuracy.scoring import Score, score
from tests.accuracy.sets import Gold

Reader = Callable[[ArticleText], Sequence[Mapping[str, Any]]]


def extracted(article: ArticleText) -> list[dict[str, Any]]:
    return as_rows(extract(article))


def as_rows(observations: Iterable[Observation]) -> list[dict[str, Any]]:
    return [asdict(observation) for observation in observations]


def measure(golds: Iterable[Gold], reader: Reader = extracted) -> Score:
    total = Score()
    for gold in golds:
        total.add(score(gold.id, gold.observations, reader(gold.article) if gold.article else ()))
    return total
