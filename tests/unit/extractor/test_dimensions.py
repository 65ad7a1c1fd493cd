"""The examples beside the rules of periods, areas and statuses hold, and each rule has examples for and against."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.extractor import areas, periods, statuses
from services.extractor.model import AreaMention, PeriodMention, StatusCue
from services.extractor.reading import read
from tests.unit.extractor.marked import Case, cases, entries

Found = PeriodMention | AreaMention | StatusCue


@dataclass(frozen=True)
class Dimension:
    name: str
    folder: Path
    find: Callable[[Case], Sequence[Found]]
    answer: Callable[[Any], str]
    rules: Callable[[Any], Iterable[str]]
    """Ids of the rules that the dimension's words.yaml holds, each of which needs examples."""

    @property
    def cases(self) -> Path:
        return self.folder / "cases.yaml"


def _period_answer(mention: PeriodMention) -> str:
    return " ".join(filter(None, (mention.period, mention.role if mention.role != "period" else "")))


def _area_answer(mention: AreaMention) -> str:
    return " ".join(filter(None, (mention.area, mention.locality, mention.role if mention.role != "scope" else "")))


DIMENSIONS = [
    Dimension(
        "periods",
        Path(periods.__file__).parent,
        lambda case: periods.read_periods(read(case.text), case.published),
        _period_answer,
        lambda words: {rule["id"] for rules in words["rules"].values() for rule in rules},
    ),
    Dimension(
        "areas",
        Path(areas.__file__).parent,
        lambda case: areas.read_areas(read(case.text), case.published, case.area),
        _area_answer,
        lambda words: (),
    ),
    Dimension(
        "statuses",
        Path(statuses.__file__).parent,
        lambda case: statuses.read_statuses(read(case.text), case.published),
        lambda cue: f"{cue.status} {cue.scope}",
        lambda words: (
            {rule["id"] for rule in words["rules"]} | {f"status.{status}_section" for status in words["headings"]}
        ),
    ),
]
BY_NAME = {dimension.name: dimension for dimension in DIMENSIONS}


def _all(kind: str) -> list[Any]:
    return [pytest.param(d.name, case, id=f"{d.name} {case}") for d in DIMENSIONS for case in cases(d.cases, kind)]


def _found(dimension: Dimension, case: Case) -> tuple[tuple[int, int, str], ...]:
    return tuple((m.start, m.end, dimension.answer(m)) for m in dimension.find(case))


def _words(text: str, marks: Iterable[tuple[int, int, str]]) -> list[str]:
    return [f"{text[start:end]} => {answer}" for start, end, answer in marks]


@pytest.mark.parametrize(("name", "case"), _all("match"))
def test_a_match_is_read_as_marked(name: str, case: Case) -> None:
    dimension = BY_NAME[name]
    assert _words(case.text, _found(dimension, case)) == _words(case.text, case.marks)
    assert case.rule in {rule for mention in dimension.find(case) for rule in mention.rules}


@pytest.mark.parametrize(("name", "case"), _all("reject"))
def test_a_reject_is_not_read_by_its_rule(name: str, case: Case) -> None:
    read_by_rule = [m for m in BY_NAME[name].find(case) if case.rule in m.rules]
    assert [case.text[m.start : m.end] for m in read_by_rule] == []


@pytest.mark.parametrize(("name", "case"), _all("todo"))
def test_a_known_gap_is_still_one(name: str, case: Case) -> None:
    assert _found(BY_NAME[name], case) != case.marks, "this gap is closed: move it to match"


@pytest.mark.parametrize("dimension", DIMENSIONS, ids=lambda dimension: dimension.name)
def test_each_rule_has_examples_for_and_against(dimension: Dimension) -> None:
    words = yaml.safe_load((dimension.folder / "words.yaml").read_text(encoding="utf-8"))
    with_examples = {entry["id"] for entry in entries(dimension.cases) if entry.get("match") and entry.get("reject")}
    assert set(dimension.rules(words)) - with_examples == set()
    assert len(with_examples) == len(entries(dimension.cases)), "an id twice, or an entry without both"
