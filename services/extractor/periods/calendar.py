"""Periods as the contract writes them, and what can be computed of them. Pure.

2022 | 2023-H1 | 2023-Q1 | 2023-03 | 2023-M01/M09 (January to September) | 2021/2025 (years, or two days) | 2023-06-30.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

_PARTS: Final = re.compile(
    r"(?P<year>\d{4})(?:-(?:H(?P<half>[12])|Q(?P<quarter>[1-4])|M(?P<first>\d\d)/M(?P<last>\d\d)"
    r"|(?P<month>\d\d)(?:-(?P<day>\d\d))?)|/(?P<until>\d{4}))?"
)


def months(year: int, first: int, last: int) -> str:
    """The whole months `first` to `last` of `year`, under their shortest name: 3 of them from January are `Q1`."""
    if (first, last) == (1, 12):
        return str(year)
    if last - first == 5 and first in (1, 7):
        return f"{year}-H{(first + 5) // 6}"
    if last - first == 2 and first % 3 == 1:
        return f"{year}-Q{last // 3}"
    return f"{year}-{first:02}" if first == last else f"{year}-M{first:02}/M{last:02}"


def from_january(month: str) -> str:
    """The months of its year up to `month` (`2022-11`) and with it."""
    return months(int(month[:4]), 1, int(month[5:]))


def month_end(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)


def day(year: int, month: int, number: int) -> date | None:
    """The day, the month's last one for a day just past it (`31/6`, a common misprint), None for what is no date."""
    if not (1 <= month <= 12 and 1 <= number <= 31 and 1 <= year <= 9998):
        return None
    return min(date(year, month, 1) + timedelta(days=number - 1), month_end(year, month))


@lru_cache(maxsize=1 << 12)
def end(period: str) -> date | None:
    """Last day of `period`; None where it is no period of the contract."""
    if "/" in period and period.count("-") == 4:
        period = period.partition("/")[2]
    match = _PARTS.fullmatch(period)
    if match is None:
        return None
    part = match.groupdict()
    year = int(part["until"] or part["year"])
    if not 1 <= year <= 9998:
        return None
    if part["day"]:
        return day(year, int(part["month"]), int(part["day"]))
    last = part["month"] or part["last"] or (part["half"] and int(part["half"]) * 6)
    month = int(last or (part["quarter"] and int(part["quarter"]) * 3) or 12)
    return month_end(year, month) if 1 <= month <= 12 else None


def begin(period: str) -> date | None:
    """First day of `period`; None where it is no period of the contract, or a day."""
    match = _PARTS.fullmatch(period)
    if match is None or match["day"]:
        return None
    part = match.groupdict()
    first = part["month"] or part["first"] or (part["half"] and int(part["half"]) * 6 - 5)
    month = int(first or (part["quarter"] and int(part["quarter"]) * 3 - 2) or 1)
    return date(int(part["year"]), month, 1) if int(part["year"]) and 1 <= month <= 12 else None


def year_before(period: str) -> str:
    """The same period of the year before; empty for a span of years and for what is no period."""
    if "/" in period[:5] or period.count("-") > 2 or not period[:4].isdecimal():
        return ""
    shifted = f"{int(period[:4]) - 1:04}{period[4:]}"
    return f"{shifted[:4]}-02-28" if shifted[4:] == "-02-29" else shifted
