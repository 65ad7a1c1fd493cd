"""Dates as Vietnamese portals print them -> a moment with zone. Day first; a time without a zone is Viet Nam's.

Never guessed by a general parser: those read `07-02-2023` as month first or as the year 2007, and give up on `2:15 CH`.
Forms: field notes on portals, section 8; research on extractors, section feedparser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

from shared.clock import VIETNAM

YEAR_MIN: Final = 1997
"""The year in which Viet Nam joined the Internet: an earlier date (0001, 1970) is a field that was never set."""
AHEAD_MAX: Final = timedelta(days=1)
"""A date may lie this much after the fetch: `GMT` printed on local time is 7 hours ahead, a wrong clock some more."""

_MONTHS: Final = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH_WORDS: Final = ("một", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười", "mười một", "mười hai")
_ZONES: Final = {"z": 0, "ut": 0, "utc": 0, "gmt": 0, "ict": 7, "est": -5, "edt": -4, "cst": -6, "cdt": -5,
                 "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "jst": 9, "sgt": 8}  # fmt: skip

_YEAR_FIRST: Final = re.compile(r"(?<!\d)(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)")
_COMPACT: Final = re.compile(r"(?<!\d)(?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)(?=T?\d{6}|(?!\d))")
_DAY_FIRST: Final = re.compile(
    r"(?<![\d.])(?P<d>\d{1,2})\s?(?P<sep>[-/.])\s?(?P<m>\d{1,2})\s?(?P=sep)\s?(?P<y>\d{4}|\d\d(?![\d:]))"
)
_NAMED: Final = re.compile(
    rf"(?<!\d)(?P<d>\d{{1,2}})[\s-]*(?P<mon>{'|'.join(_MONTHS)})[a-z]*\.?[\s,-]*(?P<y>\d{{4}}|\d\d(?!\d|:))",
    re.IGNORECASE,
)
_NAMED_US: Final = re.compile(
    rf"\b(?P<mon>{'|'.join(_MONTHS)})[a-z]*\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})", re.IGNORECASE
)
_ASCTIME: Final = re.compile(
    rf"\b(?P<mon>{'|'.join(_MONTHS)})[a-z]*\s+(?P<d>\d{{1,2}})\s+\d\d:\d\d:\d\d\s+(?:[A-Z]{{3,4}}(?:[+-]\d\d:?\d\d)?\s+)?(?P<y>\d{{4}})",
    re.IGNORECASE,
)
_IN_WORDS: Final = re.compile(
    r"(?<!\d)(?P<d>\d{1,2})\s*(?:tháng|thg|th)\.?\s*(?P<m>\d{1,2}|"
    + "|".join(sorted(_MONTH_WORDS, key=len, reverse=True))
    + ")"
    r"\s*[,/]?\s*(?:năm\s*)?(?P<y>\d{4})", re.IGNORECASE
)  # fmt: skip
_FORMS: Final = (_YEAR_FIRST, _DAY_FIRST, _NAMED, _NAMED_US, _ASCTIME, _IN_WORDS, _COMPACT)
_TIME: Final = re.compile(
    r"(?<![\d+:.-])(?P<h>\d{1,2})\s?(?:[:hg]|giờ)\s?(?P<min>\d{2})(?!\d)(?:\s?(?:[:.]|phút)\s?(?P<s>\d{2})(?!\d)(?:[.,]\d+)?)?"
    r"(?:\s*(?P<half>[ap]\.?\s?m\b\.?|sa\b|ch\b|sáng|chiều|tối|trưa))?",
    re.IGNORECASE,
)
_OFFSET: Final = re.compile(
    r"(?:GMT|UTC)?\s?(?P<sign>[+-])(?P<h>\d{1,2}):?(?P<m>\d{2})?(?![\d:])\)?\s*$", re.IGNORECASE
)
_ZONE_WORD: Final = re.compile(r"\(?\b(?P<zone>[A-Z]{1,4})\b\)?\s*$")
_EPOCH: Final = re.compile(r"(?:/Date\()?(\d{10}|\d{13})(?:[+-]\d{4})?(?:\)/)?")
"""A bare number, or one in the dress that .NET's serializer gives it."""
_NUKEVIET: Final = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:[A-Z]{3,4}|[+-]\d{2,4})(\d{2}:\d{2}:\d{2})$")


@dataclass(frozen=True, slots=True)
class PrintedDate:
    moment: datetime
    day_only: bool
    """True where no time of day was printed: `moment` is midnight in Viet Nam."""
    month_first: bool = False


def parse_date(text: str, *, month_first: bool = False) -> PrintedDate | None:
    """The moment that `text` prints, with zone; None where it prints none or an impossible one. Never raises.

    `month_first` reads `5/13/2023` as the United States do; the caller knows it of the whole feed
    (`is_month_first`).
    Numbers alone are seconds (10 digits) or milliseconds (13) since 1970."""
    text = " ".join(text.split())[:200]
    epoch = _EPOCH.fullmatch(text)
    if epoch:
        return PrintedDate(datetime.fromtimestamp(int(epoch[1][:10]), UTC), False)
    nukeviet = _NUKEVIET.match(text)  # its zone stands where `T` belongs, and is local
    text = " ".join(nukeviet.groups()) if nukeviet else text
    match = next((found for form in _FORMS if (found := form.search(text))), None)
    if match is None:
        return None
    day, month = _day_and_month(match)
    if month_first and match.re is _DAY_FIRST and match["sep"] == "/":
        day, month = month, day
    year = int(match["y"]) + (2000 if len(match["y"]) == 2 else 0)
    rest = f"{text[: match.start()]} | {text[match.end() :]}"
    if match.re is _ASCTIME:  # the time stands within the date
        rest = text[: match.start("y")]
    if match.re is _COMPACT:
        rest = re.sub(r"\| T?(\d\d)(\d\d)(\d\d)", r"| \1:\2:\3", rest)
    rest = re.sub(r"\| ?[T,-]\s*(?=\d)", "| ", rest)
    clock = _TIME.search(rest)
    try:
        hour, minute, second = _clock(clock) if clock else (0, 0, 0)
        zone = _zone(rest[clock.end() :]) if clock else VIETNAM
        end_of_day = (hour, minute, second) == (24, 0, 0)
        moment = datetime(year, month, day, 0 if end_of_day else hour, minute, second, tzinfo=zone)
        return PrintedDate(moment + timedelta(days=end_of_day), clock is None, month_first)
    except (ValueError, OverflowError):
        return None


def is_month_first(texts: list[str]) -> bool:
    """Whether the dates of one feed are printed month first: some can be read only so, none only the other way."""
    pairs = [
        (int(match["d"]), int(match["m"]))
        for text in texts
        if (match := _DAY_FIRST.search(text)) and match["sep"] == "/"
    ]
    return any(second > 12 >= first for first, second in pairs) and not any(first > 12 for first, _ in pairs)


def is_credible(moment: datetime, fetched_at: datetime) -> bool:
    """Whether a page fetched at `fetched_at` can have been published at `moment`."""
    return moment.year >= YEAR_MIN and moment <= fetched_at + AHEAD_MAX


def _day_and_month(match: re.Match[str]) -> tuple[int, int]:
    groups = match.groupdict()
    if "mon" in groups:
        return int(match["d"]), _MONTHS.index(match["mon"].lower()) + 1
    month = match["m"].lower()
    return int(match["d"]), int(month) if month.isdigit() else _MONTH_WORDS.index(month) + 1


def _clock(match: re.Match[str]) -> tuple[int, int, int]:
    hour, minute, second = int(match["h"]), int(match["min"]), min(int(match["s"] or 0), 59)  # 60: a leap second
    half = (match["half"] or "").lower()
    if half and hour <= 12:
        late = half[0] in "pt" or half in ("ch", "chiều")
        if half in ("trưa", "tối") and hour in (12, 10, 11):  # `11:30 trưa` is before noon, `10:30 tối` after
            late = half == "tối" or hour == 12
        hour = hour % 12 + (12 if late else 0)
    return hour, minute, second


def _zone(after: str) -> tzinfo:
    """The zone printed behind the time; Viet Nam's where none is, or one that nobody knows."""
    after = re.sub(r"(?<=\d)\s*\([A-Za-z ]+\)$", "", after.replace("|", " ").strip())  # `+0700 (Indochina Time)`
    offset = _OFFSET.search(after)
    if offset:
        delta = timedelta(hours=int(offset["h"]), minutes=int(offset["m"] or 0))
        return timezone(-delta if offset["sign"] == "-" else delta) if delta < timedelta(hours=15) else VIETNAM
    word = _ZONE_WORD.search(after)
    hours = _ZONES.get(word["zone"].lower()) if word else None
    return VIETNAM if hours is None else timezone(timedelta(hours=hours))
