"""A number is no indicator's where the article speaks of other matters or of another country; where it speaks of the
sector, it is."""

from __future__ import annotations

from datetime import date

import pytest

from services.extractor.extract import extract
from services.extractor.model import ArticleText
from services.extractor.observe import Observation
from services.extractor.scene import see
from services.extractor.sector import SHARE_MIN, share_of_sector

MATCH = """Trận chung kết diễn ra trên sân trung tâm trước hàng nghìn cổ động viên áo đỏ. Tiền đạo đội khách mở tỷ
số bằng cú sút xa, thủ môn chủ nhà đổ người nhưng không kịp. Hiệp hai trời mưa nặng hạt, bóng lăn chậm và
cầu thủ hai bên liên tục phạm lỗi. Trọng tài rút thẻ vàng, huấn luyện viên thay người, khán giả hát vang
đến phút cuối. Sau trận, đội trưởng nói anh chỉ muốn về nhà với con gái nhỏ, còn ban tổ chức bận rộn dọn
dẹp khán đài và thu hồi vé."""
GIFTS = "Giữa hai hiệp, nhà tài trợ trao 70 suất học bổng."
REPORT = "Năm 2023, toàn tỉnh giải quyết việc làm cho 16.240 lao động."


def read(text: str) -> list[Observation]:
    return list(extract(ArticleText(text, date(2024, 1, 15), "63-27")))


def indicators(text: str) -> list[str]:
    return [each.indicator for each in read(text) if each.indicator]


def test_a_number_in_news_of_other_matters_is_told_with_a_label_and_why() -> None:
    (gift,) = [each for each in read(f"{MATCH} {GIFTS}") if each.value == 70]
    assert (gift.indicator, gift.label) == (None, "suất học bổng")
    assert "sector: the article speaks of other matters" in gift.rules


def test_the_same_words_are_an_indicator_where_the_article_speaks_of_the_sector() -> None:
    report = "Quỹ Bảo trợ trẻ em tỉnh hỗ trợ trẻ em có hoàn cảnh khó khăn."
    assert indicators(f"{report} Năm 2023, Quỹ trao 70 suất học bổng.") == ["children.supported"]


def test_a_sentence_that_says_of_where_and_when_is_read_in_any_article() -> None:
    assert indicators(f"{MATCH} {REPORT}") == ["employment.jobs_created"]


def test_figures_of_another_country_are_nobodys() -> None:
    assert indicators("Tỷ lệ thất nghiệp của Mỹ giảm xuống 3,7%. Số người mất việc do bão là 99.000.") == []
    assert indicators("Tỷ lệ thất nghiệp giảm xuống 3,7%.") == ["employment.unemployment_rate"]


def test_a_ministry_of_labour_may_be_another_countrys() -> None:
    told = "Theo Bộ Lao động Mỹ, tỷ lệ thất nghiệp tháng trước giảm xuống còn 3,6%."
    assert indicators(told) == []
    assert indicators(f"{told} Tỷ lệ thất nghiệp của Việt Nam là 2,2%.") != []


def test_learners_of_schools_and_universities_are_no_learners_of_a_trade() -> None:
    school = "Điểm chuẩn của các trường đại học tăng. Thí sinh trúng tuyển nhập học trước ngày 10/9. Các trường"
    assert indicators(f"{school} tuyển mới 4.300 sinh viên.") == []
    assert indicators("Trường trung cấp nghề tuyển mới 430 học viên học nghề.") == ["vet.enrolment"]


@pytest.mark.parametrize("text", ["", "\n\n", "12.000"])
def test_the_share_of_a_text_without_words_is_nought(text: str) -> None:
    assert share_of_sector(see(ArticleText(text))) == 0.0


def test_the_share_tells_a_report_from_a_match() -> None:
    assert share_of_sector(see(ArticleText(MATCH))) < SHARE_MIN < share_of_sector(see(ArticleText(REPORT)))


def test_persons_counted_in_one_word_are_those_of_an_incident() -> None:
    assert indicators("Năm 2023, toàn tỉnh có hai em đuối nước.") == []
    assert indicators("Năm 2023, toàn tỉnh có 12 em đuối nước.") == ["children.drowning_deaths"]
