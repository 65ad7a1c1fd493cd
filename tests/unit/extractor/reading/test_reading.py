"""The reading: repairs, sentences, and the way back to the frozen text."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.extractor.reading import Reading, read

PIECES = (
    *(
        "Năm 20\n22, ",
        "lao đng ",
        "đt 101,5%",
        "3,8 t đồng",
        "2.\n",
        "TP. ",
        "1.250",
        "Hoà Bình, ",
        "quý",
        "uỷ",
        "8 ,5%",
    ),
    *(
        "\u00a0",
        "\u200b",
        "\u00ad",
        "\u0323",
        "\u0301",
        " \u0323",
        "\r\n",
        "\n\n",
        "\t",
        " | ",
        "\ud800",
        "８",
        "İ",
        "ẞ",
    ),
    *("Tû lÖ hé nghÌo ", "Tyû leä hoä ", "Tá»· lá»‡ ", "êò", "ƣ", "Ð", "; ", "(", ")", "…"),
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))


def kinds(text: str) -> list[tuple[str, str]]:
    reading = read(text)
    return [(sentence.kind, reading.text[sentence.start : sentence.end]) for sentence in reading.sentences]


@pytest.mark.parametrize(
    ("damaged", "expected"),
    [
        ("cho 35.000 lao đng, đt 101,5% kế hoạch", "cho 35.000 lao động, đạt 101,5% kế hoạch"),
        ("Quỹ Đn ơn đáp nghĩa đưc hơn 3,8 t đồng", "Quỹ Đền ơn đáp nghĩa được hơn 3,8 tỷ đồng"),
        ("lao đng: đt được cơ hi. Ngưi học đưc hỗ trợ", "lao động: đạt được cơ hội. Người học được hỗ trợ"),
        ("Hoc tap bac, khu trọ, xuất, khu công", "Hoc tap bac, khu trọ, xuất, khu công"),
        ("thách thức thành cơ hi", "thách thức thành cơ hi"),
        ("ĐT 0235 của UBND TP Trung", "ĐT 0235 của UBND TP Trung"),
        (
            "em T. và bà T, của S-300, Moody's cho rằng, 20.000 cp và",
            "em T. và bà T, của S-300, Moody's cho rằng, 20.000 cp và",
        ),
        ("T lệ hộ nghèo giảm; vận động 5 t đồng", "Tỷ lệ hộ nghèo giảm; vận động 5 tỷ đồng"),
        ("Năm 20\n22, ngành", "Năm 2022, ngành"),
        ("Tậ\np trung tham mưu", "Tập trung tham mưu"),
        ("Tin, ả\nnh: Văn phòng", "Tin, ảnh: Văn phòng"),
        ("Năm\n2023, tỉnh", "Năm 2023, tỉnh"),
        ("3.\nTăng cường", "3. Tăng cường"),
        ("phát biểu,\nđồng chí", "phát biểu, đồng chí"),
        ("Hộ nghèo\n6.000\n8.095", "Hộ nghèo\n6.000\n8.095"),
        ("Năm 2023.\n150 hộ thoát nghèo", "Năm 2023.\n150 hộ thoát nghèo"),
        ("Kết quả\nTỷ lệ hộ nghèo", "Kết quả\nTỷ lệ hộ nghèo"),
        (
            "Chỉ tiêu chủ yếu của ngành năm | KH | TH\nhộ nghèo giảm được | 5 | 6",
            "Chỉ tiêu chủ yếu của ngành năm | KH | TH\nhộ nghèo giảm được | 5 | 6",
        ),
        ("Đơn vị tính\nngười\n15/20\n20", "Đơn vị tính\nngười\n15/20\n20"),
        ("thực hiện tốt công tác giảm nghèo, bình\nđẳng giới", "thực hiện tốt công tác giảm nghèo, bình đẳng giới"),
        ("Đƣợc hƣớng dẫn Ðồng Tháp", "Được hướng dẫn Đồng Tháp"),
        ("1\u00ad2\u200b3\u00a0hộ", "123 hộ"),
        ("du ̣c, hiê ̣u", "dục, hiệu"),
        ("Tû lÖ hé nghÌo cßn 5,2%", "Tỷ lệ hộ nghèo còn 5,2%"),
        ("Tyû leä hoä ngheøo, lao ñoäng", "Tỷ lệ hộ nghèo, lao động"),
        ("TyÒ lêò hôò nghèo", "Tỷ lệ hộ nghèo"),
        ("Tá»· lá»‡ há»™ nghÃ¨o", "Tỷ lệ hộ nghèo"),
        ("Café «crème» à 5 °C, déjà vu", "Café «crème» à 5 °C, déjà vu"),
    ],
)
def test_repair(damaged: str, expected: str) -> None:
    assert read(damaged).text == expected


def test_a_quote_is_the_text_as_it_stands() -> None:
    text = "Năm 20\n22 cho 35.000 lao đng; vận động 3,8 t đồng"
    reading = read(text)
    for words, stands in (("2022", "20\n22"), ("35.000 lao động", "35.000 lao đng"), ("3,8 tỷ đồng", "3,8 t đồng")):
        start = reading.text.index(words)
        assert reading.quote(start, start + len(words)) == stands


def test_repairs_are_recorded_where_they_stand() -> None:
    reading = read("Năm 20\n22 cho 5 lao đng")
    assert [(reading.text[r.start : r.end], r.rule) for r in reading.repairs] == [
        ("", "line_break"),
        ("ộ", "lost_letter"),
    ]


@given(st.text(alphabet="Tỷ lệ hộ nghèo còn 5,2%. Hoà ưởng\n", max_size=80))
def test_decomposed_letters_read_as_composed_ones(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    decomposed = read(unicodedata.normalize("NFD", composed))
    assert decomposed.text == read(composed).text
    assert decomposed.span(0, len(decomposed.text)) == ((0, len(decomposed.original)) if composed else (0, 0))


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_and_every_span_maps_back(text: str) -> None:
    reading = read(text)
    assert len(reading.folded) == len(reading.text)
    last = 0
    for at in range(len(reading.text)):
        start, end = reading.span(at, at + 1)
        assert last <= start <= end <= len(text)
        last = start
    _sentences_cover(reading)


def _sentences_cover(reading: Reading) -> None:
    covered = 0
    for sentence in reading.sentences:
        assert not reading.text[covered : sentence.start].strip()
        assert sentence.start < sentence.end
        assert reading.sentence_at(sentence.start) == reading.sentences.index(sentence)
        covered = sentence.end
    assert not reading.text[covered:].strip()


def test_sentences_do_not_end_at_dots_of_numbers_and_abbreviations() -> None:
    assert kinds("Có 8.095 người ở TP. Huế và ThS. Nam. Đến 30.6 còn 5 hộ.") == [
        ("paragraph", "Có 8.095 người ở TP. Huế và ThS. Nam."),
        ("paragraph", "Đến 30.6 còn 5 hộ."),
    ]


def test_a_sentence_ends_where_the_blank_after_its_dot_was_lost() -> None:
    text = "Giảm 11 hộ.Đến nay còn 5 hộ ở TP.Nam Định, theo ThS.Nguyễn A và Chinhphu.Vn."
    assert [text[s.start : s.end] for s in read(text).sentences] == ["Giảm 11 hộ.", text[11:]]


def test_kinds_of_sentences() -> None:
    text = (
        "I. KẾT QUẢ\nGiải quyết việc làm\n- Tạo việc làm cho 5 người\n"
        "Chỉ tiêu | 2022 | 2023\nĐạt: a; b (c; d); e.\n2. Giảm nghèo."
    )
    assert kinds(text) == [
        ("heading", "I. KẾT QUẢ"),
        ("heading", "Giải quyết việc làm"),
        ("item", "- Tạo việc làm cho 5 người"),
        ("table", "Chỉ tiêu | 2022 | 2023"),
        ("item", "Đạt: a;"),
        ("item", "b (c; d);"),
        ("item", "e."),
        ("item", "2. Giảm nghèo."),
    ]


def test_a_paragraph_numbers_its_sentences() -> None:
    assert [sentence.paragraph for sentence in read("Đã làm. Còn đó.\n\nNay xong.").sentences] == [0, 0, 1]


@pytest.mark.parametrize(
    "piece", ["1 ", "\n", " ", "Tậ\np ", "lao đng ", "u\u0323", "Tû lÖ hé ", "a; ", "(", "năm 20\n22 ", "\u00a0"]
)
def test_time_grows_with_length_alone(piece: str) -> None:
    """Four times the text may take four times the time, with room for noise; a quadratic pass would take sixteen."""

    def cost(characters: int) -> float:
        text = piece * (characters // len(piece))
        times = []
        for _ in range(3):
            began = time.process_time()
            read(text)
            times.append(time.process_time() - began)
        return min(times)

    read(piece)
    small = max(cost(8_000), 0.002)
    assert cost(32_000) < small * 9
