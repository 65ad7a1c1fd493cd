"""The functions that work out the words of periods, by the names that words.yaml uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from services.extractor.periods import days, months, years
from services.extractor.periods.scan import Find
from services.extractor.periods.state import Answer, State

Reader = Callable[[Find, State], Answer]

_ALL: Final[tuple[Reader, ...]] = (
    years.year,
    years.bare_year,
    years.start_of_year,
    years.this_year,
    years.next_year,
    years.last_year,
    years.past_year,
    years.past_term,
    years.years_of_work,
    years.school_year,
    years.class_years,
    years.span,
    years.same_span,
    years.since_year,
    years.bracket_year,
    years.tet,
    months.first_months,
    months.first_half,
    months.months_past,
    months.bare_months,
    months.last_months,
    months.second_half,
    months.month,
    months.last_month,
    months.last_quarter,
    months.quarter,
    months.month_span,
    months.year_to_month,
    months.year_and_months,
    months.rest_of_year,
    days.as_of_day,
    days.event,
    days.full_date,
    days.occasion,
    days.year_to_date,
    days.now,
    days.same_period,
)
READERS: Final = {reader.__name__: reader for reader in _ALL}
