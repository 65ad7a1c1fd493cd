"""The period that an article as a whole reports on. Texts composed for the project."""

from __future__ import annotations

from datetime import date

import pytest

from services.extractor.periods import article_period, read_periods
from services.extractor.periods.readers import READERS
from services.extractor.periods.scan import WORDS
from services.extractor.reading import read


@pytest.mark.parametrize(
    ("text", "published", "period"),
    [
        ("Sở tổng kết công tác năm 2022, triển khai nhiệm vụ năm 2023", date(2023, 1, 12), "2022"),
        ("Sở triển khai nhiệm vụ năm 2023\n\nSáng 26/11, Sở tổng kết công tác năm 2022.", None, "2022"),
        ("Kế hoạch công tác năm 2022\n\nNgày 11/02/2022, Sở ban hành kế hoạch năm 2022.", date(2022, 2, 16), "2022"),
        ("6 tháng, gần 1,1 ngàn lao động ra nước ngoài", date(2018, 7, 4), "2018-H1"),
        ("Tình hình kinh tế - xã hội 9 tháng đầu năm 2020", date(2020, 10, 5), "2020-M01/M09"),
        ("Tháng bảy tri ân\n\nNăm 2016, huyện thu 694 triệu đồng.", date(2017, 7, 24), "2017"),
        ("Giải quyết việc làm cho 500 người", date(2017, 7, 24), "2017"),
        ("Giải quyết việc làm cho 500 người", None, ""),
        (
            "Quý I/2023: Giải quyết việc làm cho 5.000 lao động\n\nTrong quý I có 5.000 người.",
            date(2023, 4, 5),
            "2023-Q1",
        ),
        ("Tháng 9: 1.020 người hưởng trợ cấp", date(2023, 10, 5), "2023-09"),
        ("Hơn 5.000 lao động xuất cảnh trong 8 tháng", date(2023, 9, 10), "2023-M01/M08"),
        ("Tổng kết công tác giảm nghèo giai đoạn 2016-2020", date(2020, 12, 5), "2016/2020"),
        (
            "Theo Nghị định số 20/2021/NĐ-CP, từ năm 2016; trong năm 2022, có 500 người, đến năm 2030 là 900",
            None,
            "2022",
        ),
    ],
)
def test_the_subject(text: str, published: date | None, period: str) -> None:
    assert article_period(read(text), published) == period


def test_a_year_that_looks_misprinted_is_marked() -> None:
    text = "Tổng kết năm 2022\n\nNăm 2002, có 753 lao động đi làm việc ở nước ngoài."
    mention = read_periods(read(text), date(2022, 12, 7))[-1]
    assert (mention.period, "period.doubtful" in mention.rules) == ("2002", True)


def test_a_plan_s_year_is_marked() -> None:
    mention = read_periods(read("triển khai nhiệm vụ công tác năm 2023"), date(2023, 1, 7))[-1]
    assert (mention.period, "period.planned" in mention.rules) == ("2023", True)


def test_a_year_in_brackets_is_marked() -> None:
    mentions = read_periods(read("từ 68,65% (năm 2018) lên 70,28% năm 2019"), date(2020, 1, 7))
    assert [(m.period, "period.bracket" in m.rules) for m in mentions] == [("2018", True), ("2019", False)]


def test_a_heading_s_year_holds_for_its_section() -> None:
    text = "Nhìn lại\nSở họp tổng kết.\nI. Kết quả năm 2021\nCả năm, có 12 vụ.\nII. Kết quả năm 2022\nCả năm, có 9 vụ."
    years = [m.period for m in read_periods(read(text), date(2023, 5, 7)) if m.rules == ("period.bare_year",)]
    assert years == ["2021", "2022"]


def test_every_rule_names_a_reader() -> None:
    named = {rule["read"] for rules in WORDS["rules"].values() for rule in rules}
    assert named - {"years"} == set(READERS), "words.yaml and readers.py differ; `years` is read by grammar.py"
