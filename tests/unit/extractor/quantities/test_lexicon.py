"""The word lists of the quantities room: each entry is read as what its list says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.extractor import quantities
from services.extractor.model import Quantity
from services.extractor.quantities import lexicon, read_quantities
from services.extractor.reading import read
from shared.vocabulary import Comparator, Unit

ROOM = Path(quantities.__file__).parent


def load(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((ROOM / name).read_text(encoding="utf-8"))
    return data


UNITS, NON_VALUES, BOUNDS = load("units.yaml"), load("non_values.yaml"), load("comparators.yaml")


def pairs(groups: dict[str, list[Any]]) -> list[tuple[str, str]]:
    return [(str(phrase), name) for name, phrases in groups.items() for phrase in phrases]


def first(text: str) -> Quantity:
    return read_quantities(read(text))[0]


def reasons(form: str, expected: Sequence[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """The entries whose number, in a text of `form`, is read with another reason than theirs, with what it is read
    as."""
    read_as = [(phrase, reason, first(form.format(phrase)).non_value) for phrase, reason in expected]
    return [(phrase, actual) for phrase, reason, actual in read_as if actual != reason]


def test_units_are_those_of_the_contract() -> None:
    codes = set(UNITS["units"]) | {scaled["unit"] for scaled in UNITS["scaled"].values()}
    assert codes <= {unit.value for unit in Unit}


def test_comparators_are_those_of_the_contract() -> None:
    assert set(BOUNDS["comparators"]) | {"eq"} == {comparator.value for comparator in Comparator}


def test_every_unit_noun_gives_its_unit() -> None:
    read_as = {phrase: first(f"Có 12 {phrase}.") for phrase, _ in pairs(UNITS["units"])}
    wrong = [
        (phrase, read_as[phrase])
        for phrase, unit in pairs(UNITS["units"])
        if (read_as[phrase].unit, read_as[phrase].unit_text, read_as[phrase].non_value) != (unit, phrase, None)
    ]
    assert wrong == []


def test_every_noun_that_makes_no_value_says_why() -> None:
    assert reasons("Có 12 {}.", pairs(NON_VALUES["after"])) == []


def test_every_strong_word_names_the_number_whatever_follows() -> None:
    assert reasons("Theo {} 12 người", pairs(NON_VALUES["before_strong"])) == []


def test_every_weak_word_names_a_bare_number_only() -> None:
    weak = pairs(NON_VALUES["before_weak"])
    assert reasons("Theo {} 12, nay", weak) == []
    assert reasons("Theo {} 12 người dân", [(phrase, None) for phrase, _ in weak]) == []


def test_every_phrase_that_only_ends_like_one_names_nothing() -> None:
    assert reasons("Theo {} 95, nay", [(phrase, None) for phrase in NON_VALUES["before_nothing"]]) == []


def test_every_counter_of_the_page_is_no_value() -> None:
    assert reasons("{}: 1.234", [(phrase, "counter") for phrase in NON_VALUES["before_counter"]]) == []


def test_money_for_each_is_a_norm() -> None:
    assert reasons("Chi 300.000 đồng/{}.", [(str(phrase), "norm") for phrase in NON_VALUES["per"]]) == []


@pytest.mark.parametrize(("phrase", "bound"), pairs(BOUNDS["comparators"]))
def test_a_comparator_is_read_where_it_stands(phrase: str, bound: str) -> None:
    text = f"Đạt {phrase} 12.000 người"
    quantity = first(text)
    assert quantity.comparator == bound
    assert quantity.comparator_start is not None and text[quantity.comparator_start :].startswith(phrase)


@pytest.mark.parametrize(("word", "comparator"), pairs(BOUNDS["not_before"]))
def test_words_before_a_comparator_that_undo_it(word: str, comparator: str) -> None:
    assert first(f"X, {word} {comparator} 12.000 người").comparator == "eq"


def test_a_phrase_with_two_meanings_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = {"units.yaml": UNITS | {"units": UNITS["units"] | {"gift": ["người"]}}}
    monkeypatch.setattr(lexicon, "_load", lambda name: twice.get(name) or load(name))
    with pytest.raises(ValueError, match="người"):
        lexicon.lexicon.__wrapped__()
