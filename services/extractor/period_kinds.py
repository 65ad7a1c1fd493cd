"""What the kind of an indicator makes of a period: a flow runs up to a day, a stock stands on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from services.extractor.draft import Draft
from services.extractor.model import PeriodMention
from services.extractor.periods import from_january, period_end
from services.extractor.scene import Scene
from shared.vietnam.catalogue import catalogue

_SPAN: Final = re.compile(r"[0-9]{4}/[0-9]{4}")
_MONTH: Final = re.compile(r"[0-9]{4}-[0-9]{2}")


def by_kind(draft: Draft, subject: str | None, day: str) -> None:
    """Of a report of half a year, what happened is of the half year and what is there of its last day, whichever of
    the two the words name. `subject`: the article's period; `day`: its last one, if the article tells of it."""
    entry = catalogue().get(draft.indicator or "")
    if entry is None or not subject or draft.measure != "level":
        return
    if entry.kind == "flow" and is_day(draft.period) and closes(draft.period, subject):
        draft.period = subject
        draft.rules.append("period: a flow up to the last day of the article's period")
    of_article = draft.period == subject and not draft.own_period
    if entry.kind == "stock" and of_article and day:
        draft.period = day
        draft.rules.append("period: a stock on the day that the article tells")


def up_to_month(draft: Draft, mention: PeriodMention | None) -> None:
    """What happened up to a month (`tính đến tháng 11/2022, tổ chức 64 phiên`) began in January."""
    entry = catalogue().get(draft.indicator or "")
    if mention is None or mention.role != "as_of" or entry is None or entry.kind != "flow":
        return
    if _MONTH.fullmatch(mention.period) and draft.period == mention.period and draft.status != "target":
        draft.period = from_january(mention.period)
        draft.rules.append("period: a flow from January on")


def at_its_end(draft: Draft) -> None:
    """What a rate or a stock reached in a span of years (`5 năm 2010-2015 …, còn 4,7%`) is of the last of them."""
    entry = catalogue().get(draft.indicator or "")
    if entry is None or entry.kind == "flow" or draft.measure != "level" or draft.status != "actual":
        return
    if _SPAN.fullmatch(draft.period) and "per" not in draft.breakdown and not draft.before_the_change:
        draft.period = draft.period[5:]
        draft.rules.append("period: the last year of a span")


def averaged(draft: Draft, spoken: Sequence[str], subject: str | None) -> None:
    """A yearly average has the span that it was taken over, of its own words, the text before, the section or the
    article."""
    spans = [period for period in spoken if period[4:5] == "/"]
    if spans or draft.status != "target":
        draft.period = spans[0] if spans else subject or draft.period
        draft.rules.append("period: of an average")


def spans_of_average(draft: Draft, scene: Scene) -> list[str]:
    """Spans of years that the article names anywhere and an average may be of: a target's ends with the target's year,
    a result's is over and the only one."""
    spans = [span for span in scene.spans if _SPAN.fullmatch(span)]
    if draft.status == "target":
        return sorted(span for span in spans if span[5:] == draft.period[:4])
    past = [span for span in spans if scene.published and int(span[5:]) <= scene.published.year]
    return past if len(past) == 1 else []


def is_day(period: str) -> bool:
    return len(period) == len("2026-06-30") and "/" not in period


def closes(day: str, period: str) -> bool:
    """Whether `day` is the last one of `period`, which lies within a year."""
    end = period_end(period)
    return len(period) > len("2026") and end is not None and end.isoformat() == day
