"""Periods: from words to `2022`, `2023-H1`, `2021/2025`, `2023-06-30`, with the role that the words give them.

Invariant: the same text, published on the same day, names the same periods; nothing here knows of quantities.
"""

from services.extractor.periods.article import article_period
from services.extractor.periods.calendar import begin as period_begin
from services.extractor.periods.calendar import end as period_end
from services.extractor.periods.calendar import from_january, year_before
from services.extractor.periods.grammar import read_periods

__all__ = ["article_period", "from_january", "period_begin", "period_end", "read_periods", "year_before"]
