"""Days, and what is told from the day of publication: one function a kind of words, which answers period and role."""

from __future__ import annotations

from datetime import date
from typing import Final

from services.extractor.periods import calendar
from services.extractor.periods.scan import Find
from services.extractor.periods.state import Answer, State, year_of

_AHEAD_DAYS_MAX: Final = 100
"""A day without a year lies at most so far after the publication; otherwise the year before is meant."""


def _day(find: Find, state: State) -> date | None:
    """The day that is named; without a year the latest that was past, or one soon to come."""
    number, month_ = int(find.parts["d"]), int(find.parts["m"])
    named = year_of(find)
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


def year_to_date(find: Find, state: State) -> Answer:
    return str(year_of(find) or state.published.year), "period"


def now(find: Find, state: State) -> Answer:
    return str(state.published.year), "as_of"


def same_period(find: Find, state: State) -> Answer:
    period = state.period or state.frame.period
    named = year_of(find)
    if named and period[:4].isdecimal() and "/" not in period[:5]:
        return f"{named}{period[4:]}", "base"
    return calendar.year_before(period), "base"
