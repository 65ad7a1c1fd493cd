"""Known quantities, rendered in every form of the grammar, are read as what they are; any text is read, and in time."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.extractor.model import Quantity
from services.extractor.quantities import read_quantities
from services.extractor.reading import read

UNITS = {
    "người": "person",
    "lượt người": "turn",
    "hộ": "household",
    "vụ": "case",
    "hồ sơ": "dossier",
    "căn nhà": "house",
}
DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
BEFORE = ("Toàn tỉnh có ", "Giải quyết việc làm cho hơn ", "Trong đó: ", "(kế hoạch ", "Đến nay, đã hỗ trợ ", "- ")
AFTER = (".", ", đạt kế hoạch", ";", " được hỗ trợ", ")")


def grouped(number: int, mark: str = ".") -> str:
    return f"{number:,}".replace(",", mark)


def in_words(number: int) -> str:
    """`number` (11 to 999,999) as it is spoken in the north: mươi, mốt, lăm, linh."""
    if number >= 1000:
        rest = number % 1000
        tail = f" {in_hundreds(rest, full=True)}" if rest else ""
        return f"{in_hundreds(number // 1000, full=False)} nghìn{tail}"
    return in_hundreds(number, full=False)


def in_hundreds(number: int, full: bool) -> str:
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    words = [DIGITS[hundreds], "trăm"] if hundreds or full else []
    if tens:
        words += ["mười"] if tens == 1 else [DIGITS[tens], "mươi"]
    elif ones and words:
        words.append("linh")
    if ones:
        late = {1: "mốt" if tens > 1 else "một", 5: "lăm" if tens else "năm"}
        words.append(late.get(ones, DIGITS[ones]))
    return " ".join(words)


def only_value(text: str) -> Quantity:
    values = [quantity for quantity in read_quantities(read(text)) if quantity.non_value is None]
    assert len(values) == 1, (text, values)
    return values[0]


numbers = st.integers(1, 9_999_999)
units = st.sampled_from(sorted(UNITS))
sentences = st.tuples(st.sampled_from(BEFORE), st.sampled_from(AFTER))


@given(numbers, units, sentences, st.sampled_from(["grouped", "plain", "glued", "spaced"]))
@settings(max_examples=150, deadline=None)
def test_whole_numbers(number: int, unit: str, around: tuple[str, str], form: str) -> None:
    assume(form == "grouped" or not 1900 <= number <= 2100)
    digits = {
        "grouped": grouped(number),
        "plain": str(number),
        "glued": grouped(number),
        "spaced": grouped(number, " "),
    }
    text = f"{around[0]}{digits[form]}{'' if form == 'glued' else ' '}{unit}{around[1]}"
    quantity = only_value(text)
    assert (quantity.value, quantity.unit) == (Decimal(number), UNITS[unit])
    assert read(text).quote(quantity.start, quantity.end).endswith(unit)


@given(st.integers(0, 999), st.integers(0, 99), st.sampled_from(",."), st.sampled_from(["%", " %", " phần trăm"]))
@settings(max_examples=100, deadline=None)
def test_percentages(whole: int, hundredths: int, mark: str, sign: str) -> None:
    quantity = only_value(f"Tỷ lệ đạt {whole}{mark}{hundredths:02}{sign}.")
    assert (quantity.value, quantity.unit) == (Decimal(f"{whole}.{hundredths:02}"), "percent")


@given(
    st.integers(1, 999),
    st.integers(1, 9),
    st.sampled_from([("nghìn", 3), ("ngàn", 3), ("triệu", 6), ("tỷ", 9), ("tỉ", 9), ("nghìn tỷ", 12)]),
)
@settings(max_examples=100, deadline=None)
def test_scaled_money(whole: int, tenth: int, scale: tuple[str, int]) -> None:
    quantity = only_value(f"Tổng kinh phí {whole},{tenth} {scale[0]} đồng.")
    assert (quantity.value, quantity.unit) == (Decimal(f"{whole}.{tenth}").scaleb(scale[1]), "vnd")


@given(st.integers(1, 999), st.integers(1, 999))
@settings(max_examples=60, deadline=None)
def test_mixed_money(billions: int, millions: int) -> None:
    quantity = only_value(f"Chi trả {billions} tỷ {millions} triệu đồng.")
    assert quantity.value == billions * 10**9 + millions * 10**6


@given(st.integers(11, 999_999), units)
@settings(max_examples=150, deadline=None)
def test_numbers_in_words(number: int, unit: str) -> None:
    quantity = only_value(f"Toàn tỉnh có {in_words(number)} {unit}.")
    assert (quantity.value, quantity.unit) == (Decimal(number), UNITS[unit])


@given(numbers, numbers, units)
@settings(max_examples=100, deadline=None)
def test_pairs(done: int, planned: int, unit: str) -> None:
    quantity = only_value(f"Giải quyết được {grouped(done)}/{grouped(planned)} {unit}, vượt kế hoạch.")
    assert (quantity.value, quantity.pair, quantity.unit) == (Decimal(done), Decimal(planned), UNITS[unit])


@given(
    st.integers(1, 999),
    st.integers(1, 999),
    st.sampled_from(["từ {0} đến {1} {2}", "{0} - {1} {2}", "{0}-{1} {2}", "{0}–{1} {2}"]),
    st.sampled_from(
        [("%", 0, "percent"), ("triệu đồng", 6, "vnd"), ("nghìn lao động", 3, "person"), ("hộ", 0, "household")]
    ),
)
@settings(max_examples=100, deadline=None)
def test_ranges_keep_the_printed_order(low: int, high: int, form: str, unit: tuple[str, int, str]) -> None:
    quantity = only_value(f"Phấn đấu giảm {form.format(low, high, unit[0])}.")
    assert (quantity.value, quantity.value_high) == (low * 10 ** unit[1], high * 10 ** unit[1])
    assert quantity.unit == unit[2]


PIECES = (
    *(
        "1",
        "12",
        "2022",
        "8.095",
        "12,345",
        "1 250",
        "0,5",
        "/",
        " - ",
        "-",
        "–",
        ".",
        ",",
        " ",
        "\n",
        "%",
        " %",
        "/%",
        "(",
        ")",
    ),
    *(
        " người",
        " hộ",
        " tỷ",
        " triệu",
        " rưỡi",
        " nghìn",
        " đồng",
        "/người/tháng",
        " tháng",
        " năm ",
        " ngày ",
        " xã, phường",
        "m2",
    ),
    *(
        "từ ",
        " đến ",
        "hơn ",
        "không quá ",
        "mỗi suất ",
        "mức ",
        " trở lên",
        "số ",
        "thứ ",
        "gấp ",
        " lần",
        "hai mươi ",
        "năm ",
    ),
    *("NQ-CP", "Covid-", "http://a", "_", "không còn ", "một phần ", "²", "٣", "½"),
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=60).map("".join))


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_any_text_gives_sorted_quantities_apart_from_each_other(text: str) -> None:
    reading = read(text)
    last = 0
    for quantity in read_quantities(reading):
        assert last <= quantity.start < quantity.end <= len(reading.text)
        assert quantity.value.is_finite()
        last = quantity.end


@given(st.text(alphabet="0123456789., ", max_size=60))
@settings(max_examples=200, deadline=None)
def test_a_number_is_never_more_than_its_digits(digits: str) -> None:
    """No reading makes a number larger than the digits that stand there without their marks."""
    for quantity in read_quantities(read(f"Có {digits} người")):
        words = digits[quantity.start - 3 : quantity.end - 3]
        assert quantity.value <= int("".join(filter(str.isdigit, words)) or 0)


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1.",
        "1,111.",
        "111 ",
        "1/",
        "1-",
        "1 - ",
        "5% - ",
        "1 .1",
        "2 tỷ 350 triệu ",
        "mỗi ",
        "5 (năm ",
        "hai mươi ",
        "20/2021/NĐ-CP-",
        "_ ",
    ],
)
def test_time_grows_with_length_alone(piece: str) -> None:
    """Four times the text may take four times the time, with room for noise; a quadratic pattern would take sixteen."""

    def cost(characters: int) -> float:
        reading = read(piece * (characters // len(piece)))
        times = []
        for _ in range(2):
            began = time.process_time()
            read_quantities(reading)
            times.append(time.process_time() - began)
        return min(times)

    read_quantities(read("1"))
    small = max(cost(6_000), 0.002)
    assert cost(24_000) < small * 9
