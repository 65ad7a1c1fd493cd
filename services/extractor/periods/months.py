"""Months, runs of months and quarters: one function a kind of words, which answers period and role."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from services.extractor.periods import calendar
from services.extractor.periods.scan import QUARTERS, WORDS, Find
from services.extractor.periods.state import Answer, State, year_of
from shared.vietnam.text import fold

_MONTHS: Final = {fold(word): number for word, number in WORDS["months"].items()}
_QUARTER: Final = 3
_AHEAD: Final = re.compile(fold(r"(?:kế hoạch|dự kiến|phấn đấu),? (?:trong )?$"))


def first_months(find: Find, state: State) -> Answer:
    return _months_from_january(find, state, find.number)


def first_half(find: Find, state: State) -> Answer:
    return _months_from_january(find, state, 6)


def _months_from_january(find: Find, state: State, number: int | None) -> Answer:
    if number is None or not 1 <= number <= 12:
        return None
    begun = state.published.month >= number  # `ước 6 tháng đầu năm` is written in June, too
    # In January and February the first quarter of an article that reviews no other year is the one under way.
    begun = begun or (number <= _QUARTER and state.frame.year == state.published.year)
    named = year_of(find) or (state.published.year if begun else year_with_month(number, state))
    return calendar.months(named, 1, number), "base" if find.before == "base" else "period"


def year_with_month(month: int, state: State) -> int:
    """Year of the latest month `month` that was over, or all but over, when the article appeared."""
    published = state.published
    over = calendar.month_end(published.year, month) - timedelta(days=15) <= published
    return published.year if over else published.year - 1


def months_past(find: Find, state: State) -> Answer:
    number, published = find.number, state.published
    if number is None:
        if published.toordinal() <= published.day:  # no date is known
            return None
        previous = published.replace(day=1) - timedelta(days=1)
        return calendar.months(previous.year, previous.month, previous.month), "period"
    if 3 <= number <= 11 and published.month - number in (0, 1):
        return calendar.months(published.year, 1, number), "period"
    return None


def bare_months(find: Find, state: State) -> Answer:
    """`9 tháng` alone: this year's where it opens a sentence or follows a word of report, and fits the date."""
    opens = not find.before_words.strip(" -–+*•(") or find.before_words.rstrip().endswith((":", ".", "-"))
    reports = find.before_words.rstrip().endswith(
        (
            "trong",
            "kết quả",
            "tình hình",
            "xã hội",
            "tổng kết",
            "sơ kết",
            "lũy kế",
            "tính chung",
            "công tác",
            "đánh giá",
        )
    )
    if not (opens or reports) or find.number is None or not 3 <= find.number <= 11:
        return None
    meant = calendar.months(state.frame.year, 1, find.number)
    fits = state.published.month - find.number in (0, 1) or state.frame.period == meant
    return (meant, "period") if fits else None


def last_months(find: Find, state: State) -> Answer:
    if find.number is None or not 1 <= find.number <= 11:
        return None
    named = year_of(find) or state.published.year
    return calendar.months(named, 13 - find.number, 12), "period"


def second_half(find: Find, state: State) -> Answer:
    return calendar.months(year_of(find) or state.published.year, 7, 12), "period"


def month(find: Find, state: State) -> Answer:
    number = int(find.parts["m"]) if "m" in find.parts else _MONTHS[find.parts["w"]]
    recent = "p" in find.parts or not state.explicit
    named = year_of(find, state) or (year_with_month(number, state) if recent else state.year)
    ahead = recent and number >= state.published.month and "y" not in find.parts
    under_way = ahead and number == state.published.month
    if "t" in find.parts or under_way or (ahead and _AHEAD.search(find.before_words)):
        named = state.published.year  # `tháng 4 này`, `theo kế hoạch, tháng 7 mở …`
    if find.before == "never" or find.number is not None:
        return None
    if find.before in ("until_end", "end"):
        return (calendar.month_end(named, number).isoformat(), "as_of") if named else None
    role = {"base": "base", "until": "as_of", "since": "event", "start": "event", "since_edge": "event"}.get(
        find.before, "period"
    )
    return calendar.months(named, number, number), role


def last_month(find: Find, state: State) -> Answer:
    return ("", "base") if find.before == "base" and find.number is None else None


def last_quarter(find: Find, state: State) -> Answer:
    return "", "base"


def quarter(find: Find, state: State) -> Answer:
    number = QUARTERS[find.parts["q"]]
    published = state.published
    recent = published.year if published.month > 2 or number == 1 else published.year - 1
    if find.before.startswith("until"):
        recent = published.year
    named = year_of(find, state) or (state.year if state.explicit and not find.before.startswith("until") else recent)
    if find.before in ("until_end", "end"):
        return (calendar.month_end(named, number * 3).isoformat(), "as_of") if named else None
    role = {"base": "base", "until": "as_of", "since": "event"}.get(find.before, "period")
    return f"{named}-Q{number}", role


def month_span(find: Find, state: State) -> Answer:
    first, last = int(find.parts["m"]), int(find.parts["k"])
    end = int(find.parts["z"]) if "z" in find.parts else year_of(find) or year_with_month(last, state)
    begin = year_of(find) or (end if first <= last else end - 1)
    if begin == end and first <= last:
        return calendar.months(end, first, last), "period"
    if begin < end:
        return f"{begin}-{first:02}-01/{calendar.month_end(end, last)}", "span"
    return None


def year_to_month(find: Find, state: State) -> Answer:
    last = int(find.parts["m"])
    return calendar.months(year_of(find) or year_with_month(last, state), 1, last), "period"


def year_and_months(find: Find, state: State) -> Answer:
    """`năm 2013 và 7 tháng 2014`: one span, up to the last of the months."""
    first, last = int(find.parts["y"]), int(find.parts["z"])
    if first + 1 != last:
        return None
    return f"{first}-01-01/{calendar.month_end(last, int(find.parts['k']))}", "span"


def rest_of_year(find: Find, state: State) -> Answer:
    """From the month after publication, or the month itself in its first half."""
    published = state.published
    first = published.month + (1 if published.day > 15 else 0)
    named = year_of(find) or published.year
    if named > published.year:
        return f"{published.year + (1 if published.month >= 10 else 0)}/{named}".removeprefix(f"{named}/"), "span"
    if first > 12:
        return str(named), "period"
    return calendar.months(named, first, 12), "period"
