"""The catalogue is data that must hold: keys, units, references, and that the extractor reads each entry as its
authors say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from services.extractor.extract import extract
from services.extractor.model import ArticleText
from shared.vietnam import catalogue as module
from shared.vietnam.catalogue import CatalogueError, Indicator, catalogue, read_file
from shared.vocabulary import Unit

ENTRIES = list(catalogue().values())


def named(parameter: object) -> str:
    return parameter.code if isinstance(parameter, Indicator) else str(parameter)[:40]


def indicators_of(text: str) -> list[str]:
    read = extract(ArticleText(text, date(2024, 1, 15), "63-27"))
    return [observation.indicator for observation in read if observation.indicator]


@pytest.mark.parametrize(("entry", "text"), [(e, text) for e in ENTRIES for text in e.phrasings], ids=named)
def test_each_phrasing_is_read_as_its_own_indicator(entry: Indicator, text: str) -> None:
    assert entry.code in indicators_of(text)


@pytest.mark.parametrize(("entry", "text"), [(e, text) for e in ENTRIES for text in e.near_misses], ids=named)
def test_no_near_miss_is_read_as_the_indicator(entry: Indicator, text: str) -> None:
    assert entry.code not in indicators_of(text)


def test_units_are_those_of_the_contract() -> None:
    assert {unit.value for unit in Unit} == module.UNITS


def test_every_entry_has_phrasings_and_words_of_its_own() -> None:
    for entry in ENTRIES:
        assert entry.phrasings and entry.patterns and entry.definition and entry.name_en, entry.code


def write(folder: Path, **changes: object) -> Path:
    row = {
        "code": "poverty.rate",
        "name": "Tỷ lệ hộ nghèo",
        "name_en": "Poverty rate",
        "definition": "Share.",
        "unit": "percent",
        "kind": "rate",
        "plausible": [0, 80],
        "patterns": ["tỷ lệ hộ nghèo"],
        "phrasings": ["Tỷ lệ hộ nghèo là 4%."],
    } | changes
    path = folder / "poverty.yaml"
    path.write_text(yaml.safe_dump([{key: value for key, value in row.items() if value is not None}]), "utf-8")
    return path


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"unit": "percents"}, "unknown unit percents"),
        ({"kind": "share"}, "kind is one of"),
        ({"phrasing": "x"}, "unknown key phrasing"),
        ({"phrasings": None}, "lacks phrasings"),
        ({"plausible": [80, 0]}, "upside down"),
    ],
)
def test_a_broken_entry_is_refused_with_file_code_and_rule(
    tmp_path: Path, changes: dict[str, object], says: str
) -> None:
    with pytest.raises(CatalogueError, match=says) as caught:
        list(read_file(write(tmp_path, **changes)))
    assert str(caught.value).startswith("poverty.yaml: poverty.rate: ")


def test_broken_yaml_is_refused_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "jobs.yaml"
    path.write_text("- code: [", "utf-8")
    with pytest.raises(CatalogueError, match=r"^jobs\.yaml: "):
        list(read_file(path))


def test_a_code_twice_and_a_reference_to_nothing_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    write(tmp_path, companion_of=["poverty.nothing"])
    with pytest.raises(CatalogueError, match=r"names poverty\.nothing"):
        catalogue.__wrapped__()
    write(tmp_path).rename(tmp_path / "other.yaml")
    write(tmp_path)
    with pytest.raises(CatalogueError, match=r"poverty\.rate is there twice"):
        catalogue.__wrapped__()
