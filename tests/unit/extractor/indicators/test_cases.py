"""The cases of services/extractor/indicators: what each indicator's words must name, and what they must not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from services.extractor import indicators
from services.extractor.extract import extract
from services.extractor.model import ArticleText
from shared.vietnam.catalogue import catalogue

CASES = yaml.safe_load((Path(indicators.__file__).parent / "cases.yaml").read_text("utf-8"))


def _each(kind: str) -> list[tuple[str, str]]:
    return [(entry["code"], text) for entry in CASES for text in entry[kind]]


def _named(text: str) -> set[str]:
    read = extract(ArticleText(text, date(2024, 1, 15), "63-27"))
    return {observation.indicator for observation in read if observation.indicator}


@pytest.mark.parametrize(("code", "text"), _each("match"))
def test_a_match_names_its_indicator(code: str, text: str) -> None:
    assert code in _named(text)


@pytest.mark.parametrize(("code", "text"), _each("reject"))
def test_a_reject_does_not(code: str, text: str) -> None:
    assert code not in _named(text)


def test_each_indicator_has_two_sentences_for_it_and_one_against() -> None:
    assert [entry["code"] for entry in CASES if len(entry["match"]) < 2 or not entry["reject"]] == []
    assert sorted(entry["code"] for entry in CASES) == sorted(catalogue())
