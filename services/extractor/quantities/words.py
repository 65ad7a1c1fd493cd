"""Numbers in words (`hai mươi hộ`, `gấp đôi`), and nought by negation (`không còn hộ nghèo`)."""

from __future__ import annotations

import re
from bisect import bisect_left
from decimal import Decimal
from typing import Final

from services.extractor.model import Quantity
from services.extractor.quantities.amounts import read_noun
from services.extractor.quantities.context import before, comparator
from services.extractor.quantities.lexicon import Lexicon
from services.extractor.reading import Reading

_DIGITS: Final = {
    "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "nhăm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8,
    "chín": 9,
}  # fmt: skip
_SCALES: Final = {"nghìn": 3, "ngàn": 3, "vạn": 4, "triệu": 6, "tỉ": 9}
_WORD: Final = "|".join(
    sorted([*_DIGITS, *_SCALES, "mười", "mươi", "trăm", "linh", "lẻ", "chục", "tá", "rưỡi"], key=len, reverse=True)
)
_RUN: Final = re.compile(rf"(?<!\w)(?:{'|'.join(_DIGITS)}|mười)(?: (?:{_WORD}))*(?!\w)")
_NOUGHT: Final = re.compile(
    r"(?<!\w)(?:không (?:còn|để xảy ra|xảy ra|phát sinh|ghi nhận|có)|chưa (?:ghi nhận|xảy ra|để xảy ra|phát sinh|có))(?!\w)"
)
_ONLY_WITH_NOUN: Final = "có"
_FILL: Final = re.compile(r" (?:tình trạng|bất kì|một|thêm|phát sinh)(?!\w)")


def parse_words(run: str) -> Decimal | None:
    """Value of a folded run of number words; None where it is no regular number (`năm năm`, `trăm`)."""
    total = group = Decimal(0)
    digit: int | None = None
    last = ""
    for word in run.split(" "):
        if word in _DIGITS:
            if digit is not None:
                return None
            digit = _DIGITS[word]
        elif word in _TENS:
            group += (digit if digit is not None else 1) * _TENS[word] if word != "mười" else 10
            if word == "mười" and digit is not None:
                return None
            digit = None
        elif word in _SCALES:
            group += digit or 0
            if group == 0:
                return None
            total += group.scaleb(_SCALES[word])
            group, digit = Decimal(0), None
        elif word == "rưỡi":
            step = _STEPS.get(last)
            return None if step is None else total + group + Decimal(step) / 2
        last = word
    return total + group + (digit or 0)


_TENS: Final = {"mười": 10, "mươi": 10, "trăm": 100, "chục": 10, "tá": 12}
_STEPS: Final = {"trăm": 100} | {word: 10**power for word, power in _SCALES.items()}


def read_words(reading: Reading, words: Lexicon, found: list[Quantity]) -> list[Quantity]:
    """Quantities in words that overlap none of `found` (sorted), which must have a noun."""
    starts = [quantity.start for quantity in found]
    result = []
    for match in _RUN.finditer(reading.folded):
        if not _free(found, starts, match.start(), match.end()):
            continue
        if quantity := _number(reading, words, match):
            result.append(quantity)
    for match in _NOUGHT.finditer(reading.folded):
        if quantity := _nought(reading, words, match):
            if _free(found, starts, quantity.start, quantity.end) and _free(
                result, [q.start for q in result], quantity.start, quantity.end
            ):
                result.append(quantity)
    return result


def _free(found: list[Quantity], starts: list[int], start: int, end: int) -> bool:
    index = bisect_left(starts, end)
    return index == 0 or found[index - 1].end <= start


def _number(reading: Reading, words: Lexicon, match: re.Match[str]) -> Quantity | None:
    value = parse_words(match[0])
    if value is None:
        return None
    noun = read_noun(reading.text, reading.folded, match.end(), words)
    if noun is None or noun.noun.unit is None:
        return None
    left = before(reading.folded, match.start())
    name, name_start = comparator(left)
    if match[0] in _DIGITS and (match[0] in ("một", "mốt", "tư") or (match[0] == "năm" and name == "eq")):
        return None
    return Quantity(
        match.start(),
        noun.end,
        value.scaleb(noun.noun.power),
        noun.noun.unit,
        noun.words,
        comparator=name,
        comparator_start=name_start,
        rules=("words",),
    )


def _nought(reading: Reading, words: Lexicon, match: re.Match[str]) -> Quantity | None:
    at = match.end()
    if fill := _FILL.match(reading.folded, at):
        at = fill.end()
    noun = read_noun(reading.text, reading.folded, at, words)
    unit = noun.noun.unit if noun else None
    if match[0].endswith(_ONLY_WITH_NOUN) and unit is None:
        return None
    return Quantity(
        match.start(),
        noun.end if noun and unit else match.end(),
        Decimal(0),
        unit,
        noun.words if noun and unit else "",
        rules=("nought",),
    )
