"""Dates as the portals print them. Every expected moment was read off the text by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.crawler.feeds.dates import is_credible, is_month_first, parse_date
from shared.clock import VIETNAM

READINGS = {
    "05/04/2023 2:15:00 CH": "2023-04-05T14:15:00+07:00",
    "05/04/2023 2:15:00 SA": "2023-04-05T02:15:00+07:00",
    "10/02/2023 12:05:00 SA": "2023-02-10T00:05:00+07:00",
    "10/02/2023 12:05:00 CH": "2023-02-10T12:05:00+07:00",
    "02:55 PM 10/10/2018": "2018-10-10T14:55:00+07:00",
    "7:30 a.m. 03/05/2023": "2023-05-03T07:30:00+07:00",
    "Wed, 12 Apr 2023, 23:40": "2023-04-12T23:40:00+07:00",
    "Wed, 12 Apr 2023 23:40:00": "2023-04-12T23:40:00+07:00",
    "Wed, 12 Apr 2023 23:40:00 +07:00": "2023-04-12T23:40:00+07:00",
    "Wed, 12 Apr 2023 16:40:00 GMT": "2023-04-12T23:40:00+07:00",
    "Wed, 12 Apr 2023 23:40:00 ICT": "2023-04-12T23:40:00+07:00",
    "Wed Apr 12 23:40:00 ICT 2023": "2023-04-12T23:40:00+07:00",
    "Wed Apr 12 23:40:00 GMT+07:00 2023": "2023-04-12T23:40:00+07:00",
    "Wed Apr 12 2023 16:40:00 GMT+0000 (Coordinated Universal Time)": "2023-04-12T23:40:00+07:00",
    "Saturday, February 03, 2024 8:00 AM": "2024-02-03T08:00:00+07:00",
    "T7, 03/02/2024 08:00": "2024-02-03T08:00:00+07:00",
    "03 Thg 2 2024 08:00": "2024-02-03T08:00:00+07:00",
    "Sat, 03 Feb 2024 08:00:00 SE Asia Standard Time": "2024-02-03T08:00:00+07:00",
    "12-Apr-23 10:00": "2023-04-12T10:00:00+07:00",
    "Apr 12, 2023 10:00 AM": "2023-04-12T10:00:00+07:00",
    "28.04.2023": "2023-04-28T00:00:00+07:00",
    "07-02-2023": "2023-02-07T00:00:00+07:00",
    "07/02/2023 08:00": "2023-02-07T08:00:00+07:00",
    "2023-05-03 22:05:31": "2023-05-03T22:05:31+07:00",
    "2023-05-03T22:05:31Z": "2023-05-04T05:05:31+07:00",
    "2023-05-03T22:05:31.123+07:00": "2023-05-03T22:05:31+07:00",
    "2023/05/03 08:00": "2023-05-03T08:00:00+07:00",
    "20230512T101500": "2023-05-12T10:15:00+07:00",
    "Thứ Tư, 24/05/2017 12:51": "2017-05-24T12:51:00+07:00",
    "Thứ năm - 01/02/2024 11:12 265": "2024-02-01T11:12:00+07:00",
    "Thứ hai, 03/04/2023 | 14:20 GMT+7": "2023-04-03T14:20:00+07:00",
    "14h30, 03/04/2023": "2023-04-03T14:30:00+07:00",
    "Ngày đăng: 10/02/2023": "2023-02-10T00:00:00+07:00",
    "ngày 4 tháng 1 năm 2023": "2023-01-04T00:00:00+07:00",
    "4 Tháng Mười Hai, 2023": "2023-12-04T00:00:00+07:00",
    "2023-02-10+0709:15:00": "2023-02-10T09:15:00+07:00",  # NukeViet's T, read as the name of the zone
    "2023-02-10ICT09:15:00": "2023-02-10T09:15:00+07:00",
    "1676000000": "2023-02-10T10:33:20+07:00",
    "1676000000000": "2023-02-10T10:33:20+07:00",
}


@pytest.mark.parametrize(("printed", "meant"), READINGS.items())
def test_house_forms_are_read_day_first_and_in_viet_nam(printed: str, meant: str) -> None:
    date = parse_date(printed)
    assert date is not None
    assert date.moment.astimezone(VIETNAM).isoformat() == meant


@pytest.mark.parametrize("printed", ["", "hôm nay", "29/02/2023", "32/01/2023", "00/00/0000", "10/2023", "5/13/2023"])
def test_what_is_no_day_is_not_guessed(printed: str) -> None:
    assert parse_date(printed) is None


def test_a_day_without_a_time_is_told_apart_from_midnight() -> None:
    day, midnight = parse_date("28/04/2023"), parse_date("28/04/2023 00:00")
    assert day and midnight
    assert (day.day_only, midnight.day_only) == (True, False)


def test_month_first_is_a_matter_of_the_whole_feed() -> None:
    assert is_month_first(["4/5/2023 2:15:00 PM", "4/28/2023 9:00:00 AM"])
    assert not is_month_first(["4/5/2023", "28/4/2023"])
    assert not is_month_first(["4/5/2023", "6/7/2023"])
    date = parse_date("4/28/2023 9:00:00 AM", month_first=True)
    assert date and date.moment.isoformat() == "2023-04-28T09:00:00+07:00"


def test_unset_and_future_dates_are_not_believed() -> None:
    fetched = datetime(2023, 2, 10, 8, tzinfo=VIETNAM)
    for printed, believed in (
        ("01/01/0001 12:00:00 SA", False),
        ("01/01/1970", False),
        ("10/02/2023 14:00", True),  # GMT printed on local time lies up to 7 hours ahead
        ("12/02/2023 08:01", False),
    ):
        date = parse_date(printed)
        assert date is not None
        assert is_credible(date.moment, fetched) is believed, printed


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_without_an_error(text: str) -> None:
    date = parse_date(text)
    assert date is None or date.moment.tzinfo is not None


@given(st.datetimes(datetime(1998, 1, 1), datetime(2035, 12, 31)), st.sampled_from(["/", "-", "."]))
def test_every_moment_survives_the_form_of_the_house(moment: datetime, mark: str) -> None:
    printed = moment.strftime(f"%d{mark}%m{mark}%Y %H:%M:%S")
    date = parse_date(printed)
    assert date and date.moment == moment.replace(microsecond=0, tzinfo=VIETNAM)


@given(st.datetimes(datetime(1998, 1, 1), datetime(2035, 12, 31)), st.integers(-12, 14))
def test_a_printed_zone_holds(moment: datetime, hours: int) -> None:
    printed = moment.strftime("%a, %d %b %Y %H:%M:%S ") + f"{'-' if hours < 0 else '+'}{abs(hours):02}00"
    date = parse_date(printed)
    utc = moment.replace(microsecond=0, tzinfo=UTC) - timedelta(hours=hours)
    assert date and date.moment.astimezone(UTC) == utc
