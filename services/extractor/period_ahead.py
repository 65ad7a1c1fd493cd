"""Figures of a period that lies ahead: no results yet, but targets or estimates."""

from __future__ import annotations

from datetime import date
from typing import Final

from services.extractor.draft import Draft
from services.extractor.model import PeriodMention
from services.extractor.periods import period_begin, period_end
from services.extractor.statuses import status_of_period

LIES_AHEAD: Final = "status: the period lies ahead"
AHEAD_DAYS: Final = 60
"""A state so long after the publication can be no result, nor an estimate of one."""
_TET_BONUS: Final = "labour.tet_bonus"
"""Told of before the feast, when it has been fixed."""
_VACANCIES: Final = "employment.vacancies"
"""What firms will need is foreseen, not aimed at."""


def look_ahead(draft: Draft, mention: PeriodMention, published: date | None, carried: bool = False) -> None:
    """A result of a year that has not begun, or hardly, is a target; of `Tết 2017` in February it may be a result.
    What only carries on the period of a sentence before is one where that is a span of years under way."""
    if carried:
        if draft.status == "actual" and published is not None and _under_way(draft, mention, published):
            draft.status = "target"
            draft.rules.append(LIES_AHEAD)
        return
    later = published is not None and (int(draft.period[:4]) > published.year or _far_ahead(mention, published))
    later = later or (published is not None and mention.role == "period" and _begins_after(draft.period, published))
    later = later or (published is not None and _under_way(draft, mention, published))
    later = later and not ("period.tet" in mention.rules and draft.indicator == _TET_BONUS)
    if draft.status == "actual" and (later or "period.year" in mention.rules):
        status = status_of_period(draft.period, published) or ("target" if later else None)
        if status is not None:
            draft.status = "estimate" if draft.indicator == _VACANCIES else status
            draft.rules.append(LIES_AHEAD)


def _far_ahead(mention: PeriodMention, published: date) -> bool:
    """`xuống dưới 1% vào cuối năm 2025` in August 2025; in December it may be a result."""
    dated = mention.role == "as_of" and len(mention.period) > len("2025") and "period.now" not in mention.rules
    end = period_end(mention.period) if dated else None
    return end is not None and (end - published).days > AHEAD_DAYS


def _under_way(draft: Draft, mention: PeriodMention, published: date) -> bool:
    """`Giai đoạn 2021-2025, đào tạo cho 58.000 lao động` in 2021: planned, unless words tell of what was done."""
    end = period_end(mention.period) if mention.role == "span" else None
    ahead = end is not None and end.year > published.year
    return ahead and not any(rule.startswith("status:") for rule in draft.rules)


def _begins_after(period: str, published: date) -> bool:
    """`6 tháng cuối năm` in June, or the first quarter while most of it lies ahead; not the year, of which `look_ahead`
    tells more."""
    begin, end = (period_begin(period), period_end(period)) if len(period) > len("2025") else (None, None)
    return begin is not None and end is not None and (begin > published or (end - published).days > AHEAD_DAYS)
