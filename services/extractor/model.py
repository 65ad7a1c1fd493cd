"""What the extractor's layers hand to each other.

article text -> Reading (repaired text, sentences) -> Quantity, PeriodMention, AreaMention, StatusCue, Mention
-> clauses and resolution -> Observation. All offsets named `start`, `end` are characters of the *reading text*;
`Reading.span` maps them back to the frozen article text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class ArticleText:
    """What the extractor is given. `text` is the frozen text of `ArticleCleaned`."""

    text: str
    published: date | None = None
    area: str | None = None
    url: str | None = None
    article_id: str = ""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what it counts, or a number that is no value (`non_value` says why)."""

    start: int
    end: int
    """Shortest span that holds number, multiplier and unit words (`8.095/6.000 người`)."""
    value: Decimal
    unit: str | None
    """Unit code of the contract; None where no unit noun follows."""
    unit_text: str = ""
    """The unit's words as they stand (`lao động`, `tỷ đồng`)."""
    value_high: Decimal | None = None
    comparator: str = "eq"
    comparator_start: int | None = None
    pair: Decimal | None = None
    """y of `x/y`, where the pair is an actual and its plan or a part and its whole; scaled to the unit."""
    non_value: str | None = None
    """Reason why this is no value: document, date, time, age, ordinal, phone, duration, norm, counter, ..."""
    doubtful: bool = False
    """Two readings were nearly equal (`2.282%`), or a digit may be damaged."""
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PeriodMention:
    """Words that name a period, resolved as far as the publication date allows."""

    start: int
    end: int
    period: str
    """As the contract writes it: 2022, 2023-H1, 2023-M01/M09, 2023-Q1, 2023-03, 2021/2025, 2023-06-30."""
    role: str = "period"
    """period | as_of (a state at a date) | base (a change is measured from it) | per_year | per_month | event | span |
    name (years in a programme's name)."""
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AreaMention:
    """A province, the nation, or a place below the province, named in the text."""

    start: int
    end: int
    area: str | None
    """Area key without the letter, `VN`, or None for a locality whose province is the article's."""
    locality: str | None = None
    role: str = "scope"
    """scope (figures near it are its figures) | destination | origin | meeting | mention."""
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusCue:
    """Words that set the status of the figures in their scope."""

    start: int
    end: int
    status: str
    """actual | estimate | target."""
    scope: str = "clause"
    """clause | sentence | list (all items after a colon) | section (until the next heading) | quote."""
    rules: tuple[str, ...] = ()


class Mention(NamedTuple):
    """Words that name an indicator of the catalogue (or a near-miss that must not be one).

    A tuple, since an article has a hundred: it is made in a third of the time of a frozen dataclass."""

    start: int
    end: int
    indicator: str | None
    """None for a decoy: words that head a number of something that the catalogue does not hold."""
    phrase: str
    """The pattern as the catalogue has it."""
    kind: str
    """pattern | elliptic | not (the indicator's own words do not count inside) | decoy | private (what follows is one
    family's or one company's)."""
    parts: tuple[tuple[int, int], ...]
    """First and last word (indices of `Words`) of each run of words that matched."""
    of: tuple[str, ...] = ()
    """elliptic: one of these indicators must have been read just before. breakdown: `key=value`."""
    first: int = 0
    """First word of the first part."""
    last: int = 0
    """Last word of the last part."""
    weight: int = 0
    """Words that matched."""
