"""Floors of accuracy, and silence on articles about other matters."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.extractor.extract import extract
from services.extractor.model import ArticleText
from tests.accuracy import sets
from tests.accuracy.baseline import nearest_phrase
from tests.accuracy.measure import measure
from tests.accuracy.report import kept
from tests.accuracy.scoring import score
from tests.reference import reference

FLOORS: Any = yaml.safe_load((Path(__file__).parent / "floors.yaml").read_text("utf-8"))
ELSEWHERE = (Path(__file__).parent / "elsewhere.txt").read_text("utf-8").strip().split("\n\n")


@pytest.mark.parametrize("name", sets.NAMES)
def test_a_set_is_read_no_worse_than_its_floor(name: str) -> None:
    base = sets.folder(name) or reference("gold", name)
    read = measure(sets.articles(base))
    got = {"core": read.f1(read.core), "strict": read.f1(read.strict), "precision": read.precision()}
    low = {what: value for what, value in got.items() if value < FLOORS[name][what]}
    assert not low, "\n".join((f"{name} below its floors: {low}", *read.errors))


def test_the_grammar_earns_its_keep_over_the_baseline() -> None:
    base = sets.folder("composed")
    assert base is not None
    golds = list(sets.articles(base))
    ours, theirs = measure(golds), measure(golds, nearest_phrase)
    assert ours.f1(ours.core) > theirs.f1(theirs.core) + 0.1
    assert ours.f1(ours.strict) > theirs.f1(theirs.strict) + 0.5


def test_articles_about_other_matters_hold_no_indicator() -> None:
    assert len(ELSEWHERE) >= 100
    read = [
        f"{observation.indicator} «{observation.quote}» in: {text[:60]}"
        for text in ELSEWHERE
        for observation in extract(ArticleText(text, date(2024, 3, 9), "63-48"))
        if observation.indicator
    ]
    assert len(read) <= FLOORS["elsewhere"]["indicators_per_100_articles"] * len(ELSEWHERE) / 100, read


def test_every_quote_is_what_the_text_says() -> None:
    base = sets.folder("composed")
    assert base is not None
    for gold in sets.articles(base):
        assert gold.article is not None
        for observation in extract(gold.article):
            assert gold.article.text[observation.start : observation.end] == observation.quote


def _row(**changes: Any) -> dict[str, Any]:
    row = {
        "indicator": "poverty.rate",
        "measure": "level",
        "value": 4.5,
        "unit": "percent",
        "status": "actual",
        "period": "2022",
        "area": "63-27",
        "quote": "4,5%",
    }
    return row | changes


def test_scoring_pairs_one_to_one_and_tells_core_from_strict() -> None:
    gold = [_row(), _row(indicator="poverty.households", value=100, unit="household")]
    read = score("a", gold, [_row(period="2021"), _row(value=4.51, period="2022-12-31"), _row(indicator=None)])
    assert (read.gold, read.predicted, read.core, read.strict) == (2, 2, 1, 1)
    assert read.kinds == {"missed": 1, "spurious": 1}


def test_scoring_leaves_optional_gold_out_and_takes_other_readings() -> None:
    gold = [_row(optional=True), _row(value=7, also={"unit": ["percentage_point"], "period": ["2021"]})]
    read = score("a", gold, [_row(value=7, unit="percentage_point", period="2021", status="estimate")])
    assert (read.gold, read.predicted, read.core, read.strict) == (1, 1, 1, 1)


def test_the_page_keeps_the_readers_rows_of_an_absent_set_and_no_others() -> None:
    page = "| seeds | extractor | 54 |\n| composed | extractor | 335 |\n| seeds | baseline | 55 |\n| seeds | 0 | 1 |\n"
    assert kept("seeds", page) == ["| seeds | extractor | 54 |", "| seeds | baseline | 55 |"]
