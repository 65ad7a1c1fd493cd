"""Which unit a name means for a statement's period, and which area an article is about. Texts composed here."""

from __future__ import annotations

from datetime import date

import pytest

from services.extractor.areas import area_key, article_area, article_locality, read_areas
from services.extractor.reading import read
from shared.vietnam.areas import UnknownArea

AFTER = date(2025, 12, 20)


@pytest.mark.parametrize(
    ("name_or_key", "period_end", "old", "published", "key"),
    [
        ("Bắc Ninh", date(2024, 12, 31), False, AFTER, "63-27"),
        ("Bắc Ninh", date(2025, 9, 30), False, AFTER, "34-24"),
        ("34-24", date(2024, 12, 31), False, AFTER, "63-27"),
        ("63-27", date(2025, 9, 30), False, AFTER, "34-24"),
        # A merged-away name stays the old unit; a key of it stands for the article's own area, and moves on.
        ("Hòa Bình", date(2025, 9, 30), False, AFTER, "63-17"),
        ("63-17", date(2025, 9, 30), False, AFTER, "34-25"),
        ("Phú Thọ", date(2025, 9, 30), True, AFTER, "63-25"),
        ("34-25", date(2025, 9, 30), True, AFTER, "63-25"),
        # A plan for 2025 in a text of January 2025 speaks of the units of then.
        ("63-20", date(2025, 12, 31), False, date(2025, 1, 8), "63-20"),
        ("Huế", date(2024, 12, 31), False, AFTER, "63-46"),
        ("34-46", date(2025, 3, 31), False, AFTER, "63-46"),
        ("VN", date(2025, 3, 31), True, AFTER, "VN"),
        ("Long An", None, False, date(2023, 1, 1), "63-80"),
        ("63-80", None, False, None, "34-80"),
    ],
)
def test_the_unit_of_that_name_in_force(
    name_or_key: str, period_end: date | None, old: bool, published: date | None, key: str
) -> None:
    assert area_key(name_or_key, period_end, old, published) == key


def test_what_is_neither_name_nor_key_is_refused() -> None:
    with pytest.raises(UnknownArea):
        area_key("Hà Tây", date(2020, 1, 1))


@pytest.mark.parametrize(
    ("text", "url", "key"),
    [
        ("Có 500 người\n\nTrong năm có 500 người.", "https://baolongan.vn/a.html", "63-80"),
        ("Long An: 500 người có việc\n\nSở LĐ-TB&XH tỉnh Long An cho biết như vậy.", "https://example.vn/a", "63-80"),
        ("Có việc làm mới\n\nTheo UBND tỉnh Bình Phước, năm 2022 có 500 người.", None, "63-70"),
        ("(QNO) - Sáng nay, Sở phát động tháng hành động.", None, "63-49"),
        ("Báo Cà Mau\n\nToàn tỉnh có 500 người.\n\nBáo Cà Mau", None, "63-96"),
        ("Quận Thanh Xuân chi trả chậm\n\nHuyện Đông Anh và huyện Gia Lâm cũng vậy.", None, "63-01"),
        ("Quảng Nam và Quảng Ngãi\n\nQuảng Nam có 500 người, Quảng Ngãi có 400 người.", None, None),
        ("Có 500 người\n\nHội nghị tổ chức tại Hà Nội.", None, None),
        ("Cả nước có 500 người", None, None),
        ("Có 500 người", "không phải địa chỉ [", None),
    ],
)
def test_the_article_s_own_area(text: str, url: str | None, key: str | None) -> None:
    assert article_area(read(text), date(2023, 1, 12), None, url) == key
    assert article_area(read(text), date(2023, 1, 12), "63-01", url) == "63-01"


def test_a_provincial_site_may_tell_the_nation_s_figures() -> None:
    text = "Phó Thủ tướng trả lời Quốc hội\n\nChính phủ trình Trung ương. Ở nước ta, có 227.506 người tham gia."
    assert article_area(read(text), date(2019, 7, 30), "63-67") == "VN"
    agency = "Quý III năm 2022: thất nghiệp giảm\n\nSố người thất nghiệp là gần 1,06 triệu người.\n\nTheo TTXVN"
    assert article_area(read(agency), date(2022, 10, 9), "63-34") == "VN"
    assert article_area(read(text + " Riêng Đắk Nông có 500 người."), date(2019, 7, 30), "63-67") == "63-67"
    assert article_area(read(text + " Toàn tỉnh có 500 người."), date(2019, 7, 30), "63-67") == "63-67"


@pytest.mark.parametrize(
    ("text", "url", "locality"),
    [
        ("Huyện Mường Khương: Nỗ lực\n\nĐầu năm, huyện Mường Khương có 6.512 hộ nghèo.", None, "huyện Mường Khương"),
        ("Huyện Mường Khương: Nỗ lực\n\nĐầu năm, huyện Mường Khương có 6.512 hộ. Toàn tỉnh có 9.000 hộ.", None, None),
        ("Lào Cai giảm nghèo\n\nHuyện Mường Khương có 6.512 hộ nghèo.", None, None),
        (
            "Giảm nghèo\n\nTại huyện Mường Khương có 6.512 hộ.",
            "https://muongkhuong.laocai.gov.vn/a",
            "huyện Mường Khương",
        ),
        ("Giảm nghèo\n\nCó 6.512 hộ.", "https://muongkhuong.laocai.gov.vn/a", None),
        ("Giảm nghèo\n\nTại huyện Mường Khương có 6.512 hộ.", "https://laocai.gov.vn/a", None),
    ],
)
def test_an_article_may_be_a_district_s(text: str, url: str | None, locality: str | None) -> None:
    reading, day = read(text), date(2024, 2, 20)
    mentions = read_areas(reading, day, "63-10")
    assert article_locality(reading, mentions, day, "63-10", url) == locality
    assert article_locality(reading, mentions, day, "VN", url) is None
