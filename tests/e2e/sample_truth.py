"""What a person read in the sample articles, against what the pipeline left in Postgres."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.console.sample.data import sites
from tests.e2e.house import ask

FOUND = """
    SELECT a.title, o.indicator, o.value, o.unit, o.measure, o.status, o.period, o.area, o.quote
    FROM observation AS o JOIN article AS a USING (article_id)
    WHERE o.retired_at IS NULL AND o.indicator IS NOT NULL AND a.copy_of IS NULL"""
CORE = ("indicator", "value", "unit")
STRICT = (*CORE, "measure", "status", "period", "area")
DEFAULTS = {"measure": "level", "status": "actual"}


@dataclass(frozen=True, slots=True)
class Score:
    expected: int
    core: int
    strict: int
    spurious: int
    misses: tuple[str, ...]


def expected() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Title and observation, of each article that a person has read."""
    for site in sites():
        for article in site.articles:
            for each in article.expected or ():
                yield article.title, {**DEFAULTS, "area": article.area, **each}


async def score(url: str) -> Score:
    """Pairs each expected observation with a stored one of the same article that agrees on the core."""
    names = ("title", *CORE[:2], "unit", "measure", "status", "period", "area", "quote")
    stored = [dict(zip(names, row, strict=True)) for row in await ask(url, FOUND)]
    read = {article.title for site in sites() for article in site.articles if article.expected is not None}
    left = [row for row in stored if row["title"] in read]
    wanted = list(expected())
    core = strict = 0
    misses = []
    for title, want in wanted:
        same = [row for row in left if row["title"] == title and agree(row, want, CORE)]
        best = next((row for row in same if agree(row, want, STRICT)), same[0] if same else None)
        if best is None:
            misses.append(f"{title[:40]}: {want['indicator']} {want['value']} «{want.get('quote')}»")
            continue
        left.remove(best)
        core += 1
        strict += agree(best, want, STRICT)
    return Score(len(wanted), core, strict, len(left), tuple(misses))


def agree(row: Mapping[str, Any], want: Mapping[str, Any], fields: tuple[str, ...]) -> bool:
    return all(_value(name, row[name]) == _value(name, want[name]) for name in fields)


def _value(name: str, value: Any) -> object:
    """For comparison: sign aside, actual and estimate as one, a state at the year's end as the year."""
    match name:
        case "value":
            return abs(float(value))
        case "status":
            return "actual" if value == "estimate" else value
        case "period":
            return str(value).removesuffix("-12-31")
    return value
