"""What holds of `extract` on any text, and of texts that differ only in how a number or a list is written."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.extractor.explain import explain
from services.extractor.extract import extract
from services.extractor.model import ArticleText
from services.extractor.observe import Observation

DAY = date(2023, 1, 12)
AREA = "63-27"
_SENTENCES = [
    "Năm 2022, toàn tỉnh giải quyết việc làm cho 16.240 lao động, đạt 108,3% kế hoạch.",
    "Tỷ lệ hộ nghèo cuối năm 2022 còn 2,15%.",
    "Trong năm 2022, đưa 620 người đi làm việc ở nước ngoài theo hợp đồng.",
    "Năm 2022 xảy ra 14 vụ tai nạn lao động.",
]
_LINES = """
    năm 2022 16.240 lao động giải quyết việc làm cho đạt 108,3% kế hoạch hộ nghèo còn tăng giảm so với cùng kỳ
    lần lượt là trong đó và , ; : ( ) . | - tỷ đồng người vụ tai nạn 1/2 từ xuống lên Kế hoạch: Thực hiện:
    huyện Gia Bình không xảy ra ½ ٣ \u0300 İ 9e9 1.000.000.000.000.000
"""
texts = st.one_of(
    st.text(max_size=400), st.lists(st.sampled_from([*_LINES.split(), "\n", "\t"]), max_size=80).map(" ".join)
)


def found(text: str) -> list[Observation]:
    return [each for each in extract(ArticleText(text, DAY, AREA)) if each.indicator]


@given(text=texts, published=st.one_of(st.none(), st.dates()), area=st.sampled_from([None, AREA, "VN"]))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_quotes_that_stand_in_it(text: str, published: date | None, area: str | None) -> None:
    article = ArticleText(text, published, area)
    observations = extract(article)
    for each in observations:
        assert text[each.start : each.end] == each.quote
        assert each.sentence in text
        assert each.value.is_finite()
        assert 0 <= each.confidence <= 1
    assert len({each.observation_id for each in observations}) == len(observations)
    explain(article, colour=True)


@given(order=st.permutations(_SENTENCES))
@settings(max_examples=24, deadline=None)
def test_sentences_that_say_their_year_may_stand_in_any_order(order: list[str]) -> None:
    told = {(each.indicator, each.value, each.period) for each in found(" ".join(order))}
    assert told == {
        ("employment.jobs_created", Decimal(16240), "2022"),
        ("poverty.rate", Decimal("2.15"), "2022-12-31"),
        ("overseas.workers_sent", Decimal(620), "2022"),
        ("labour.accidents", Decimal(14), "2022"),
    }


@pytest.mark.parametrize("written", ["16.240", "16 240", "16240", "16,240"])
def test_a_number_is_the_same_however_its_thousands_are_written(written: str) -> None:
    [observation] = found(f"Năm 2022, toàn tỉnh giải quyết việc làm cho {written} lao động.")
    assert observation.value == 16240


@pytest.mark.parametrize("sign", ["-", "+", "–", "•", "1.", "a)"])
def test_items_of_a_list_are_read_whatever_marks_them(sign: str) -> None:
    items = ["Giải quyết việc làm cho 16.240 lao động", "Đưa 620 người đi làm việc ở nước ngoài"]
    text = "Kết quả năm 2022:\n" + "\n".join(f"{sign} {item};" for item in items)
    assert [(each.indicator, each.value) for each in found(text)] == [
        ("employment.jobs_created", Decimal(16240)),
        ("overseas.workers_sent", Decimal(620)),
    ]


def test_the_same_figure_under_another_accent_order_or_case_is_the_same() -> None:
    plain = found("Năm 2022, tỷ lệ hộ nghèo còn 2,15%.")
    for text in ("Năm 2022, tỉ lệ hộ nghèo còn 2,15%.", "NĂM 2022, TỶ LỆ HỘ NGHÈO CÒN 2,15%."):
        assert [(e.indicator, e.value, e.period) for e in found(text)] == [
            (e.indicator, e.value, e.period) for e in plain
        ]


@pytest.mark.parametrize(
    "piece",
    [
        "giải quyết việc làm cho 12.500 lao động, tỷ lệ hộ nghèo giảm còn 3,5%, đưa 320 người đi nước ngoài, ",
        "Huyện A | Số hộ nghèo: 412 | Tỷ lệ: 3,5\n",
        "12.500 lao động 320 người 3,5% 45 hộ nghèo ",
        "việc làm lao động hộ nghèo tỷ lệ hộ nghèo bảo hiểm xã hội ",
        "12.500\nKế hoạch\n",
        "((((,,,,",
        "1234567890",
    ],
)
def test_time_is_linear_even_without_a_full_stop(piece: str) -> None:
    extract(ArticleText(piece, DAY, AREA))

    def seconds(size: int) -> float:
        start = time.process_time()
        extract(ArticleText(piece * (size // len(piece)), DAY, AREA))
        return time.process_time() - start

    small = min(seconds(15_000) for _ in range(3))
    assert seconds(90_000) < 6 * small * 3 + 0.1


def test_in_an_article_of_no_area_a_paragraph_goes_on_about_its_last_province() -> None:
    text = "Ngày 15/1, Sở Lao động tỉnh Hà Nam cho biết, năm 2022 toàn tỉnh giải quyết việc làm cho 16.240 lao động. {}"
    text += "Sở Lao động tỉnh Bình Thuận cho biết, năm 2022 toàn tỉnh đưa 620 người đi làm việc ở nước ngoài."
    text = text.format("Tỷ lệ hộ nghèo còn 2,15%.\n")
    areas = [each.area for each in extract(ArticleText(text, DAY, None)) if each.indicator]
    assert areas == ["63-35", "63-35", "63-60"]


def test_the_end_of_a_month_without_any_year_is_no_period_and_no_crash() -> None:
    assert extract(ArticleText("Cuối tháng 2 có 4.120 hộ nghèo.", None, None))[0].indicator == "poverty.households"
    assert extract(ArticleText("CUỐI THÁNG2", None, None)) == []
    assert extract(ArticleText("Cuối quý II", None, None)) == []
