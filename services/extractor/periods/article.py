"""What an article as a whole speaks of: its subject's period, and its date where the page gives none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from services.extractor.cues import folded as _folded
from services.extractor.periods import calendar
from services.extractor.periods.scan import QUARTERS, WORDS, Find, scan
from services.extractor.reading import Reading

_OPENING_CHARACTERS: Final = 1500
"""Headline, lead and first paragraphs: where an article of the genre says what it reports on."""
_YEARS: Final = (1945, 2099)
_HEADLINE_CHARACTERS: Final = 250
_LEAD_CHARACTERS: Final = 500
_REVIEW_SEASON_LAST_MONTH: Final = 3
"""Until March articles review the year before; later they name it in passing."""
_REVIEW: Final = re.compile(r"(?:" + _folded(WORDS["review"]) + r")[^.;\n]{0,70}\Z")
_FORESEEN: Final = re.compile(_folded("(?:dự kiến|dự báo|phấn đấu)") + r"[^.;\n]{0,70}\Z")
"""Before a quarter or so many months of which the article tells only what is to come."""
_TEXT_YEAR: Final = re.compile(r"(?<![\d/.,-])(?:\d{1,2}[/.-]){1,2}((?:19|20)\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Frame:
    """What relative words are measured from."""

    published: date
    """Publication date, or a day inferred from the text."""
    period: str
    """The subject's period; empty where neither a date is given nor the text names a year."""

    @property
    def year(self) -> int:
        return _last_year(self.period) if self.period else self.published.year


def article_period(reading: Reading, published: date | None) -> str:
    """The period that the article reports on: of figures whose own words name none.

    A review's year where headline, lead or first paragraphs speak of one (`tổng kết năm 2022`, `9 tháng đầu năm`), else
    a plan's year, else the year of publication. Without a publication date the latest year that the text reviews;
    empty where it names none at all. Never raises."""
    return frame(reading, published).period


def frame(reading: Reading, published: date | None) -> Frame:
    """The frame of an article. A publication date out of all reason (`0001-01-01` in a page's data) counts as none."""
    sane = published is not None and _YEARS[0] <= published.year <= _YEARS[1]
    return _frame(reading.folded, published if sane else None)


def _last_year(period: str) -> int:
    end = calendar.end(period)
    assert end is not None, period
    return end.year


@lru_cache(maxsize=4)
def _frame(text: str, published: date | None) -> Frame:
    finds = scan(text)
    day = published or _day_of(text, finds)
    if day is None:
        return Frame(date.min, "")
    opening = [find for find in finds if find.start < _OPENING_CHARACTERS]
    return Frame(day, _subject(text, opening, day, published is not None))


def _subject(text: str, finds: list[Find], published: date, sure: bool) -> str:
    reviews: Counter[str] = Counter()
    plans: Counter[str] = Counter()
    season = published.month <= _REVIEW_SEASON_LAST_MONTH
    for find in finds:
        period = _own_period(text, find, published)
        if period is None or (sure and not published.year - 1 <= _last_year(period) <= published.year + 1):
            continue
        weight = 2 if find.start < _HEADLINE_CHARACTERS else 1
        if len(period) > len("2026") and _FORESEEN.search(text[max(0, find.start - 90) : find.start]):
            continue
        if _last_year(period) > published.year or find.before == "plan" or _plans(text, find):
            plans[period] += weight
        elif _REVIEW.search(text[max(0, find.start - 90) : find.start]):
            reviews[period] += 3 * weight
        elif find.before in ("", "until_end", "end") and (not sure or _last_year(period) == published.year or season):
            reviews[period] += weight
    for votes in (reviews, plans):
        if votes:
            # Of equally strong candidates the later one: an article reports news.
            return max(votes, key=lambda period: (votes[period], period[:4], _detail(period), period))
    return str(published.year)


def _detail(period: str) -> int:
    """A quarter says more than a year, and less than so many months up to now."""
    return 0 if len(period) == len("2026") else 1 if "-Q" in period else 2


def _own_period(text: str, find: Find, published: date) -> str | None:
    """The period that the words name by themselves, if they can be an article's subject."""
    year = find.parts.get("y")
    if find.read == "year":
        return year if find.before not in ("never", "base", "since", "start", "until") else None
    reviewed = _REVIEW.search(text[max(0, find.start - 90) : find.start]) is not None
    if find.before in ("base", "plan") or not (reviewed or find.start < _LEAD_CHARACTERS):
        return None
    if find.read == "span":
        return f"{year}/{find.parts['z']}" if reviewed and not find.programme else None
    if find.read in ("first_months", "first_half"):
        number = 6 if find.read == "first_half" else find.number
        if number is None or not 3 <= number <= 11:
            return None
        over = calendar.month_end(published.year, number) <= published
        return calendar.months(int(year or published.year), 1, number) if year or over else None
    if find.read == "quarter" and year and find.before == "" and find.parts["q"] in QUARTERS:
        return f"{year}-Q{QUARTERS[find.parts['q']]}"
    if find.read == "bare_months" and reviewed and find.number and find.before_words.rstrip().endswith("công tác"):
        just_over = 3 <= find.number <= 11 and published.month - find.number in (0, 1)
        return calendar.months(published.year, 1, find.number) if just_over else None
    return (
        _headline_period(text, find, published)
        if "\n" not in text[:_HEADLINE_CHARACTERS].strip()[: find.start]
        else None
    )


def _headline_period(text: str, find: Find, published: date) -> str | None:
    """A quarter, a month or so many months that a headline is about: those that were just over."""
    number = find.number
    if find.read in ("bare_months", "months_past") and number is not None and 3 <= number <= 11:
        opens = not find.before_words.strip() or find.before_words.rstrip().endswith(("trong", "qua"))
        return calendar.months(published.year, 1, number) if opens and published.month - number in (0, 1) else None
    year = int(find.parts.get("y", published.year))
    if find.read == "quarter" and find.parts["q"] in QUARTERS:
        return f"{year}-Q{QUARTERS[find.parts['q']]}"
    if (
        find.read == "month"
        and "m" in find.parts
        and find.before == ""
        and text[find.end : find.end + 1] in (":", ",", "\n")
    ):
        return calendar.months(year, int(find.parts["m"]), int(find.parts["m"]))
    return None


def _plans(text: str, find: Find) -> bool:
    after = text[find.end : find.end + 60]
    return _PLAN_AFTER.search(after) is not None


_PLAN_AFTER: Final = re.compile(r"\A[^.;\n]{0,40}(?:phấn đấu|đặt mục tiêu|đặt chỉ tiêu|dự kiến|sẽ |đề ra)")


def _day_of(text: str, finds: Iterable[Find]) -> date | None:
    """A day for a text without one: of the latest year that it speaks of as past or present; None for no year."""
    years = [int(match[1]) for match in _TEXT_YEAR.finditer(text)]
    for find in finds:
        if find.before in ("never", "since", "until", "until_end", "plan", "base") or _plans(text, find):
            continue
        if find.read in ("year", "first_months", "month", "quarter", "first_half") and "y" in find.parts:
            years.append(int(find.parts["y"]))
        elif find.id == "period.year_span" and find.bracket:
            years.append(int(find.parts["z"]))
    if not years:
        years = [int(find.parts["y"]) - (find.before == "plan") for find in finds if "y" in find.parts]
    return date(max(years), 12, 31) if years else None
