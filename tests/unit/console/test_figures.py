"""Figures are shown as a Vietnamese reader expects them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.console.figures import figure, number


@pytest.mark.parametrize(
    ("value", "shown"),
    [(8095, "8.095"), (24.82, "24,82"), ("778000000000", "778.000.000.000"), (-2.5, "-2,5"), ("0.50", "0,5"), (0, "0")],
)
def test_number(value: int | float | str, shown: str) -> None:
    assert number(value) == shown


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**15), max_value=10**15))
def test_a_shown_number_reads_back_as_the_same_value(value: Decimal) -> None:
    assert Decimal(number(value).replace(".", "").replace(",", ".")) == value


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        (
            {"value": 8095, "unit": "person", "target_value": 6000, "plan_ratio": 135},
            "8.095 người (kế hoạch 6.000, 135 %)",
        ),
        ({"value": 778000000000, "unit": "vnd", "comparator": "approx"}, "~778 tỷ đồng"),
        ({"value": 4, "value_high": 4.5, "unit": "percent"}, "4 … 4,5 %"),
        ({"value": 1.5, "unit": "percentage_point", "measure": "change"}, "+1,5 điểm %"),
        ({"value": -18.6, "unit": "percent", "measure": "relative_change"}, "-18,6 %"),
        ({"value": 16, "unit": "item", "comparator": "ge"}, "≥16"),
    ],
)
def test_figure(fields: dict[str, object], shown: str) -> None:
    assert figure({"comparator": "eq", "measure": "level", **fields}) == shown
