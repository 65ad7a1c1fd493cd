"""When to poll a source and when to fetch an article again. Pure: state, outcome and time in, next state out."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final

from services.crawler.model import FAILING, LIVE, SILENT, Address, Source
from services.crawler.outcomes import FAILURE_WEIGHTS, Outcome
from shared.clock import VIETNAM

INTERVAL_S_MIN: Final = 600.0
INTERVAL_S_MAX: Final = 86_400.0
INTERVAL_S_FIRST: Final = 1_800.0
"""Feeds every 15-30 minutes by day are more than enough (field notes on portals, section 8)."""
OFFICE: Final = (time(7), time(19))
NIGHT_FACTOR: Final = 4.0
WEEKEND_FACTOR: Final = 2.0
SEASON_FACTOR: Final = 0.75
_GROWTH: Final = (1.36, 1.09, 0.82, 0.6)
"""Factor of the interval by new items found: 0, 1, 2, 3 and more. In simulated months the first values (1.25, 1, 0.75,
0.5) took 1.4 polls an article for a median delay of 10 minutes; these take 1.0 for 16."""
FULL_EVERY: Final = timedelta(hours=6)
"""A conditional request is believed for so long; some servers keep an ETag after a change."""
SILENT_GAPS: Final = 6.0
SILENT_MIN: Final = timedelta(days=4)
"""Longer than a week-end with a holiday, so that a department of few words is not called silent each Monday."""
RETRY_S_FIRST: Final = 900.0
RETRY_S_MAX: Final = 86_400.0
"""The longest back-off: a source that comes back after a year is seen the next day."""
REREAD_AFTER: Final = tuple(timedelta(hours=hours) for hours in (1, 6, 24, 72))
READING_GAP_MIN: Final = timedelta(minutes=30)
"""A reading that would come sooner after the last is left out: hardly anything has had time to change."""
FRESH_MAX: Final = timedelta(days=7)
"""An article that is older when it is found (back-fill) is not read again."""
VISIT_RETRY: Final = tuple(timedelta(minutes=minutes) for minutes in (10, 60, 360, 1440, 4320))
"""An article that can't be had is tried so often: for some five days, the length of a long outage."""
GONE_RETRIES: Final = 1
"""A 404 is tried once more, since a feed may name an article before its page is there."""


@dataclass(frozen=True, slots=True)
class Poll:
    """What a poll of a source gave."""

    outcome: Outcome
    items: int = 0
    new: int = 0
    url: str | None = None
    """Where it has moved for good, if it has."""
    host: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    conditional: bool = False
    retry_after_s: float | None = None


def next_poll(source: Source, poll: Poll, now: datetime, rng: random.Random) -> Source:
    """The state after a poll that ended at `now`. `next_at` is always set: no source is given up.

    The interval grows when a poll in office hours finds nothing and shrinks the more it finds (_GROWTH), within
    INTERVAL_S_MIN and _MAX: a source settles where two polls in three find something.
    """
    if poll.outcome in FAILURE_WEIGHTS:
        return _after_failure(source, poll, now, rng)
    changed = poll.outcome is Outcome.OK and poll.body_sha256 != source.body_sha256
    lies = source.conditions_lie or (changed and not poll.conditional and _same_validators(source, poll))
    interval = source.interval_s * _growth(source, poll, now)
    gap = source.gap_s
    if poll.new and source.new_at:
        waited = (now - source.new_at).total_seconds()
        gap = waited if gap is None else 0.8 * gap + 0.2 * waited
    new_at = now if poll.new else source.new_at
    state = replace(
        source,
        interval_s=min(max(interval, INTERVAL_S_MIN), INTERVAL_S_MAX),
        failures=0.0,
        outcome=poll.outcome,
        polled_at=now,
        succeeded_at=now,
        new_at=new_at,
        gap_s=gap,
        etag=poll.etag if poll.outcome is Outcome.OK else source.etag,
        last_modified=poll.last_modified if poll.outcome is Outcome.OK else source.last_modified,
        body_sha256=poll.body_sha256 or source.body_sha256,
        full_at=source.full_at if poll.conditional else now,
        conditions_lie=lies,
        url=poll.url or source.url,
        host=poll.host or source.host,
        good_url=poll.url or source.url,
        hops=0,
    )
    state = replace(state, status=SILENT if is_silent(state, now) else LIVE)
    return replace(state, next_at=_wake(state.interval_s, now, rng))


def is_conditional(source: Source, now: datetime) -> bool:
    """Whether the next poll may be a conditional one."""
    known = bool(source.etag or source.last_modified)
    return known and not source.conditions_lie and source.full_at is not None and now - source.full_at < FULL_EVERY


def is_silent(source: Source, now: datetime) -> bool:
    """Whether nothing new has come for far longer than the source is used to."""
    if source.new_at is None or source.gap_s is None:
        return False
    return now - source.new_at > max(SILENT_MIN, SILENT_GAPS * timedelta(seconds=source.gap_s))


def next_visit(
    address: Address, outcome: Outcome, now: datetime, rng: random.Random, retry_after_s: float | None = None
) -> Address:
    """The state of an article's address after a fetch: read again 1, 6, 24 and 72 hours after it was published (found,
    where no date is known), failures tried again for some days, then done with (`next_at` None)."""
    if outcome in FAILURE_WEIGHTS:
        failures = address.failures + 1
        tries = GONE_RETRIES if outcome is Outcome.GONE else len(VISIT_RETRY)
        if failures > tries or outcome is Outcome.REFUSED_ADDRESS:
            return replace(address, failures=failures, outcome=outcome, next_at=_next_reading(address, now))
        wait = max(VISIT_RETRY[int(failures) - 1], timedelta(seconds=retry_after_s or 0))
        return replace(address, failures=failures, outcome=outcome, next_at=now + wait * rng.uniform(1.0, 1.2))
    if outcome is Outcome.TWIN:
        return replace(address, visits=address.visits + 1, outcome=outcome, next_at=None)
    first = address.fetched_at or now
    read = replace(address, visits=address.visits + 1, fetched_at=first, failures=0.0, outcome=outcome)
    return replace(read, next_at=_next_reading(read, now))


def _next_reading(address: Address, now: datetime) -> datetime | None:
    if address.fetched_at is None or (address.published and address.found_at - address.published > FRESH_MAX):
        return None
    born = min(address.fetched_at, address.published or address.fetched_at)
    return next((born + after for after in REREAD_AFTER if born + after > now + READING_GAP_MIN), None)


def _after_failure(source: Source, poll: Poll, now: datetime, rng: random.Random) -> Source:
    failures = source.failures + FAILURE_WEIGHTS[poll.outcome]
    wait_s = min(RETRY_S_FIRST * 2 ** min(failures, 10) * rng.uniform(0.8, 1.2), RETRY_S_MAX)
    wait_s = max(wait_s, min(poll.retry_after_s or 0.0, RETRY_S_MAX))
    return replace(
        source,
        status=FAILING,
        failures=failures,
        outcome=poll.outcome,
        polled_at=now,
        next_at=now + timedelta(seconds=wait_s),
        hops=0,
    )


def _same_validators(source: Source, poll: Poll) -> bool:
    if source.body_sha256 is None:
        return False
    if poll.etag or source.etag:
        return poll.etag == source.etag
    return poll.last_modified is not None and poll.last_modified == source.last_modified


def _growth(source: Source, poll: Poll, now: datetime) -> float:
    if source.polled_at is None:
        return 1.0  # all that a first poll finds is new
    if poll.new:
        return _GROWTH[min(poll.new, len(_GROWTH) - 1)]
    return _GROWTH[0] if _factor(now) <= 1 else 1.0  # that nothing comes at night is no news


def _factor(now: datetime) -> float:
    """How much longer than the learnt interval to wait at this hour: nobody publishes at night, few on Sundays."""
    local = now.astimezone(VIETNAM)
    season = SEASON_FACTOR if _in_report_season(local) else 1.0
    if not OFFICE[0] <= local.time() < OFFICE[1]:
        return NIGHT_FACTOR
    return season * (WEEKEND_FACTOR if local.weekday() >= 5 else 1.0)


def _in_report_season(local: datetime) -> bool:
    """15 November to 15 January (the year), 15 June to 27 July (the half year, and Invalids' Day)."""
    day = (local.month, local.day)
    return day >= (11, 15) or day <= (1, 15) or (6, 15) <= day <= (7, 27)


def _wake(interval_s: float, now: datetime, rng: random.Random) -> datetime:
    """A wait that begins at night ends when the office opens, at the latest: a tenth of jitter spreads the sources."""
    wait = timedelta(seconds=interval_s * _factor(now) * rng.uniform(0.9, 1.1))
    local = now.astimezone(VIETNAM)
    if not OFFICE[0] <= local.time() < OFFICE[1]:
        opening = datetime.combine(local.date(), OFFICE[0], VIETNAM) + timedelta(days=local.time() >= OFFICE[1])
        opening += timedelta(seconds=min(interval_s, 1800) * rng.random())
        wait = min(wait, max(opening - now, timedelta(seconds=INTERVAL_S_MIN)))
    return now + min(wait, timedelta(seconds=INTERVAL_S_MAX))
