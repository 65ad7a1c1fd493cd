"""Periods that open a clause, and by themselves tell whether what it says is done or to come."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from services.extractor.model import StatusCue
from services.extractor.periods import period_end
from services.extractor.periods.article import frame
from services.extractor.periods.readers import READERS
from services.extractor.periods.scan import scan
from services.extractor.periods.state import State
from services.extractor.reading import Reading
from services.extractor.statuses.scope import status_of_period

_KINDS: Final = frozenset(("year", "as_of_day", "month", "quarter", "first_months", "span"))
_CONTEXTS: Final = frozenset(("", "until_end", "until", "end"))
_CLAUSE_OPENS: Final = re.compile(
    r"(?:^|[.;:,…!?“(–-]) *(?:(?:riêng|còn|nếu như|tính|kết thúc|trong|vào) +)*\Z", re.MULTILINE
)
_SENTENCE_OPENS: Final = re.compile(r"(?:^|[.;“]) *(?:(?:riêng|còn|trong|vào) +)*\Z", re.MULTILINE)
_BEFORE_MAX: Final = 24


def opening_periods(reading: Reading, published: date | None) -> list[StatusCue]:
    """A cue for each period that opens a clause and tells by itself: actual where it is over (`Năm 2022, …`), so that a
    target spoken of before reaches no further; target where it lies ahead (`Năm 2024, …`). What is over needs no comma
    where it opens the sentence (`Năm 2020 huyện đào tạo nghề cho …`)."""
    around = frame(reading, published)
    if not around.period:
        return []
    # Without a publication date only what lies before the article's own year is surely past.
    today = around.published if published == around.published else date(max(around.year - 1, 1), 12, 31)
    text = reading.folded
    cues = []
    for find in scan(text):
        if find.read not in _KINDS or find.before not in _CONTEXTS or find.bracket:
            continue
        start = find.start - (len(find.before_words) if find.before else 0)
        comma = text[find.end : find.end + 1] == ","
        if not (_CLAUSE_OPENS if comma else _SENTENCE_OPENS).search(text[max(0, start - _BEFORE_MAX) : start]):
            continue
        answer = READERS[find.read](find, State(around, around.year))
        end = period_end(answer[0]) if answer and answer[1] != "name" else None
        if answer is None or end is None:
            continue
        if end <= today:
            cues.append(StatusCue(find.start, find.end, "actual", "clause", ("status.past_period",)))
        elif comma and find.before == "" and status_of_period(answer[0], published) and answer[0] != around.period:
            cues.append(StatusCue(find.start, find.end, "target", "sentence", ("status.future_period",)))
    return cues
