"""Time as Viet Nam has it: UTC+7, no summer time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

VIETNAM: Final = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The present moment, with zone. Passed into functions that need it, so that tests can set it."""
    return datetime.now(UTC)


def day_in_vietnam(moment: datetime) -> date:
    """The day in Viet Nam of a moment with zone."""
    return moment.astimezone(VIETNAM).date()
