"""Pages of a split article that the crawler has joined: one article, each thing said once."""

from __future__ import annotations

from services.cleaner.clean import clean_page
from services.cleaner.model import Article, Discarded
from shared import parts

URL = "https://bao.example/xa-hoi/giam-ngheo-7001.html"
LEAD = "Năm 2023, công tác giảm nghèo của tỉnh đạt nhiều kết quả quan trọng, đời sống người dân được nâng lên rõ rệt."
ONE = "Đến cuối năm 2023, toàn tỉnh còn 2.250 hộ nghèo, chiếm 1,86% tổng số hộ dân cư trên địa bàn toàn tỉnh."
TWO = "Trong năm, các địa phương đã giải quyết việc làm cho 17.460 lao động, đạt 102,7% kế hoạch được giao đầu năm."
THREE = "Tỉnh đặt mục tiêu năm 2024 giảm tỷ lệ hộ nghèo xuống còn dưới 1,5% và tạo việc làm mới cho 18.000 lao động."


def page(*paragraphs: str, title: str = "Kết quả công tác giảm nghèo năm 2023 của tỉnh") -> bytes:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    head = f"<head><meta charset='utf-8'><title>{title}</title></head>"
    return (
        f"<html>{head}<body><article><h1>{title}</h1><div class='entry-content'>{body}</div></article></body></html>"
    ).encode()


def cleaned(*pages: bytes) -> Article | Discarded:
    return clean_page(parts.join(pages), url=URL)


def test_pages_are_one_text_and_what_each_repeats_is_said_once() -> None:
    article = cleaned(page(LEAD, ONE), page(LEAD, TWO), page(LEAD, THREE))
    assert isinstance(article, Article)
    assert article.text.split("\n") == ["Kết quả công tác giảm nghèo năm 2023 của tỉnh", "", LEAD, ONE, TWO, THREE]


def test_the_same_page_again_adds_nothing() -> None:
    article = cleaned(page(LEAD, ONE, TWO), page(LEAD, ONE, TWO))
    assert isinstance(article, Article)
    assert article.text.count(TWO) == 1
    assert article.removed[-1].rule == "split-page"


def test_a_page_that_is_no_article_is_named() -> None:
    article = cleaned(page(LEAD, ONE), b"%PDF-1.4 rubbish")
    assert isinstance(article, Article)
    assert article.text.endswith(ONE)
    assert (article.removed[-1].rule, article.removed[-1].text.split(":")[0]) == ("split-page", "attachment_only")


def test_the_first_page_decides_whether_there_is_an_article() -> None:
    assert isinstance(cleaned(b"%PDF-1.4 rubbish", page(LEAD, ONE)), Discarded)


def test_one_page_is_cleaned_as_ever() -> None:
    assert cleaned(page(LEAD, ONE)) == clean_page(page(LEAD, ONE), url=URL)
