"""The language of patterns, and the pass that finds them."""

from __future__ import annotations

import pytest

from services.extractor.indicators import lexicon, read_mentions, read_words
from services.extractor.indicators.patterns import GAP, LONG_GAP, SHORT_GAP, PatternError, parse
from services.extractor.model import Mention
from services.extractor.reading import read

CLASSES = {"country": ["nhật bản", "hàn quốc"]}
SHORT = {"lđ": ("lao", "động")}


def sequences(pattern: str) -> list[set[str]]:
    return [{" ".join(words) for words in part.sequences} for part in parse(pattern, CLASSES, SHORT)]


def test_groups_options_classes_and_abbreviations_expand() -> None:
    assert sequences("(giải quyết|tạo) việc làm (mới|)") == [
        {"giải quyết việc làm", "giải quyết việc làm mới", "tạo việc làm", "tạo việc làm mới"}
    ]
    assert sequences("đi <country>") == [{"đi nhật bản", "đi hàn quốc"}]
    assert sequences("(sang|) (<country>|nước ngoài)") == [
        {"nhật bản", "hàn quốc", "nước ngoài", "sang nhật bản", "sang hàn quốc", "sang nước ngoài"}
    ]
    assert sequences("lđ nữ") == [{"lao động nữ"}]


def test_gaps_part_a_pattern_and_letters_are_folded() -> None:
    parts = parse("cho vay .. việc làm ... hộ ~ nghèo", CLASSES, SHORT)
    assert [part.gap for part in parts] == [0, GAP, LONG_GAP, SHORT_GAP]
    assert sequences("Tỷ lệ") == [{"tỉ lệ"}]


@pytest.mark.parametrize("pattern", ["", "..", "(|)", "đi <nowhere>", "(a|b) " * 13])
def test_a_pattern_that_says_nothing_or_too_much_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        parse(pattern, CLASSES, SHORT)


def mentions(text: str) -> list[Mention]:
    words = lexicon()
    return read_mentions(read_words(read(text), words), words)


def named(text: str, code: str) -> list[str]:
    return [text[m.start : m.end] for m in mentions(text) if m.indicator == code and m.kind == "pattern"]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("Toàn tỉnh GQVL cho 100 LĐ.", "employment.jobs_created", "GQVL"),
        ("Tỉ lệ hộ nghèo còn 3%.", "poverty.rate", "Tỉ lệ hộ nghèo"),
        ("ký 18 bản thoả ước lao động tập thể", "labour.collective_agreements", "bản thoả ước lao động tập thể"),
        ("huấn luyện an toàn - vệ sinh lao động", "labour.osh_trained", "huấn luyện an toàn - vệ sinh lao động"),
        ("Quỹ “Đền ơn, đáp nghĩa” các cấp", "merit.gratitude_fund_raised", "Quỹ “Đền ơn, đáp nghĩa” các cấp"),
    ],
)
def test_spellings_marks_and_abbreviations_do_not_hide_a_name(text: str, code: str, words: str) -> None:
    assert words in named(text, code)


def test_a_gap_does_not_cross_the_end_of_a_sentence_or_item() -> None:
    assert named("Cho vay các hộ nghèo làm nhà.", "poverty.policy_loans")
    assert not named("Ngân hàng cho vay. Hộ nghèo có nhà mới.", "poverty.policy_loans")


def test_what_is_said_again_in_brackets_is_said_once() -> None:
    text = "tham gia bảo hiểm y tế (BHYT) tự nguyện"
    words = read_words(read(text), lexicon())
    assert len(words.codes) == 9
