"""The catalogue of indicators: one YAML entry each, in shared/vietnam/catalogue/, a file a domain.

An entry's keys are the fields of `Indicator`. `patterns`, `elliptic` and `not` are written in the small language of
services/extractor/indicators/patterns.py: words, `(a|b|)` for alternatives (an empty one makes the word optional),
`..` for a gap of a few words, `...` for a longer one, `<class>` for a word class of the extractor's lexicon.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, get_args

import yaml

from shared.vocabulary import Unit

FOLDER: Final = Path(__file__).parent / "catalogue"
Kind = Literal["stock", "flow", "rate", "index"]
"""stock: a state at a date. flow: what happened in a period. rate: a share or an average. index: only its changes are
told."""

UNITS: Final = frozenset(unit.value for unit in Unit)
_NEEDED: Final = frozenset(
    ("code", "name", "name_en", "definition", "unit", "kind", "plausible", "patterns", "phrasings")
)
_OPTIONAL: Final = frozenset(
    ("also_units", "per_head", "whole", "group", "elliptic", "not", "companion_of", "near_misses", "trap")
)


class CatalogueError(ValueError):
    """An entry that breaks a rule: the message names file, code and rule."""


@dataclass(frozen=True, slots=True)
class Elliptic:
    """Words that name the indicator only where one of `of` was read just before (`cao đẳng 250` after an enrolment)."""

    of: tuple[str, ...]
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indicator:
    code: str
    name: str
    name_en: str
    definition: str
    unit: str
    kind: Kind
    plausible: tuple[Decimal, Decimal]
    """Of one province and one year, in `unit`: outside it a value is flagged, not dropped."""
    patterns: tuple[str, ...]
    phrasings: tuple[str, ...]
    """Sentences that must be read as this indicator; a test reads each."""
    also_units: tuple[str, ...] = ()
    per_head: bool = False
    """True where an amount per person and month is the value itself, not a norm."""
    whole: bool = False
    """True where the number after a slash is the whole, not a plan (`185/190 xã`)."""
    group: bool = False
    """True where its words also name a group that other indicators count (`vay vốn cho 390 hộ nghèo`): a verb beside
    them outweighs them."""
    elliptic: tuple[Elliptic, ...] = ()
    excluded: tuple[str, ...] = ()
    """`not`: words inside which the patterns do not count."""
    companion_of: tuple[str, ...] = ()
    """Indicators after whose value a number in this unit is this indicator (`…người, số tiền 51 tỷ đồng`)."""
    near_misses: tuple[str, ...] = ()
    """Sentences that must not be read as this indicator; a test reads each."""
    trap: str = ""

    @property
    def domain(self) -> str:
        return self.code.partition(".")[0]

    @property
    def units(self) -> tuple[str, ...]:
        return (self.unit, *self.also_units)

    @property
    def is_rate(self) -> bool:
        """True where a rise in % is in points."""
        return self.kind == "rate" and self.unit == "percent"


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Indicator]:
    """All indicators by code, in the files' order. Raises CatalogueError on the first broken entry."""
    found: dict[str, Indicator] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        for indicator in read_file(path):
            if indicator.code in found:
                raise CatalogueError(f"{path.name}: {indicator.code} is there twice")
            found[indicator.code] = indicator
    for indicator in found.values():
        for code in _references(indicator):
            if code not in found:
                raise CatalogueError(f"{indicator.code}: names {code}, which the catalogue does not hold")
    return found


def read_file(path: Path) -> Iterator[Indicator]:
    """The entries of one file. Raises CatalogueError."""
    try:
        rows = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise CatalogueError(f"{path.name}: {error}") from None
    for row in rows:
        yield _indicator(row, path.name)


def _indicator(row: Mapping[str, Any], file: str) -> Indicator:
    where = f"{file}: {row.get('code', '?')}"
    if unknown := row.keys() - _NEEDED - _OPTIONAL:
        raise CatalogueError(f"{where}: unknown key {', '.join(sorted(unknown))}")
    if missing := _NEEDED - row.keys():
        raise CatalogueError(f"{where}: lacks {', '.join(sorted(missing))}")
    units = (row["unit"], *row.get("also_units", ()))
    if strange := set(units) - UNITS:
        raise CatalogueError(f"{where}: unknown unit {', '.join(sorted(strange))}")
    if row["kind"] not in get_args(Kind):
        raise CatalogueError(f"{where}: kind is one of {', '.join(get_args(Kind))}")
    low, high = (Decimal(str(edge)) for edge in row["plausible"])
    if low > high:
        raise CatalogueError(f"{where}: plausible range is upside down")
    return Indicator(
        code=row["code"],
        name=row["name"],
        name_en=row["name_en"],
        definition=row["definition"],
        unit=row["unit"],
        kind=row["kind"],
        plausible=(low, high),
        patterns=tuple(row["patterns"]),
        phrasings=tuple(row["phrasings"]),
        also_units=tuple(row.get("also_units", ())),
        per_head=row.get("per_head", False),
        whole=row.get("whole", False),
        group=row.get("group", False),
        elliptic=tuple(Elliptic(tuple(e["of"]), tuple(e["patterns"])) for e in row.get("elliptic", ())),
        excluded=tuple(row.get("not", ())),
        companion_of=tuple(row.get("companion_of", ())),
        near_misses=tuple(row.get("near_misses", ())),
        trap=row.get("trap", ""),
    )


def _references(indicator: Indicator) -> Iterator[str]:
    yield from indicator.companion_of
    for elliptic in indicator.elliptic:
        yield from elliptic.of
