"""What is told of a figure beside its value: flags, confidence, label, and which of its statements is kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from services.extractor.confidence import measured, table
from services.extractor.explain import explain
from services.extractor.extract import extract
from services.extractor.model import ArticleText
from services.extractor.observe import Observation

DAY = date(2023, 1, 12)


def read(text: str) -> list[Observation]:
    return extract(ArticleText(text, DAY, "63-27"))


def flags(text: str) -> dict[str, tuple[str, ...]]:
    return {each.quote: each.flags for each in read(text)}


def test_a_share_of_plan_that_does_not_follow_from_its_figures_is_flagged() -> None:
    text = "Năm 2022, giải quyết việc làm cho 16.240/15.000 người, đạt {}% kế hoạch."
    [right], [wrong] = read(text.format("108,3")), read(text.format("88,3"))
    assert right.flags == ()
    assert wrong.flags == ("plan_mismatch",)
    assert wrong.confidence < right.confidence


def test_a_fall_that_does_not_follow_from_its_levels_is_flagged() -> None:
    text = "Tỷ lệ hộ nghèo giảm từ 6,75% năm 2021 xuống còn 5,24% năm 2022, giảm {}%."
    assert not any(flags(text.format("1,51")).values())
    assert flags(text.format("3,51"))["3,51%"] == ("change_mismatch",)


def test_a_value_that_no_province_can_have_is_flagged() -> None:
    assert flags("Năm 2022, tỷ lệ hộ nghèo của tỉnh còn 98,5%.") == {"98,5%": ("out_of_range",)}


def test_a_part_greater_than_its_whole_is_flagged() -> None:
    text = "Năm 2022, tỷ lệ lao động qua đào tạo đạt 61%, trong đó có bằng cấp, chứng chỉ đạt 68%."
    assert flags(text) == {"61%": (), "68%": ("part_exceeds_whole",)}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Năm 2022, toàn tỉnh trồng 1.250 ha rừng.", "ha rừng"),
        ("Trong năm, Trung tâm đón 845 lượt khách tham quan.", "lượt khách tham quan"),
    ],
)
def test_what_the_catalogue_does_not_hold_keeps_its_own_words(text: str, label: str) -> None:
    assert [(each.indicator, each.label) for each in read(text)] == [(None, label)]


def test_a_bare_number_without_a_noun_is_not_told() -> None:
    assert read("Kết quả là 1.250.") == []


def test_the_fuller_statement_is_kept_and_a_rounded_one_goes() -> None:
    text = "Giải quyết việc làm cho hơn 16 nghìn lao động\n\nNăm 2022, giải quyết việc làm cho 16.240/15.000 lao động."
    [observation] = [each for each in read(text) if each.indicator]
    assert (observation.value, observation.target_value) == (Decimal(16240), Decimal(15000))


def test_a_change_is_linked_to_its_level() -> None:
    level, change = read("Năm 2022, đưa 620 người đi làm việc ở nước ngoài, tăng 12% so với năm 2021.")
    assert (level.measure, change.measure) == ("level", "relative_change")
    assert level.change == change.observation_id


def test_confidence_is_the_measured_share_drawn_towards_the_way() -> None:
    shares = measured([("pattern", "near", True)] * 8 + [("pattern", "far", False)] * 2)
    assert shares["pattern"] == {"all": 0.817, "near": 0.963, "far": 0.408}
    assert all(0 < share <= 1 for bands in table().values() for share in bands.values())


def test_the_explanation_names_rules_and_what_was_rejected() -> None:
    text = "Năm 2022, có 120 hộ nghèo được vay vốn, sở họp 5 phòng ban."
    told = explain(ArticleText(text, DAY, "63-27"), colour=False)
    assert told.startswith("subject 2022, area 63-27, published 2023-01-12")
    assert "'2022': no value of its own (year)" in told
    assert "\x1b[" in explain(ArticleText("Năm 2022, có 120 hộ nghèo.", DAY, "63-27"), colour=True)
