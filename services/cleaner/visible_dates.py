"""Dates as Vietnamese portals print them: day first, Asia/Ho_Chi_Minh, with or without weekday, time, label and zone.

The surfaces are those of domain/grammar.md section 10 and domain/portals.md sections 1.3 and 8.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from shared.clock import VIETNAM

YEAR_MIN: Final = 1997
"""The year in which Viet Nam joined the Internet: earlier dates (0001, 1970) are unset fields."""

_MONTH_NAMES: Final = {
    "một": 1, "giêng": 1, "hai": 2, "ba": 3, "tư": 4, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9,
    "mười": 10, "mười một": 11, "mười hai": 12, "chạp": 12,
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9,
    "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_MONTH_WORD: Final = r"mười\smột|mười\shai|mười|một|giêng|hai|ba|tư|bốn|năm|sáu|bảy|tám|chín|chạp"
_MONTH_ENGLISH: Final = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATE: Final = re.compile(
    rf"""(?<![\d/.,-])(?:
      (?P<y1>\d{{4}})[-/.](?P<m1>\d{{1,2}})[-/.](?P<d1>\d{{1,2}})
    | (?P<d2>\d{{1,2}})\s?(?P<s>[-/.])\s?(?P<m2>\d{{1,2}})\s?(?P=s)\s?(?P<y2>\d{{4}})
    | (?P<d3>\d{{1,2}})[ ](?P<m3>\d{{1,2}})[ ](?P<y3>\d{{4}})
    | (?P<d4>\d{{1,2}})\s*[,-]?\s*(?:tháng|thg|th)\.?\s*(?P<m4>\d{{1,2}}|{_MONTH_WORD})
      \s*[,/-]?\s*(?:năm\s*)?(?P<y4>\d{{4}})
    | (?P<d6>\d{{1,2}})[\s-]+(?P<m6>{_MONTH_ENGLISH})[a-z]*\.?,?[\s-]+(?P<y6>\d{{4}})
    | (?P<m7>{_MONTH_ENGLISH})[a-z]*\.?\s+(?P<d7>\d{{1,2}}),?\s+(?P<y7>\d{{4}})
    | tháng\s*(?P<m5>\d{{1,2}}|{_MONTH_WORD})\s*(?P<d5>\d{{1,2}})\s*,\s*(?P<y5>\d{{4}})
    )(?![\d])""",
    re.IGNORECASE | re.VERBOSE,
)
_SHORT_YEAR: Final = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{2})(?![\d/.-])")
"""Two digits of the year: believed in a line with a label or weekday alone, for 12/5/23 may be a figure."""
_TIME: Final = re.compile(
    r"(?<![\d/.])(\d{1,2})\s?(?::|h|g|giờ)\s?(\d{2})(?:\s?[:']\s?\d{2})?(?:\s?phút)?(?:\s*(am|pm|sa|ch|sáng|chiều|tối)\b)?(?![\d/])",
    re.IGNORECASE,
)
_WEEKDAY: Final = re.compile(
    r"\b(?:thứ\s*(?:hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])|chủ nhật|chúa nhật|t[2-7]|cn)\b", re.IGNORECASE
)
_PUBLISHED_LABEL: Final = re.compile(
    r"\b(?:ngày đăng(?: tin| bài)?|ngày đưa(?: tin)?|đăng ngày|đăng lúc|đăng vào(?: lúc)?|"
    r"được đăng(?: lúc| ngày)?|xuất bản|ngày xuất bản|"
    r"đăng(?=\s*:)|ngày tạo|ngày viết|phát hành|posted (?:by .{1,30} )?on|published(?: on)?|date)\b",
    re.IGNORECASE,
)
_UPDATED_LABEL: Final = re.compile(
    r"\b(?:cập nhật(?: lần cuối| lúc| ngày| mới nhất)?|ngày cập nhật|sửa lần cuối|chỉnh sửa|"
    r"last (?:updated|modified)|updated)\b",
    re.IGNORECASE,
)
_PLACE_OR_NAME: Final = re.compile(
    r"^[^\W\d_]+(?: [^\W\d_]+){0,2},(?=\s*ngày)"
    r"|^(?:(?:viết bởi|tác giả|người đăng|theo|by)\s*:?\s*)?[^\W\d_]+(?: [^\W\d_]+){0,4}"
    r"\s*(?:[-–|•·/]|,(?=\s*ngày))(?=\s*(?:ngày\s*)?\d)",
    re.IGNORECASE,
)
"""What stands before a dateline's date: the place of a document, or a name set off by a sign."""
_COUNTER: Final = re.compile(r"(?:lượt (?:xem|đọc)|đã xem)\s*:?\s*[\d.,]+|[\d.,]+ lượt (?:xem|đọc)", re.IGNORECASE)
_ZULU: Final = re.compile(r"\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z")
_FILLER: Final = re.compile(
    r"\(?\b(?:gmt|utc)\s*\+?\s*0?7?(?::00)?\)?|"
    r"\b(?:ngày ban hành|ngày|lúc|vào|viết bởi|giờ|thời gian|tin|bài)\b|[\W_]+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class VisibleDate:
    moment: datetime
    """With zone; midnight where no time is printed."""
    label: str
    """`published`, `updated` or `plain`."""
    bare: bool
    """The line says nothing else (a few letters of an author's sign at most)."""
    weekday: bool
    timed: bool
    """A time of day is printed."""


def day_time(text: str) -> tuple[datetime, tuple[int, int]] | None:
    """The first possible date of a line and where it stands; month 13 or 30 February is none."""
    for match in _DATE.finditer(text):
        moment = _moment(match, text)
        if moment:
            return moment, match.span()
    return None


def _moment(match: re.Match[str], text: str) -> datetime | None:
    groups = match.groupdict()
    for i in "1234567":
        if groups[f"y{i}"]:
            year, month, day = groups[f"y{i}"], groups[f"m{i}"].lower(), groups[f"d{i}"]
            break
    number = _MONTH_NAMES.get(" ".join(month.split())) or int(month)
    try:
        found = datetime(int(year), number, int(day), tzinfo=VIETNAM)
    except ValueError:
        return None
    after = _TIME.search(text, match.end(), match.end() + 40)
    before = list(_TIME.finditer(text, max(0, match.start() - 40), match.start()))
    hour, minute = _clock(after or (before[-1] if before else None))
    return found + timedelta(hours=hour, minutes=minute)


def _clock(match: re.Match[str] | None) -> tuple[int, int]:
    if match is None:
        return 0, 0
    hour, minute, half = int(match[1]), int(match[2]), (match[3] or "").lower()
    if hour > 24 or minute > 59:
        return 0, 0
    if half in ("pm", "ch", "chiều", "tối") and hour < 12:
        hour += 12
    elif half in ("am", "sa", "sáng") and hour == 12:
        hour = 0
    return hour % 24, minute


def possible(moment: datetime, fetched_at: datetime | None) -> bool:
    """Not before the country's Internet, not later than a day after the visit (portals.md section 8)."""
    if moment.year < YEAR_MIN or moment.year > 2100:
        return False
    return fetched_at is None or moment <= fetched_at + timedelta(days=1)


LINE_CHARS: Final = 120
"""Longest line that can be a dateline: label, weekday, date, time, zone, author and a counter."""


def read_date(text: str, fetched_at: datetime | None = None) -> VisibleDate | None:
    """The date of a dateline. None for sentences, event dates inside text, impossible and future dates."""
    if len(text) > LINE_CHARS:
        return None
    published, updated = _PUBLISHED_LABEL.search(text), _UPDATED_LABEL.search(text)
    if published or updated or _WEEKDAY.search(text):
        text = _SHORT_YEAR.sub(r"\1\g<2>\3\g<2>20\4", text)
    # Of an edit and the publication in one line, the date behind its own label.
    second = published and updated and published.start() > updated.start()
    found = (day_time(text[published.start() :]) if published and second else None) or day_time(text)
    if found is None or not possible(found[0], fetched_at):
        return None
    moment = found[0].replace(tzinfo=UTC) if _ZULU.search(text) else found[0]
    label = "published" if published else "updated" if updated else "plain"
    rest = _rest(text)
    if len(rest) > 60 or (label == "plain" and len(rest) > 40):
        return None
    return VisibleDate(moment, label, len(rest) <= 3, bool(_WEEKDAY.search(text)), bool(_TIME.search(text)))


def _rest(text: str) -> str:
    """The letters and digits that are no part of a dateline."""
    text = _PLACE_OR_NAME.sub(" ", _COUNTER.sub(" ", text.strip()))
    for pattern in (_DATE, _TIME, _WEEKDAY, _PUBLISHED_LABEL, _UPDATED_LABEL):
        text = pattern.sub(" ", text)
    return _FILLER.sub("", text)


def is_date_line(text: str) -> bool:
    """The line is a publication date and nothing else."""
    found = read_date(text)
    return found is not None and found.bare


def is_clock(text: str) -> bool:
    """The line is a date with a weekday and no label: above a title that is the site's clock at the visit."""
    found = read_date(text)
    return found is not None and found.weekday and found.label == "plain"
