"""Names of periods, and what is computed of them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.extractor.periods import calendar


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        (1, 12, "2023"),
        (1, 6, "2023-H1"),
        (7, 12, "2023-H2"),
        (1, 3, "2023-Q1"),
        (10, 12, "2023-Q4"),
        (1, 9, "2023-M01/M09"),
        (11, 12, "2023-M11/M12"),
        (2, 4, "2023-M02/M04"),
        (3, 8, "2023-M03/M08"),
        (5, 5, "2023-05"),
    ],
)
def test_months_have_their_shortest_name(first: int, last: int, name: str) -> None:
    assert calendar.months(2023, first, last) == name


@pytest.mark.parametrize(
    ("period", "last_day"),
    [
        ("2022", "2022-12-31"),
        ("2023-H1", "2023-06-30"),
        ("2023-H2", "2023-12-31"),
        ("2023-M01/M09", "2023-09-30"),
        ("2023-Q1", "2023-03-31"),
        ("2024-02", "2024-02-29"),
        ("2021/2025", "2025-12-31"),
        ("2023-06-30", "2023-06-30"),
        ("2023-03-01/2024-02-29", "2024-02-29"),
    ],
)
def test_the_last_day_of_a_period(period: str, last_day: str) -> None:
    assert calendar.end(period) == date.fromisoformat(last_day)


@pytest.mark.parametrize("wrong", ["", "năm 2022", "2022-13", "0000", "2022-Q5", "2022-00", "9999"])
def test_what_is_no_period_has_no_end(wrong: str) -> None:
    assert calendar.end(wrong) is None


@given(st.integers(1, 9998), st.integers(1, 12), st.integers(1, 12))
def test_months_end_with_their_last_month(year: int, one: int, other: int) -> None:
    first, last = sorted((one, other))
    assert calendar.end(calendar.months(year, first, last).rjust(4, "0") if year > 999 else f"{year:04}-{last:02}") == (
        calendar.month_end(year, last)
    )


@pytest.mark.parametrize(
    ("period", "before"),
    [
        ("2018-H1", "2017-H1"),
        ("2020-02-29", "2019-02-28"),
        ("2021/2025", ""),
        ("", ""),
        ("2020-M01/M09", "2019-M01/M09"),
    ],
)
def test_the_same_period_of_the_year_before(period: str, before: str) -> None:
    assert calendar.year_before(period) == before


def test_a_day_just_past_the_month_is_its_last() -> None:
    assert calendar.day(2017, 6, 31) == date(2017, 6, 30)
    assert calendar.day(2017, 13, 1) is None
    assert calendar.day(2017, 6, 32) is None
