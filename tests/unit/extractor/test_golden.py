"""The readable cases of tests/golden/extractor: a text, `---`, and one line for each observation that it must give.

`code | status | period | comparator | value unit | quote`, and after it what is not the plain case: `measure change`,
`high 1.5`, `target 15000`, `ratio 108.3`, `locality Ba Bể`, `area 63`, `breakdown sex=female`. `gap: REASON` in the
first line says that the code does not get there yet: the case must fail until somebody mends it. A reader writes the
lines; what `python -m tests.unit.extractor.test_golden NAME` prints is for comparing, not for pasting.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from services.extractor.extract import extract
from services.extractor.model import ArticleText
from services.extractor.observe import Observation

FOLDER = Path(__file__).parents[2] / "golden" / "extractor"
CASES = sorted(FOLDER.glob("*.txt"))


def read_case(path: Path) -> tuple[ArticleText, list[str]]:
    """The article of a case and the lines expected of it."""
    head, _, rest = path.read_text("utf-8").partition("\n")
    settings = dict(part.strip().split(" ", 1) for part in head.split("·"))
    text, _, lines = rest.partition("---\n")
    return ArticleText(text, date.fromisoformat(settings["published"]), settings["area"]), lines.splitlines()


def _param(path: Path) -> ParameterSet:
    """A case, expected to fail where its first line says why."""
    _, told, reason = path.read_text("utf-8").partition("\n")[0].partition("gap: ")
    return pytest.param(path, marks=[pytest.mark.xfail(strict=True, reason=reason)] if told else [], id=path.stem)


def line_of(observation: Observation, area: str | None) -> str:
    """An observation as a case writes it."""
    value = f"{observation.value.normalize():f} {observation.unit}"
    plain = (observation.indicator or f"({observation.label})", observation.status, observation.period)
    return " | ".join((*plain, observation.comparator, value, observation.quote, *_extras(observation, area)))


def _extras(observation: Observation, area: str | None) -> Iterator[str]:
    if observation.measure != "level":
        yield f"measure {observation.measure}"
    numbers = {"high": observation.value_high, "target": observation.target_value, "ratio": observation.plan_ratio}
    yield from (f"{name} {number.normalize():f}" for name, number in numbers.items() if number is not None)
    if observation.area != area:
        yield f"area {observation.area}"
    if observation.locality:
        yield f"locality {observation.locality}"
    yield from (f"breakdown {key}={value}" for key, value in sorted(observation.breakdown.items()))


@pytest.mark.parametrize("path", [_param(path) for path in CASES])
def test_each_case_gives_its_lines(path: Path) -> None:
    article, expected = read_case(path)
    assert [line_of(each, article.area) for each in extract(article) if each.indicator] == expected


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_of_every_case_quotes_are_in_the_text_and_ids_stable(path: Path) -> None:
    article, _ = read_case(path)
    first, again = extract(article), extract(article)
    assert first == again
    assert len({each.observation_id for each in first}) == len(first)
    for each in first:
        assert article.text[each.start : each.end] == each.quote
        assert unicodedata.is_normalized("NFC", each.quote + (each.label or ""))
        assert 0.0 <= each.confidence <= 1.0


if __name__ == "__main__":
    for name in sys.argv[1:]:
        article, _ = read_case(FOLDER / f"{name}.txt")
        sys.stdout.writelines(f"{line_of(each, article.area)}\n" for each in extract(article))
