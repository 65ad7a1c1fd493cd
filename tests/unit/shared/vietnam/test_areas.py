"""The units by name and date: facts of the mergers of 1 July 2025 and of the changes of status around them."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.vietnam.areas import (
    NATION,
    UnknownArea,
    area,
    area_for,
    area_of_host,
    areas,
    check_key,
    fold,
    successor,
    territory,
)

BEFORE = date(2024, 6, 1)
AFTER = date(2025, 12, 1)


def in_force(on: date) -> set[str]:
    return {area.key for area in areas() if area.in_force(on)}


@pytest.mark.parametrize(
    ("day", "count"),
    [
        *[("2008-08-01", 63), ("2024-12-31", 63), ("2025-01-01", 63), ("2025-06-30", 63), ("2025-07-01", 34)],
        *[("2026-04-29", 34), ("2026-04-30", 34), ("2026-08-31", 34), ("2026-09-01", 34), ("2026-09-20", 34)],
    ],
)
def test_the_units_in_force_cover_the_country_once(day: str, count: int) -> None:
    in_force = [unit for unit in areas() if unit.in_force(date.fromisoformat(day))]
    assert len(in_force) == count
    assert len({unit.key for unit in in_force}) == count


def test_versions_of_a_key_follow_each_other_without_gap() -> None:
    by_key: dict[str, list[tuple[date, date | None]]] = {}
    for unit in areas():
        by_key.setdefault(unit.key, []).append((unit.valid_from, unit.valid_to))
    for spans in by_key.values():
        for (_, end), (start, _) in pairwise(spans):
            assert end is not None
            assert start == end + timedelta(days=1)


@pytest.mark.parametrize(
    ("name", "day", "key"),
    [
        ("Bắc Ninh", "2025-06-30", "63-27"),
        ("Bắc Ninh", "2025-07-01", "34-24"),
        ("bac ninh", "2024-01-01", "63-27"),
        ("tỉnh Bắc Ninh", "2024-01-01", "63-27"),
        ("TP.HCM", "2024-01-01", "63-79"),
        ("Thành phố Hồ Chí Minh", "2026-01-01", "34-79"),
        ("Thừa Thiên - Huế", "2022-05-05", "63-46"),
        ("Huế", "2025-03-01", "63-46"),
        ("Thừa Thiên Huế", "2026-01-01", "34-46"),
        ("Hoà Bình", "2026-01-01", "63-17"),
        ("Đăk Lăk", "1990-01-01", "63-66"),
        ("BR-VT", "2020-01-01", "63-77"),
        ("Bà Rịa – Vũng Tàu", "2020-01-01", "63-77"),
    ],
)
def test_a_name_means_the_unit_in_force(name: str, day: str, key: str) -> None:
    assert area_for(name, date.fromisoformat(day)) == key


def test_a_city_keeps_the_key_of_the_province_it_was() -> None:
    assert area("34-22", date(2026, 8, 31)).kind == "tỉnh"
    assert area("34-22", date(2026, 9, 1)).kind == "thành phố"
    assert area("34-22").kind == "thành phố"


def test_seven_codes_change_their_territory() -> None:
    moved = {"15": "Lào Cai", "24": "Bắc Ninh", "44": "Quảng Trị", "52": "Gia Lai", "80": "Tây Ninh"}
    moved |= {"82": "Đồng Tháp", "91": "An Giang"}
    for code, name in moved.items():
        assert area(f"34-{code}").name == name
        assert area(f"63-{code}").name != name


def test_every_unit_of_the_63_has_a_successor_among_the_34() -> None:
    assert {successor(key) for key in in_force(BEFORE)} == in_force(AFTER)
    assert [key for key in sorted(in_force(BEFORE)) if successor(key) == "34-25"] == ["63-17", "63-25", "63-26"]
    assert successor("34-25") is None
    assert successor(NATION) is None


@pytest.mark.parametrize(
    ("key", "day", "expected"),
    [("63-17", AFTER, "34-25"), ("63-17", BEFORE, "63-17"), ("34-24", BEFORE, "63-27"), ("VN", AFTER, "VN")],
)
def test_territory(key: str, day: date, expected: str) -> None:
    assert territory(key, day) == expected


@pytest.mark.parametrize(
    ("host", "before", "after"),
    [
        ("baohungyen.vn", "63-33", "34-33"),
        ("vinhphuctv.vn", "63-26", "34-25"),
        ("sldtbxh.bacgiang.gov.vn", "63-24", "34-24"),
        ("quyhoach.baria-vungtau.gov.vn", "63-77", "34-79"),
        ("www.baoapbac.vn", "63-82", "34-82"),
        ("dongkhoi.baovinhlong.vn", "63-86", "34-86"),
        ("vieclambackan.gov.vn", "63-06", "34-19"),
        ("nld.com.vn", None, None),
        ("baochinhphu.vn", None, None),
        ("", None, None),
    ],
)
def test_a_host_tells_its_area(host: str, before: str | None, after: str | None) -> None:
    assert area_of_host(host, BEFORE) == before
    assert area_of_host(host, AFTER) == after


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [("63-99", "63-96"), ("27", "63-27 Bắc Ninh"), ("Bắc Ninh", "63-27"), ("bac nin", "Bắc Ninh"), ("vn", "VN")],
)
def test_an_unknown_key_is_answered_with_near_ones(wrong: str, hint: str) -> None:
    with pytest.raises(UnknownArea, match=hint):
        check_key(wrong)


@given(st.text(max_size=60))
def test_any_text_is_a_key_or_a_clear_error(text: str) -> None:
    try:
        assert check_key(text) == text
    except UnknownArea as error:
        assert "Keys look like" in str(error)
    try:
        assert area_for(text, BEFORE) in in_force(BEFORE)
    except UnknownArea as error:
        assert "Keys look like" in str(error)


def test_no_two_units_share_a_folded_name() -> None:
    names: dict[str, str] = {}
    for unit in areas():
        for name in (unit.name, *unit.aliases):
            owner = names.setdefault(fold(name), unit.name)
            assert {owner, unit.name} in ({unit.name}, {"Huế", "Thừa Thiên Huế"})
