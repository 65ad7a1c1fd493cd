"""How far words of status reach. Texts composed here, after the kinds of the field notes."""

from __future__ import annotations

from datetime import date

import pytest

from services.extractor.reading import read
from services.extractor.statuses import governance, read_statuses, status_of_period


def _status_of(text: str, number: str) -> str:
    reading = read(text)
    cue = governance(read_statuses(reading, date(2023, 1, 1)), reading).at(reading.text.index(number))
    return cue.status if cue else "actual"


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        # phấn đấu governs the following sentences of its quotation, and none after it.
        (
            "“Năm nay phấn đấu đưa 111 người đi. Tỷ lệ đào tạo 222%. Giảm 333 hộ”, bà nói. Năm qua có 444 người.",
            {"111": "target", "222": "target", "333": "target", "444": "actual"},
        ),
        # A colon list governs all its items, after semicolons and in lines of their own.
        ("Chỉ tiêu đề ra là: việc làm: 111 người; giảm nghèo: 222 hộ; quỹ đạt 333 đồng.\n\nNăm qua có 444 người.",
         {"111": "target", "222": "target", "333": "target", "444": "actual"}),
        ("Sở họp.\nNăm nay, ngành đặt chỉ tiêu:\n1. Việc làm cho 111 người;\n2. Giảm 222 hộ.\nNăm qua có 444 người.",
         {"111": "target", "222": "target", "444": "actual"}),
        # Section heads switch.
        ("Sở họp.\nI. Kết quả năm 2022\n- Có 111 người.\nII. Nhiệm vụ năm 2023\n- Có 222 người.\n- Có 333 hộ.",
         {"111": "actual", "222": "target", "333": "target"}),
        # An actual word ends a target's reach within the sentence.
        ("UBND tỉnh giao chỉ tiêu vận động quỹ là 111 đồng, đến nay đã vận động được 222 đồng.",
         {"111": "target", "222": "actual"}),
        # A later sentence with an actual word is no longer the target's, not even before that word.
        (
            "Tỉnh phấn đấu đến năm 2020 đạt 111%. Đặc biệt, 222% người cận nghèo đã được cấp thẻ.",
            {"111": "target", "222": "actual"},
        ),
        # A plan in brackets is the plan of its neighbour alone.
        ("ước đạt 111% (chỉ tiêu từ 222% đến 333%); tỷ lệ thất nghiệp là 444%",
         {"111": "estimate", "222": "target", "333": "target", "444": "actual"}),
        ("Năm 2022 đạt 111% kế hoạch, vượt 222% chỉ tiêu được giao.", {"111": "actual", "222": "actual"}),
        ("Trung tâm dự báo tháng tới cần 111 người.", {"111": "estimate"}),
    ],
)  # fmt: skip
def test_reach(text: str, statuses: dict[str, str]) -> None:
    assert {number: _status_of(text, number) for number in statuses} == statuses


@pytest.mark.parametrize(
    ("period", "published", "status"),
    [
        ("2024", date(2023, 12, 20), "target"),
        ("2023", date(2023, 1, 20), "target"),
        ("2023", date(2023, 12, 20), None),
        ("2022", date(2023, 1, 20), None),
        ("2023-H2", date(2023, 7, 4), None),
        ("2021/2025", date(2023, 7, 4), None),
        ("2026/2030", date(2023, 7, 4), "target"),
        ("2024", None, None),
        ("", date(2023, 7, 4), None),
    ],
)
def test_a_period_to_come_is_a_plan_s(period: str, published: date | None, status: str | None) -> None:
    assert status_of_period(period, published) == status
