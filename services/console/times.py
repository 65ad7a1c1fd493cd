"""Moments as a person reads them."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.clock import VIETNAM


def when(moment: datetime | None) -> str:
    """Vietnamese time to the second; `-` for None."""
    return moment.astimezone(VIETNAM).strftime("%Y-%m-%d %H:%M:%S") if moment else "-"


def age(moment: datetime | None, now: datetime) -> str:
    """`3 min`, `5 h`, `12 d`: how long ago; empty for None."""
    if moment is None:
        return ""
    passed = max(now - moment, timedelta())
    for unit, seconds in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if passed.total_seconds() >= 2 * seconds:
            return f"{passed.total_seconds() / seconds:.0f} {unit}"
    return f"{passed.total_seconds():.0f} s"
