"""The normal form for matching, the syllable check and the legacy encodings."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.vietnam import legacy
from shared.vietnam.syllables import is_syllable
from shared.vietnam.text import fold, nfc


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Hoà Bình, khoẻ, Thuý, uỷ ban", "hòa bình, khỏe, thúy, ủy ban"),
        ("Tỷ lệ, kỹ, lý, quý, quỹ", "tỉ lệ, kĩ, lí, quí, quĩ"),
        ("y tế, tay, thủy, hoàn, ngày", "y tế, tay, thủy, hoàn, ngày"),
        ("LĐ-TB&XH 12.000", "lđ-tb&xh 12.000"),
        ("y", "y"),
        ("à", "à"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
@example("İstanbul quÝ hoÀ")
def test_folding_keeps_every_offset_and_is_done_once(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded


def test_nfc_leaves_a_composed_text_as_it_is() -> None:
    text = "Tỷ lệ"
    assert nfc(text) is text
    assert nfc(unicodedata.normalize("NFD", text)) == text


@pytest.mark.parametrize(
    "word",
    [
        "lao",
        "động",
        "nghèo",
        "thương",
        "giữ",
        "quyết",
        "khuỷu",
        "nghiêng",
        "yêu",
        "uống",
        "gì",
        "giếng",
        "quốc",
        "oái",
        "xoong",
        "huỳnh",
    ],
)
def test_words_are_syllables(word: str) -> None:
    assert is_syllable(fold(word))


@pytest.mark.parametrize("word", ["đng", "đt", "ưc", "nght", "bhyt", "covid", "triể", "tậ", "nh", "clp", "ca̧", "hoc"])
def test_pieces_and_abbreviations_are_none(word: str) -> None:
    assert not is_syllable(fold(word))


@pytest.mark.parametrize(
    ("damaged", "encoding", "text"),
    [
        ("Tû lÖ hé nghÌo cßn 5,2%", "tcvn3", "Tỷ lệ hộ nghèo còn 5,2%"),
        ("lao ®éng, viÖc lµm, ®\u00adîc", "tcvn3", "lao động, việc làm, được"),
        ("Tyû leä hoä ngheøo, lao ñoäng", "vni", "Tỷ lệ hộ nghèo, lao động"),
        ("TÖ l® hµ nghèo, lao ðµng, vi®c làm", "viscii", "Tỷ lệ hộ nghèo, lao động, việc làm"),
        ("TyÒ lêò hôò nghèo", "cp1258", "Tỷ lệ hộ nghèo"),
        ("Tá»· lá»‡ há»™ nghÃ¨o", "mojibake", "Tỷ lệ hộ nghèo"),
    ],
)
def test_legacy_text_is_detected_and_converted(damaged: str, encoding: legacy.Encoding, text: str) -> None:
    assert legacy.looks_legacy(damaged)
    assert legacy.detect(damaged) == encoding
    assert legacy.convert(damaged, encoding) == text


@pytest.mark.parametrize(
    "text", ["Tỷ lệ hộ nghèo còn 5,2%", "Café «crème» à Genève, 5 °C", "The quick brown fox", "", "12.000"]
)
def test_other_text_is_left_alone(text: str) -> None:
    assert legacy.detect(text) is None


@given(st.sampled_from(["Giải quyết việc làm cho người lao động", "Đào tạo nghề, hộ cận nghèo ở xã biên giới"]))
def test_utf8_read_as_windows_1252_comes_back(text: str) -> None:
    raw = text.encode()
    read = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in raw)
    assert legacy.convert(read, "mojibake") == text
