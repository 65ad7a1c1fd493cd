"""When an article was published: the candidates of a page in order of trust.

Never the site's clock, an edit or another article's date; never later than a day after the visit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from services.cleaner.visible_dates import VisibleDate, day_time, possible, read_date
from shared.clock import VIETNAM

_NUKEVIET: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[A-Z]{3,4}|[+-]\d{2,4})(\d{2}:\d{2}:\d{2})")
"""`date('Y-m-dTH:i:s')`: PHP's T is the zone's abbreviation, so `2023-02-10+0709:15:00`."""
_ISO: Final = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_SCRIPT_DATE: Final = re.compile(
    r"[A-Z][a-z]{2},? ([A-Z][a-z]{2}) (\d{1,2}) (\d{4}) (\d\d:\d\d:\d\d)(?: (?:GMT|UTC)([+-]\d{4})?)?"
)
"""What a script's `Date` prints: `Sat Nov 18 2023 18:21:41 GMT+0000`."""
_EPOCH: Final = re.compile(r"[12]\d{9}(?:\d{3})?")
"""Seconds or milliseconds since 1970."""
_PATH_DATE: Final = re.compile(r"/(20\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/-])|/(20\d\d)(\d{2})(\d{2})(?=[/-])")


@dataclass(frozen=True, slots=True)
class Published:
    moment: datetime
    source: str


def machine_date(text: str) -> datetime | None:
    """A date of JSON-LD or meta. Without zone it is local time; a bare number counts seconds or milliseconds."""
    text = text.strip()
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), VIETNAM)
    script = _SCRIPT_DATE.match(text)
    if script:
        text = f"Day, {script[2]} {script[1]} {script[3]} {script[4]} {script[5] or '+0000'}"
    broken = _NUKEVIET.fullmatch(text)
    if broken:
        text = f"{broken[1]} {broken[2]}"
    match = _ISO.match(text)
    if match:
        numbers = [int(part or 0) for part in match.groups()[:6]]
        try:
            return datetime(*numbers, tzinfo=_zone(match[7]))  # type: ignore[misc, arg-type]
        except ValueError:
            return None
    if re.match(r"[A-Za-z]{3},", text):
        from email.utils import parsedate_to_datetime

        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)
    found = day_time(text)
    return found[0] if found else None


def _zone(text: str | None) -> timezone:
    if not text:
        return VIETNAM
    if text in "Zz":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    offset = timedelta(hours=hours, minutes=minutes)
    if offset > timedelta(hours=14):
        return VIETNAM
    return timezone(-offset if text[0] == "-" else offset)


def url_date(url: str) -> datetime | None:
    """The day in a path: `/2023-3-9/`, `/2023/03/09/`, `/20230309/`."""
    match = _PATH_DATE.search(url)
    if not match:
        return None
    numbers = [int(part) for part in match.groups() if part]
    try:
        return datetime(*numbers, tzinfo=VIETNAM)  # type: ignore[misc, arg-type]
    except ValueError:
        return None


def choose(
    *,
    marked: Iterable[str],
    nearby: Iterable[str],
    above: Iterable[str],
    machine: Iterable[tuple[str, str]],
    feed: datetime | None,
    url: str,
    fetched_at: datetime | None,
    distrust_machine: bool,
) -> Published | None:
    """The best candidate.

    `marked`: texts of elements that a profile calls the date, or that carry a date's name beside the title. `nearby`:
    short lines around the title. `machine`: (source, text) of JSON-LD and meta, which some systems set wrongly
    (`distrust_machine`)."""
    seen = [*_read(marked, fetched_at), *filter(_is_dateline, _read(nearby, fetched_at))]
    seen += [v for v in _read(above, fetched_at) if _is_dateline(v) and not (v.weekday and v.label == "plain")]
    by_label = {label: [v for v in seen if v.label == label] for label in ("published", "plain", "updated")}
    coded = [Published(m, source) for source, text in machine if (m := machine_date(text)) and possible(m, fetched_at)]
    visible = [Published(v.moment, "visible") for v in by_label["published"]]
    plain = [Published(v.moment, "visible") for v in by_label["plain"]]
    updated = [Published(v.moment, "updated") for v in by_label["updated"]]
    order = visible + plain + coded if distrust_machine else visible + _agreeing(coded, plain) + coded + plain
    order += updated
    if feed and possible(feed, fetched_at):
        order.append(Published(feed, "feed"))
    in_path = url_date(url)
    if in_path and possible(in_path, fetched_at):
        order.append(Published(in_path, "url"))
    return _with_time(order[0], [*plain, *coded]) if order else None


def _with_time(chosen: Published, others: list[Published]) -> Published:
    """Where the chosen date is only a day, the time of day from another date of that day."""
    day = chosen.moment.astimezone(VIETNAM)
    if chosen.source != "visible" or _has_time(day):
        return chosen
    same = (p for p in others if p.moment.astimezone(VIETNAM).date() == day.date())
    return next((p for p in same if p.source != "visible" or _has_time(p.moment)), chosen)


def _has_time(moment: datetime) -> bool:
    return bool(moment.hour or moment.minute)


def _agreeing(coded: list[Published], plain: list[Published]) -> list[Published]:
    """The visible date where the coded one is the same clock time in another zone: `Z` or `GMT` on local time."""
    if coded and plain and coded[0].moment.replace(tzinfo=None) == plain[0].moment.replace(tzinfo=None):
        return plain[:1]
    return []


def _read(texts: Iterable[str], fetched_at: datetime | None) -> Iterator[VisibleDate]:
    yield from (found for text in texts if (found := read_date(text, fetched_at)))


def _is_dateline(found: VisibleDate) -> bool:
    """Not a headline that happens to hold a date: the line says nothing else, or has a label or a time of day."""
    return found.bare or found.label != "plain" or found.timed
