"""Tables, raised and struck-out text, torn lines, encodings, near-duplicates: each alone, small."""

from __future__ import annotations

import unicodedata

import pytest
from lxml import etree

from services.cleaner.decode import decode, mend, needs_mending
from services.cleaner.dom import parse, prepare
from services.cleaner.linearise import linearise
from services.cleaner.lines import Kind, Line
from services.cleaner.model import Removed
from services.cleaner.repair import join_torn, same_text
from services.cleaner.simhash import simhash
from shared.copies import COPY_BITS_MAX
from tests.fixtures.simhash import distance


def lines_of(html: str) -> list[str]:
    root = parse(f"<html><body>{html}</body></html>".encode())
    prepare(root)
    body = root.find("body")
    assert body is not None
    return [line.text for line in linearise(body, [])]


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<span>Năm 20</span><span>23</span>", ["Năm 2023"]),
        ("rộng 350 m<sup>2</sup>, 5 km<sup>2</sup>", ["rộng 350 m², 5 km²"]),
        ("có 8.095<sup>1</sup> người", ["có 8.095 người"]),
        ("<p>Có <del>38.420</del> <ins>38.240</ins> lao động</p>", ["Có 38.240 lao động"]),
        ('<p>Còn <span style="text-decoration: line-through">2,05%</span> 1,95%</p>', ["Còn 1,95%"]),
        ("<s><table><tr><td>Bố cục</td></tr></table></s>", ["Bố cục"]),
        ('<p>Một</p><p class="d-none">ẩn</p><p class="d-none d-md-block">Hai</p>', ["Một", "Hai"]),
        ("Dòng một<br>Dòng hai", ["Dòng một", "Dòng hai"]),
        ("<ul><li>Một<ul><li>Hai</li></ul></li><li>Ba</li></ul>", ["Một", "Hai", "Ba"]),
        ("a<div hidden>x</div>b", ["ab"]),
        ('<span style="display:block">Một</span><span style="display:block">Hai</span>', ["Một", "Hai"]),
    ],
)
def test_lines(html: str, lines: list[str]) -> None:
    assert lines_of(html) == lines


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (
            "<tr><td>Hộ nghèo</td><td>1.200</td></tr><tr><td>Cận nghèo</td><td>980</td></tr>",
            ["Hộ nghèo: 1.200", "Cận nghèo: 980"],
        ),
        (
            "<tr><th>Chỉ tiêu</th><th>Kế hoạch</th><th>Thực hiện</th></tr>"
            "<tr><td>Việc làm</td><td>500</td><td>612</td></tr>",
            ["Việc làm | Kế hoạch: 500 | Thực hiện: 612"],
        ),
        (
            "<tr><td rowspan=2>Huyện A</td><td>Nghèo</td><td>12</td></tr><tr><td>Cận nghèo</td><td>8</td></tr>",
            ["Huyện A | Nghèo | 12", "Huyện A | Cận nghèo | 8"],
        ),
        ("<tr><td><img></td></tr><tr><td>Ảnh: lễ trao quà</td></tr>", ["Ảnh: lễ trao quà"]),
    ],
)  # fmt: skip
def test_tables(rows: str, lines: list[str]) -> None:
    assert lines_of(f"<table>{rows}</table>") == lines


def test_removals_are_told() -> None:
    removed: list[Removed] = []
    linearise(etree.fromstring("<p>12<sup>1</sup></p>"), removed)
    assert removed == [Removed("footnote-mark", "1")]


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        (["Năm 20", "22, ngành lao động"], ["Năm 2022, ngành lao động"]),
        (["2. Tậ", "p trung tham mưu"], ["2. Tập trung tham mưu"]),
        (["3.", "Tăng cường kết nối"], ["3. Tăng cường kết nối"]),
        (["Phát biểu tại hội nghị,", "đồng chí Giám đốc"], ["Phát biểu tại hội nghị, đồng chí Giám đốc"]),
        (["Kết quả năm 2022", "Toàn tỉnh có 20 xã"], ["Kết quả năm 2022", "Toàn tỉnh có 20 xã"]),
        (["Có 20.", "22 xã đạt chuẩn"], ["Có 20.", "22 xã đạt chuẩn"]),
    ],
)
def test_torn_lines(broken: list[str], whole: list[str]) -> None:
    assert [line.text for line in join_torn([Line(text, apart=False) for text in broken])] == whole


def test_paragraphs_and_rows_are_never_joined() -> None:
    apart = [Line("Năm 20"), Line("22, ngành", apart=True)]
    rows = [Line("Năm 20", Kind.ROW), Line("22", Kind.ROW, apart=False)]
    assert join_torn(apart) == apart
    assert join_torn(rows) == rows


def test_a_lead_with_a_dateline_is_the_same_text() -> None:
    lead = "Sáu tháng đầu năm, toàn tỉnh có 9.870 lao động có việc làm mới."
    assert same_text(lead, f"(BTV) {lead}")
    assert not same_text(lead, lead.replace("9.870", "1.120 người nghèo và hơn 9.870"))


SENTENCE = "Tỷ lệ hộ nghèo giảm còn 2,31%, toàn tỉnh giải quyết việc làm cho 18.640 lao động trong năm qua."


def test_utf8_with_a_damaged_byte_stays_utf8() -> None:
    body = SENTENCE.encode() + b"\xff"
    assert decode(body).encoding == "utf-8"
    assert decode(body).replaced == 1


def test_windows_1258_is_read() -> None:
    tones = "\u0300\u0301\u0303\u0309\u0323"
    loose = ""
    for letter in SENTENCE:  # the code page has the letters â ê ô ơ ư ă đ whole and the tones as marks of their own
        parts = unicodedata.normalize("NFD", letter)
        tone = "".join(mark for mark in parts if mark in tones)
        loose += unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in tones)) + tone
    decoded = decode(loose.encode("cp1258"))
    assert decoded.encoding == "cp1258"
    assert unicodedata.normalize("NFC", decoded.text) == SENTENCE


def test_a_doubly_encoded_body_is_mended_and_the_frame_left_alone() -> None:
    twice = SENTENCE.encode().decode("latin-1").encode("latin-1").decode("cp1252", "ignore")
    page = f"<p>Trang chủ Sở Nội vụ</p>\n<p>{twice}</p>"
    assert needs_mending(page)
    assert "Trang chủ Sở Nội vụ" in mend(page)
    assert "giải quyết việc làm cho 18.640 lao động" in mend(page)


def test_right_text_is_not_mended() -> None:
    assert not needs_mending(SENTENCE * 50)


def test_reprints_are_near_and_other_articles_far() -> None:
    story = " ".join(f"Xã số {n} có {n * 7} hộ nghèo và {n * 5} lao động được đào tạo nghề." for n in range(1, 60))
    reprint = story.replace("Xã số 12", "Phường số 12") + " Nguồn: Báo tỉnh."
    other = " ".join(f"Trường nghề {n} tuyển {n * 11} học viên hệ trung cấp, sơ cấp." for n in range(1, 60))
    assert distance(simhash(story), simhash(reprint)) <= COPY_BITS_MAX
    assert distance(simhash(story), simhash(other)) > COPY_BITS_MAX
