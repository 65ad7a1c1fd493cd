"""Numbers that are recognised by their own shape: documents, dates, times, telephone numbers, addresses of the web,
names."""

from __future__ import annotations

import re
from typing import Final

from services.extractor.quantities.context import Before

_DAY: Final = r"(?:0?[1-9]|[12][0-9]|3[01])"
_MONTH: Final = r"(?:0?[1-9]|1[0-2])"
_YEAR: Final = r"(?:19|20)[0-9]{2}"
_END: Final = r"(?![0-9])"
_LETTERS: Final = r"(?:[A-ZĐƯ]{2,}|[A-ZĐƯ][a-z]{1,2}[A-ZĐƯ]|CTr|TTr|QH)"
_DOCUMENT: Final = re.compile(
    rf"[0-9]{{1,6}}(?:/{_YEAR})? ?[-/–] ?(?!KH ?[0-9]){_LETTERS}[\w&]*(?:(?:[-–/&.]| - )[A-ZĐƯ][\w&]*){{0,6}}"
)
_YEARS: Final = re.compile(rf"{_YEAR} ?[-–—/] ?(?:{_YEAR}|[0-9]{{2}}){_END}(?![.,][0-9]| ?%)")
_DATES: Final = (
    re.compile(rf"{_DAY} ?([/.\-]) ?{_MONTH} ?\1 ?{_YEAR}{_END}"),
    re.compile(rf"{_DAY}/{_MONTH}/[0-9]{{2}}{_END}"),
    re.compile(rf"{_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]){_END}"),
    re.compile(rf"{_DAY} ?tháng ?{_MONTH}(?: ?năm ?{_YEAR})?{_END}(?![.,][0-9])"),
    re.compile(rf"(?:{_MONTH} ?[-–] ?)?{_MONTH}[/\-.]{_YEAR}{_END}"),
)
_DAY_MONTH: Final = re.compile(rf"{_DAY} ?(?P<mark>[/.\-]) ?{_MONTH}{_END}(?![/.,\-][0-9])")
_DAYS: Final = re.compile(rf"{_DAY}(?: ?[-–] ?| đến (?:ngày )?)(?={_DAY}/{_MONTH}{_END})")
_TIME: Final = re.compile(
    r"(?:[01]?[0-9]|2[0-4])"
    r"(?::[0-5][0-9](?::[0-5][0-9])?(?: ?[ap]m\b)?|h(?:[0-5][0-9])?(?!\w)|g[0-5][0-9](?!\w))"
)
_PHONE: Final = re.compile(
    r"(?:0[0-9]{2,3}\)?(?:[. -]{0,2}[0-9]{2,4}|[. -]{1,2}[0-9]){1,5}|1[89]00[. ]?[0-9]{4,6})(?![0-9])"
)
_DASHES: Final = frozenset("/-–—")
_DATE_MARKS: Final = frozenset("/-–tđ")
_TIME_MARKS: Final = frozenset(":hg")
_FRACTION_NOUN: Final = re.compile(
    r" (?:số|tổng|dân số|diện tích|công suất|quân số|quy mô|thời gian|lượng|mức|trong|là|tỉ lệ|nhu cầu)(?!\w)"
)
_FRACTION_BEFORE: Final = frozenset(
    ("giảm", "tăng", "chiếm", "gần", "hơn", "khoảng", "bằng", "trên", "quá", "tới", "đạt", "còn")
)
_DATE_BEFORE: Final = frozenset(
    (
        "ngày",
        "sáng",
        "chiều",
        "tối",
        "trưa",
        "đêm",
        "dịp",
        "lễ",
        "mùng",
        "mồng",
        "đường",
        "phố",
        "hết",
        "trước",
        "sau",
        "qua",
        "nay",
        "kỉ niệm",
        "niệm",
        "hôm",
    )
)


def mask_at(text: str, folded: str, start: int, end: int, left: Before) -> tuple[int, str] | None:
    """End and reason of the non-value whose shape begins at the digits `start:end`; None where there is none."""
    mark = folded[end : end + 1]
    if mark == " ":
        mark = folded[end + 1 : end + 2]
    if mark in _DASHES:
        if match := _DOCUMENT.match(text, start):
            return match.end(), "document"
        if (match := _YEARS.match(folded, start)) and _is_years(match[0]):
            return match.end(), "year"
    if _may_be_date(folded, start, end, mark) and (found := _date_at(folded, start, end, left)):
        return found
    if mark in _TIME_MARKS and (match := _TIME.match(folded, start)):
        return match.end(), "time"
    if folded[start] in "01" and (match := _PHONE.match(folded, start)) and _is_phone(match[0], end - start):
        return match.end(), "phone"
    return None


def _is_years(found: str) -> bool:
    """2021-2025, 2016/2020 and 2022-23, but not 2022-21, which is no span."""
    first, last = found[:4], re.split(r"[-–—/ ]+", found)[-1]
    return int(first[-len(last) :]) < int(last)


def _may_be_date(folded: str, start: int, end: int, mark: str) -> bool:
    """Whether the digits have a date's mark inside or behind them: most numbers have not, and need no closer look."""
    if mark in _DATE_MARKS:
        return end - start <= 10
    dot = folded.find(".", start, end)
    return 0 <= dot <= start + 2 and not (folded[dot + 3 : dot + 4].isdigit() and end - dot == 4)


def _date_at(folded: str, start: int, end: int, left: Before) -> tuple[int, str] | None:
    for pattern in _DATES:
        if match := pattern.match(folded, start):
            return match.end(), "date"
    if match := _DAYS.match(folded, start):
        second = _DATES[0].match(folded, match.end()) or _DAY_MONTH.match(folded, match.end())
        return (second.end(), "date") if second else None
    match = _DAY_MONTH.match(folded, start)
    if match is None:
        return None
    word = left.one
    if word in _DATE_BEFORE or left.two in ("tính đến", "kể từ", "từ ngày", "đến ngày"):
        return match.end(), "date"
    if match["mark"] != "/":
        return None
    return None if is_fraction(folded, match[0], match.end(), word) else (match.end(), "date?")


def is_fraction(folded: str, pair: str, end: int, word: str) -> bool:
    """Whether `pair` (`1/3`) is a share: smaller than one, a small denominator, and a whole after it or a verb of
    change or size before it."""
    parts = [part.strip() for part in pair.split("/")]
    if len(parts) != 2 or not all(part.isdigit() and len(part) <= 2 and part[0] != "0" for part in parts):
        return False
    above, below = int(parts[0]), int(parts[1])
    if not above < below <= 10:
        return False
    return _FRACTION_NOUN.match(folded, end) is not None or word in _FRACTION_BEFORE


def _is_phone(found: str, digits: int) -> bool:
    """At least nine digits, and marks between them that no number has."""
    count = sum(char.isdigit() for char in found)
    return (
        count >= 8
        and (digits >= 9 or any(char in "(). -" for char in found))
        and not re.fullmatch(r"0?[0-9]{1,3}(?:\.[0-9]{3})+", found)
    )
