"""Years and spans of years: one function a kind of words, which answers period and role."""

from __future__ import annotations

import re
from typing import Final

from services.extractor.periods.scan import WORDS, Find
from services.extractor.periods.state import Answer, State, year_of
from shared.vietnam.text import fold

_LUNAR: Final = {fold(name): year for name, year in WORDS["lunar_years"].items()}
_SPAN_YEARS_MAX: Final = 40
_TERM_YEARS_MAX: Final = 10
_TERM_YEARS: Final = 5
_OPENS: Final = re.compile(r"(?:^|[.;:]) *trong \Z")
_MANY: Final = ("chục ", "mấy ", "nhiều ", "vài ", "những ")
"""Before `năm nay` these speak of years on end."""


def year(find: Find, state: State) -> Answer:
    named = year_of(find)
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
    if find.before == "since_edge":
        return str(named), "event"
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
    if find.number is not None and 1 < find.number <= _TERM_YEARS_MAX and _OPENS.search(find.before_words):
        return past_year(find, state)  # `Trong 5 năm, tỉnh đã …`
    if find.number is None and find.before != "whole_plan" and words.endswith(("trong", "cả")):
        return str(state.year), "period"
    return None


def start_of_year(find: Find, state: State) -> Answer:
    """`đầu năm có 8.120 hộ nghèo`: a state, of the end of the year before."""
    return (f"{state.year - 1}-12-31", "as_of") if find.before == "start" else None


def this_year(find: Find, state: State) -> Answer:
    named = state.published.year
    if find.number is not None or find.before_words.endswith(_MANY):
        return None
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
        term = find.number == _TERM_YEARS and published.year % _TERM_YEARS == 0  # plans end in 2015, 2020, 2025
        first = published.year - find.number + (1 if published.month >= 10 or term else 0)
        last = published.year if published.month >= 4 else published.year - 1
        return (f"{min(first, last)}/{last}", "span") if find.number <= _SPAN_YEARS_MAX else None
    ending = published.month >= 11 and state.frame.year == published.year
    return str(published.year - (not ending)), "period"


def past_term(find: Find, state: State) -> Answer:
    """`nhiệm kỳ qua`, in the year of a Party congress or the one after it: the term of five years that ends."""
    after = state.published.year % _TERM_YEARS
    last = state.published.year - after
    return (f"{last - _TERM_YEARS}/{last}", "span") if after <= 1 else None


def years_of_work(find: Find, state: State) -> Answer:
    """`sau 3 năm thực hiện`: the years up to publication, since what began them is seldom named."""
    if find.number is None or not find.before_words.rstrip().endswith(("sau", "qua")):
        return None
    published = state.published
    if published.month <= 3:  # the year before is the last one of the review
        return f"{published.year - find.number}/{published.year - 1}", "span"
    return f"{published.year - find.number}/{published.year}", "span"


def school_year(find: Find, state: State) -> Answer:
    return _years(find, "period")


def class_years(find: Find, state: State) -> Answer:
    """`khóa 2020-2023`: a class, which is told of when it ends."""
    return (find.parts["z"], "period") if _years(find, "period") else None


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


def bracket_year(find: Find, state: State) -> Answer:
    return (find.parts["y"], "period") if find.bracket else None


def tet(find: Find, state: State) -> Answer:
    """The year that the feast opens; without a name or number the next one from October on, else this year's."""
    lunar = find.parts.get("l")
    named = _LUNAR[" ".join(lunar.split())] if lunar else year_of(find)
    return str(named or state.published.year + (state.published.month >= 10)), "period"
