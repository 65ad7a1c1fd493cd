from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.crawler.model import FAILING, LIVE, SILENT, Address, Source
from services.crawler.outcomes import FAILURE_WEIGHTS, Outcome
from services.crawler.schedule import (
    INTERVAL_S_FIRST,
    INTERVAL_S_MAX,
    INTERVAL_S_MIN,
    Poll,
    is_conditional,
    next_poll,
    next_visit,
)
from shared.clock import VIETNAM

MONDAY_10 = datetime(2024, 3, 4, 10, tzinfo=VIETNAM)
SOURCE = Source("s", "p", "feed", "https://a.example/rss", "a.example", MONDAY_10, INTERVAL_S_FIRST)
POLLED = replace(SOURCE, status=LIVE, polled_at=MONDAY_10, full_at=MONDAY_10, etag='"1"', body_sha256="one")
RNG = random.Random(1)


def ok(new: int = 0, *, etag: str | None = None, url: str | None = None, host: str | None = None) -> Poll:
    return Poll(Outcome.OK, items=30, new=new, body_sha256="two", etag=etag, url=url, host=host)


def wait_s(source: Source, now: datetime) -> float:
    return (source.next_at - now).total_seconds()


def test_more_news_shorter_waits_none_longer() -> None:
    assert next_poll(POLLED, ok(5), MONDAY_10, RNG).interval_s == INTERVAL_S_FIRST * 0.6
    assert next_poll(POLLED, ok(0), MONDAY_10, RNG).interval_s > INTERVAL_S_FIRST


def test_the_first_reading_teaches_nothing() -> None:
    assert next_poll(SOURCE, ok(30), MONDAY_10, RNG).interval_s == INTERVAL_S_FIRST


def test_a_night_without_news_is_no_reason_to_wait_longer_by_day() -> None:
    night = MONDAY_10.replace(hour=23)
    assert next_poll(POLLED, ok(0), night, RNG).interval_s == INTERVAL_S_FIRST


@pytest.mark.parametrize("hour", [20, 23, 2, 6])
def test_night_waits_are_longer_and_end_when_the_office_opens(hour: int) -> None:
    night = MONDAY_10.replace(hour=hour)
    slow = replace(POLLED, interval_s=INTERVAL_S_MAX / 2)
    wake = next_poll(slow, ok(0), night, RNG).next_at
    opening = MONDAY_10.replace(hour=7) + timedelta(days=hour > 12)
    assert opening <= wake <= opening + timedelta(minutes=30)


def test_report_season_is_denser_and_the_week_end_thinner() -> None:
    quiet = wait_s(next_poll(POLLED, ok(1), MONDAY_10, random.Random(1)), MONDAY_10)
    december = datetime(2024, 12, 2, 10, tzinfo=VIETNAM)
    saturday = datetime(2024, 3, 9, 10, tzinfo=VIETNAM)
    assert wait_s(next_poll(POLLED, ok(1), december, random.Random(1)), december) == pytest.approx(0.75 * quiet)
    assert wait_s(next_poll(POLLED, ok(1), saturday, random.Random(1)), saturday) == pytest.approx(2 * quiet)


def test_failures_back_off_and_never_for_ever() -> None:
    source, now, waits = POLLED, MONDAY_10, []
    for _ in range(400):
        source = next_poll(source, Poll(Outcome.GONE), now, RNG)
        waits.append(wait_s(source, now))
        now = source.next_at
    assert source.status == FAILING
    assert waits[0] < waits[2] < waits[4]
    assert max(waits) <= 86_400
    back = next_poll(source, ok(2), now, RNG)
    assert (back.status, back.failures) == (LIVE, 0)


def test_a_servers_bad_hour_weighs_less_than_a_missing_page() -> None:
    gone = flaky = POLLED
    for _ in range(4):
        gone = next_poll(gone, Poll(Outcome.GONE), MONDAY_10, random.Random(1))
        flaky = next_poll(flaky, Poll(Outcome.TIME_OUT), MONDAY_10, random.Random(1))
    assert flaky.next_at < gone.next_at


def test_retry_after_is_kept_up_to_a_day() -> None:
    asked = next_poll(POLLED, Poll(Outcome.RATE_LIMITED, retry_after_s=7200), MONDAY_10, RNG)
    assert wait_s(asked, MONDAY_10) >= 7200
    absurd = next_poll(POLLED, Poll(Outcome.RATE_LIMITED, retry_after_s=1e9), MONDAY_10, RNG)
    assert wait_s(absurd, MONDAY_10) <= 86_400


def test_conditions_are_believed_for_some_hours_only() -> None:
    assert is_conditional(POLLED, MONDAY_10 + timedelta(hours=1))
    assert not is_conditional(POLLED, MONDAY_10 + timedelta(hours=7))
    assert not is_conditional(SOURCE, MONDAY_10)


def test_a_server_that_keeps_its_etag_after_a_change_is_found_out() -> None:
    lied = next_poll(POLLED, ok(1, etag='"1"'), MONDAY_10, RNG)
    assert lied.conditions_lie and not is_conditional(lied, MONDAY_10)
    honest = next_poll(POLLED, ok(1, etag='"2"'), MONDAY_10, RNG)
    assert not honest.conditions_lie


def test_silence_is_measured_by_the_sources_own_habit() -> None:
    paper = replace(POLLED, new_at=MONDAY_10, gap_s=3600.0)
    department = replace(POLLED, new_at=MONDAY_10, gap_s=4 * 86_400.0)
    later = MONDAY_10 + timedelta(days=7)
    assert next_poll(paper, ok(0), later, RNG).status == SILENT
    assert next_poll(department, ok(0), later, RNG).status == LIVE


def test_a_move_for_good_is_remembered() -> None:
    moved = next_poll(POLLED, ok(1, url="https://b.example/rss", host="b.example"), MONDAY_10, RNG)
    assert (moved.url, moved.host) == ("https://b.example/rss", "b.example")


outcomes = st.sampled_from(list(Outcome))
moments = st.datetimes(datetime(2023, 1, 1), datetime(2027, 1, 1)).map(lambda moment: moment.replace(tzinfo=VIETNAM))


@given(st.lists(st.tuples(outcomes, st.integers(0, 30)), min_size=1, max_size=30), moments, st.integers())
def test_every_history_leaves_a_next_poll_between_ten_minutes_and_a_day(
    history: list[tuple[Outcome, int]], now: datetime, seed: int
) -> None:
    source, rng = SOURCE, random.Random(seed)
    for outcome, new in history:
        source = next_poll(source, Poll(outcome, 30, new), now, rng)
        assert timedelta(seconds=INTERVAL_S_MIN * 0.6) <= source.next_at - now <= timedelta(days=1)
        assert INTERVAL_S_MIN <= source.interval_s <= INTERVAL_S_MAX
        now = source.next_at


ADDRESS = Address("a", "p", "s", "a.example", "https://a.example/1", "https://a.example/1", MONDAY_10, MONDAY_10)


def test_an_article_is_read_again_after_1_6_24_and_72_hours() -> None:
    address, now, hours = ADDRESS, MONDAY_10, []
    while address.next_at:
        address = next_visit(address, Outcome.OK, now, RNG)
        if address.next_at:
            hours.append((address.next_at - MONDAY_10).total_seconds() / 3600)
            now = address.next_at
    assert hours == [1, 6, 24, 72]
    assert address.visits == 5


def test_readings_count_from_publication_where_it_is_known() -> None:
    late = replace(ADDRESS, published=MONDAY_10 - timedelta(hours=2))
    assert next_visit(late, Outcome.OK, MONDAY_10, RNG).next_at == MONDAY_10 + timedelta(hours=4)
    ahead = replace(ADDRESS, published=MONDAY_10 + timedelta(hours=7))  # GMT printed on local time
    assert next_visit(ahead, Outcome.OK, MONDAY_10, RNG).next_at == MONDAY_10 + timedelta(hours=1)


def test_an_old_article_is_read_once() -> None:
    old = replace(ADDRESS, published=MONDAY_10 - timedelta(days=30))
    assert next_visit(old, Outcome.OK, MONDAY_10, RNG).next_at is None


@pytest.mark.parametrize("outcome", sorted(FAILURE_WEIGHTS))
def test_a_page_that_fails_is_tried_again_and_then_let_go(outcome: Outcome) -> None:
    address, now, tries = ADDRESS, MONDAY_10, 0
    while address.next_at and tries < 50:
        address = next_visit(address, outcome, now, RNG)
        now, tries = address.next_at or now, tries + 1
    assert tries == {Outcome.GONE: 2, Outcome.REFUSED_ADDRESS: 1}.get(outcome, 6)


def test_a_failed_reading_does_not_end_the_later_ones() -> None:
    read = next_visit(ADDRESS, Outcome.OK, MONDAY_10, RNG)
    now = MONDAY_10 + timedelta(hours=1)
    gone = next_visit(next_visit(read, Outcome.GONE, now, RNG), Outcome.GONE, now + timedelta(minutes=12), RNG)
    assert gone.next_at == MONDAY_10 + timedelta(hours=6)
