"""One function a kind of words: what it means here. Each takes the find and the state, and answers period and role."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.extractor.periods import calendar
from services.extractor.periods.article import Frame
from services.extractor.periods.scan import QUARTERS, WORDS, Find
from shared.vietnam.text import fold

Answer = tuple[str, str] | None
"""Period and role, or None where the words name no period."""

_LUNAR: Final = {fold(name): year for name, year in WORDS["lunar_years"].items()}
_MONTHS: Final = {fold(word): number for word, number in WORDS["months"].items()}
_SPAN_YEARS_MAX: Final = 40
_AHEAD_DAYS_MAX: Final = 100
"""A day without a year lies at most so far after the publication; otherwise the year before is meant."""


@dataclass(slots=True)
class State:
    """What the words so far have set, for words that lean on them."""

    frame: Frame
    year: int
    """Year that `trong năm`, `cả năm`, `cuối năm` mean here."""
    explicit: bool = False
    """The paragraph itself named that year."""
    period: str = ""
    """The last period of the paragraph, for `cùng kỳ`."""
    span: str = ""
    """The last span of years, a programme's too, for `cả giai đoạn`."""
    section_year: int | None = None
    """Year that the section's heading names."""

    @property
    def published(self) -> date:
        return self.frame.published


def _year_of(find: Find, state: State | None = None) -> int | None:
    """The year that the words name; with `state` also by `năm nay` and `năm ngoái`."""
    named = find.parts.get("y")
    if named:
        return int(named)
    relative = find.parts.get("r")
    return state.published.year - (relative != "nay") if state and relative else None


def year(find: Find, state: State) -> Answer:
    named = _year_of(find)
    assert named is not None
    if find.before == "never":
        return None
    if find.before == "base":
        return _edge_of_year(named, find.before_words), "base"
    if find.before in ("until_end", "end"):
        return f"{named}-12-31", "as_of"
    if find.before == "start":
        return f"{named - 1}-12-31", "as_of"
    if find.before == "until":
        return str(named), "as_of"
    if find.before == "since" and named < state.published.year:
        return f"{named}/{state.published.year}", "span"
    return str(named), "period"


def _edge_of_year(named: int, words: str) -> str:
    if "đầu" in words:
        return f"{named - 1}-12-31"
    return f"{named}-12-31" if "cuối" in words else str(named)


def bare_year(find: Find, state: State) -> Answer:
    words = find.before_words.rstrip(" (")
    if find.before == "base" and words.endswith("đầu"):
        return f"{state.year - 1}-12-31", "base"
    if find.before in ("until_end", "end"):
        return f"{state.year}-12-31", "as_of"
    if find.before == "start" and find.bracket:
        return f"{state.year - 1}-12-31", "as_of"
    if find.number is None and find.before != "whole_plan" and words.endswith(("trong", "cả")):
        return str(state.year), "period"
    return None


def start_of_year(find: Find, state: State) -> Answer:
    """`đầu năm có 8.120 hộ nghèo`: a state, of the end of the year before."""
    return (f"{state.year - 1}-12-31", "as_of") if find.before == "start" else None


def this_year(find: Find, state: State) -> Answer:
    named = state.published.year
    if find.before in ("until_end", "end"):
        return f"{named}-12-31", "as_of"
    if find.before in ("start", "base"):
        return f"{named - 1}-12-31", "base" if find.before == "base" else "as_of"
    return str(named), "period"


def next_year(find: Find, state: State) -> Answer:
    if find.number is not None:
        return None
    published = state.published
    reviewing = published.month <= 2 and state.frame.year == published.year - 1
    return str(published.year + (0 if reviewing else 1)), "period"


def last_year(find: Find, state: State) -> Answer:
    if find.number is not None:
        return None
    before = state.year if find.before == "base" else state.published.year
    if find.before == "end":
        return f"{before - 1}-12-31", "as_of"
    if find.before == "base":
        return _edge_of_year(before - 1, find.before_words), "base"
    return str(before - 1), "base" if find.before_words.endswith(("bằng ", "lần ", "với ")) else "period"


def past_year(find: Find, state: State) -> Answer:
    """`năm qua`, and `5 năm qua`: the years up to the one that is ending, or from so many years ago in mid-year."""
    published = state.published
    if find.number is not None and find.number > 1:
        first = published.year - find.number + (1 if published.month >= 10 else 0)
        last = published.year if published.month >= 4 else published.year - 1
        return (f"{min(first, last)}/{last}", "span") if find.number <= _SPAN_YEARS_MAX else None
    if published.year - state.frame.year in (0, 1) and len(state.frame.period) == 4:
        return str(state.frame.year), "period"
    return str(published.year - (0 if published.month >= 11 else 1)), "period"


def years_of_work(find: Find, state: State) -> Answer:
    """`sau 3 năm thực hiện`: the years up to publication, since what began them is seldom named."""
    if find.number is None or not find.before_words.rstrip().endswith(("sau", "qua")):
        return None
    return f"{state.published.year - find.number}/{state.published.year}", "span"


def school_year(find: Find, state: State) -> Answer:
    return _years(find, "period")


def span(find: Find, state: State) -> Answer:
    answer = _years(find, "name" if find.programme else "base" if find.before == "base" else "span")
    if answer:
        state.span = answer[0]
    return answer


def _years(find: Find, role: str) -> Answer:
    first, last = int(find.parts["y"]), int(find.parts["z"])
    return (f"{first}/{last}", role) if 0 < last - first <= _SPAN_YEARS_MAX else None


def same_span(find: Find, state: State) -> Answer:
    return (state.span, "span") if state.span else None


def since_year(find: Find, state: State) -> Answer:
    named = int(find.parts["y"])
    if named >= state.published.year:
        return str(state.published.year), "period"
    return f"{named}/{state.published.year}", "span"


def first_months(find: Find, state: State) -> Answer:
    return _months_from_january(find, state, find.number)


def first_half(find: Find, state: State) -> Answer:
    return _months_from_january(find, state, 6)


def _months_from_january(find: Find, state: State, number: int | None) -> Answer:
    if number is None or not 1 <= number <= 12:
        return None
    named = _year_of(find) or _year_with(number, state)
    return calendar.months(named, 1, number), "base" if find.before == "base" else "period"


def _year_with(month: int, state: State) -> int:
    """Year of the latest month `month` that was over, or all but over, when the article appeared."""
    published = state.published
    over = calendar.month_end(published.year, month) - timedelta(days=15) <= published
    return published.year if over else published.year - 1


def months_past(find: Find, state: State) -> Answer:
    number, published = find.number, state.published
    if number is None:
        previous = published.replace(day=1) - timedelta(days=1)
        return calendar.months(previous.year, previous.month, previous.month), "period"
    if 3 <= number <= 11 and published.month - number in (0, 1):
        return calendar.months(published.year, 1, number), "period"
    return None


def bare_months(find: Find, state: State) -> Answer:
    """`9 tháng` alone: this year's where it opens a sentence or follows a word of report, and fits the date."""
    opens = not find.before_words.strip(" -–+*•(") or find.before_words.rstrip().endswith((":", ".", "-"))
    reports = find.before_words.rstrip().endswith(
        ("trong", "kết quả", "tình hình", "xã hội", "tổng kết", "sơ kết", "lũy kế", "tính chung")
    )
    if not (opens or reports) or find.number is None or not 3 <= find.number <= 11:
        return None
    meant = calendar.months(state.frame.year, 1, find.number)
    fits = state.published.month - find.number in (0, 1) or state.frame.period == meant
    return (meant, "period") if fits else None


def last_months(find: Find, state: State) -> Answer:
    if find.number is None or not 1 <= find.number <= 11:
        return None
    named = _year_of(find) or state.published.year
    return calendar.months(named, 13 - find.number, 12), "period"


def second_half(find: Find, state: State) -> Answer:
    return calendar.months(_year_of(find) or state.published.year, 7, 12), "period"


def month(find: Find, state: State) -> Answer:
    number = int(find.parts["m"]) if "m" in find.parts else _MONTHS[find.parts["w"]]
    named = _year_of(find, state) or (state.year if state.explicit else _year_with(number, state))
    if find.before == "never" or find.number is not None:
        return None
    if find.before in ("until_end", "end"):
        return calendar.month_end(named, number).isoformat(), "as_of"
    role = {"base": "base", "until": "as_of", "since": "event", "start": "event"}.get(find.before, "period")
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
    named = _year_of(find, state) or (state.year if state.explicit and not find.before.startswith("until") else recent)
    if find.before in ("until_end", "end"):
        return calendar.month_end(named, number * 3).isoformat(), "as_of"
    role = {"base": "base", "until": "as_of", "since": "event"}.get(find.before, "period")
    return f"{named}-Q{number}", role


def month_span(find: Find, state: State) -> Answer:
    first, last = int(find.parts["m"]), int(find.parts["k"])
    end = int(find.parts["z"]) if "z" in find.parts else _year_of(find) or _year_with(last, state)
    begin = _year_of(find) or (end if first <= last else end - 1)
    if begin == end and first <= last:
        return calendar.months(end, first, last), "period"
    if begin < end:
        return f"{begin}-{first:02}-01/{calendar.month_end(end, last)}", "span"
    return None


def _day(find: Find, state: State) -> date | None:
    """The day that is named; without a year the latest that was past, or one soon to come."""
    number, month_ = int(find.parts["d"]), int(find.parts["m"])
    named = _year_of(find)
    if named:
        return calendar.day(named, month_, number)
    this_year_ = calendar.day(state.published.year, month_, number)
    if this_year_ is None or (this_year_ - state.published).days <= (
        _AHEAD_DAYS_MAX if find.read != "as_of_day" else 7
    ):
        return this_year_
    return calendar.day(state.published.year - 1, month_, number) if state.published.year > 1 else None


def as_of_day(find: Find, state: State) -> Answer:
    found = _day(find, state)
    return (found.isoformat(), "base" if find.before == "base" else "as_of") if found else None


def event(find: Find, state: State) -> Answer:
    found = _day(find, state)
    return (found.isoformat(), "event") if found else None


def full_date(find: Find, state: State) -> Answer:
    """A whole date by itself: in brackets and the last of a month a state (`(31/12/2023)`), else an event's."""
    found = _day(find, state)
    if found is None:
        return None
    if find.before == "base":
        return found.isoformat(), "base"
    state_of_things = find.bracket and found == calendar.month_end(found.year, found.month)
    return found.isoformat(), "as_of" if state_of_things else "event"


def occasion(find: Find, state: State) -> Answer:
    found = _day(find, state)
    return (f"{found.year}-{found.month:02}", "period") if found else None


def tet(find: Find, state: State) -> Answer:
    """The year that the feast opens; without a name or number the next one from October on, else this year's."""
    lunar = find.parts.get("l")
    named = _LUNAR[" ".join(lunar.split())] if lunar else _year_of(find)
    return str(named or state.published.year + (state.published.month >= 10)), "period"


def year_to_date(find: Find, state: State) -> Answer:
    return str(_year_of(find) or state.published.year), "period"


def year_to_month(find: Find, state: State) -> Answer:
    last = int(find.parts["m"])
    return calendar.months(_year_of(find) or _year_with(last, state), 1, last), "period"


def rest_of_year(find: Find, state: State) -> Answer:
    """From the month after publication, or the month itself in its first half."""
    published = state.published
    first = published.month + (1 if published.day > 15 else 0)
    named = _year_of(find) or published.year
    if named > published.year:
        return f"{published.year + (1 if published.month >= 10 else 0)}/{named}".removeprefix(f"{named}/"), "span"
    if first > 12:
        return str(named), "period"
    return calendar.months(named, first, 12), "period"


def now(find: Find, state: State) -> Answer:
    return str(state.published.year), "as_of"


def same_period(find: Find, state: State) -> Answer:
    period = state.period or state.frame.period
    named = _year_of(find)
    if named and period[:4].isdecimal() and "/" not in period[:5]:
        return f"{named}{period[4:]}", "base"
    return calendar.year_before(period), "base"


def bracket_year(find: Find, state: State) -> Answer:
    return (find.parts["y"], "period") if find.bracket else None


READERS: Final[dict[str, Callable[[Find, State], Answer]]] = {
    reader.__name__: reader
    for reader in (
        *(as_of_day, bare_months, bare_year, bracket_year, event, first_half, first_months, full_date, last_month),
        *(last_months, last_quarter, last_year, month, month_span, months_past, next_year, now, occasion, past_year),
        *(
            quarter,
            rest_of_year,
            same_period,
            same_span,
            school_year,
            second_half,
            since_year,
            span,
            start_of_year,
            tet,
            this_year,
        ),
        *(year, year_to_date, year_to_month, years_of_work),
    )
}
"""By the name that words.yaml uses."""
