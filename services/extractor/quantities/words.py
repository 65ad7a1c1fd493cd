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
from services.extractor.quantities.spelled import DIGITS, SCALES, TENS, parse_words
from services.extractor.reading import Reading

_RISES: Final = "|".join([*SCALES, "mươi", "trăm", "chục", "tá"])
_FIRST: Final = "hai|ba|bốn|sáu|bảy|bẩy|tám|chín|mười"
_NEXT: Final = "|".join([*DIGITS, *SCALES, *TENS, "mười", "linh", "lẻ", "rưỡi", "không(?= trăm)"])
_RUN: Final = re.compile(rf"[ \n(“](?:(?:{_FIRST})|(?:một|năm)(?= (?:{_RISES})))(?: (?:{_NEXT}))*(?!\w)")
"""A run of number words after a blank or bracket. `một` and `năm` alone are mostly an article and a year: they only
begin a run."""
_NOUGHT: Final = re.compile(
    r"(?:không (?:còn|để xảy ra|xảy ra|phát sinh|ghi nhận|có)|chưa (?:ghi nhận|xảy ra|để xảy ra|phát sinh|có))(?!\w)"
)
_NONE_OF: Final = re.compile(
    r"không (?<!\wkhông )(?P<noun>hộ|người|vụ|trường hợp|trẻ em|em|lao động|xã|doanh nghiệp)"
    r"(?: [^\W\d_]+){0,3} nào(?!\w)"
)
_TIMES: Final = {"đôi": Decimal(2), "rưỡi": Decimal("1.5")}
_MULTIPLE: Final = re.compile(
    rf"gấp (?:(?P<bound>hơn|gần|khoảng|trên) )?(?P<times>đôi|rưỡi|(?:{_FIRST}|năm)(?: (?:{_RISES}))?)(?: lần)?(?!\w)"
)
_SHARE: Final = re.compile(
    rf"(?:(?P<half>một nửa)|(?P<above>một|hai|ba|bốn) phần (?P<below>{'|'.join(DIGITS)}))"
    r"(?= (?:số|tổng|trong|dân số|lao động|hộ|so với))"
)
_UNIT_CHARACTERS: Final = 40
_CAPITAL: Final = "A-ZĐ" + "".join(letter for letter in map(chr, range(0xC0, 0x1F00)) if letter.isupper())
_NAMED_UNIT: Final = re.compile(
    rf"\b(?:[Hh]uyện|[Xx]ã|[Tt]hị xã|[Tt]hành phố|[Qq]uận|[Pp]hường|[Tt]hị trấn)(?: [{_CAPITAL}][^\W\d_]*){{1,4}} ?$"
)
"""`huyện Tiên Du không còn hộ nghèo`: so named, it is of the whole district."""
_EVENT: Final = ("xảy ra", "ghi nhận")
_STATE: Final = ("có", "còn")
_SCENE: Final = frozenset(
    [
        "nay",
        "năm",
        "tháng",
        "quí",
        "đó",
        "đây",
        "bàn",
        "và",
        "đã",
        "ra",
        "qua",
        "rằng",
        "cơ",
        "bản",
        "hiện",
        "vẫn",
        "là",
        "thì",
        "nên",
        "nhưng",
        "mà",
        "tỉnh",
    ]
)
"""Words before `không có`, `không còn` that set a time or scene and are not what lacks something."""
_IS_SCENE: Final = re.compile(
    r"(?:^|\W)(?:(?:toàn|cả|trên địa bàn|tính đến|đến hết|trong) [^,0-9]*|(?:năm|tháng|ngày|quí) [0-9/]+ ?)$"
)
_NO_NUMBER: Final = frozenset(
    ("ba mẹ", "hai mẹ", "hai nước", "hai cháu", "ba con", "hai con", "bốn bản", "hai địa phương")
)
"""Runs that are idioms rather than counts: parents, mother and child, two countries."""
_ORDINAL_BEFORE: Final = frozenset(
    ("thứ", "hạng", "tháng", "ngày", "số", "hàng", "vài", "mấy", "năm", "lần", "mỗi", "từng")
)
_FILL: Final = re.compile(r" (?:tình trạng|bất kì|một|thêm|phát sinh)(?!\w)")


def read_words(reading: Reading, backwards: str, words: Lexicon, found: list[Quantity]) -> list[Quantity]:
    """Quantities in words that overlap none of `found` (sorted) and not each other. `backwards` is the folded text
    reversed."""
    folded = reading.folded
    candidates = [_number(reading, backwards, words, match) for match in _RUN.finditer(folded)]
    candidates += [_nought(reading, backwards, words, match) for match in _NOUGHT.finditer(folded)]
    candidates += [_nought(reading, backwards, words, match) for match in _NONE_OF.finditer(folded)]
    candidates += [_multiple(match) for match in _MULTIPLE.finditer(folded)]
    if "một nửa" in folded or " phần " in folded:
        candidates += [_share(match) for match in _SHARE.finditer(folded)]
    result: list[Quantity] = []
    starts = [quantity.start for quantity in found]
    for quantity in sorted(filter(None, candidates), key=lambda quantity: (quantity.start, -quantity.end)):
        index = bisect_left(starts, quantity.end)
        free = index == 0 or found[index - 1].end <= quantity.start
        if free and (not result or result[-1].end <= quantity.start):
            result.append(quantity)
    return result


def _number(reading: Reading, backwards: str, words: Lexicon, match: re.Match[str]) -> Quantity | None:
    """A number in words that has a noun; others are mostly names and idioms (`ba mẹ`, `hai bên`)."""
    run = match[0][1:]
    value = parse_words(run)
    noun = read_noun(reading.text, reading.folded, match.end(), words)
    if value is None or noun is None or noun.noun.unit is None or f"{run} {noun.words}" in _NO_NUMBER:
        return None
    left = before(reading.folded, backwards, match.start() + 1, words)
    if left.one in _ORDINAL_BEFORE:
        return None
    name, name_start = comparator(left, words)
    return Quantity(
        match.start() + 1,
        noun.end,
        value.scaleb(noun.noun.power),
        noun.noun.unit,
        noun.words,
        comparator=name,
        comparator_start=name_start,
        rules=("words",),
    )


def _nought(reading: Reading, backwards: str, words: Lexicon, match: re.Match[str]) -> Quantity | None:
    """Nought by negation, with the unit of the noun that is denied. Only `không xảy ra` and `chưa ghi nhận` deny an
    event without one; `hộ không có nhà` and `5 xã không còn hộ nghèo` tell which households and communes are meant."""
    folded = reading.folded
    at = match.start("noun") - 1 if "noun" in match.re.groupindex else match.end()
    fill = _FILL.match(folded, at)
    noun = read_noun(reading.text, folded, fill.end() if fill else at, words)
    if noun is None or noun.noun.unit is None:
        if not match[0].endswith(_EVENT):
            return None
        return Quantity(match.start(), match.end(), Decimal(0), None, rules=("nought",))
    left = before(folded, backwards, match.start(), words)
    named = _NAMED_UNIT.search(reading.text, max(0, match.start() - _UNIT_CHARACTERS), match.start())
    told = not left.one or left.one in _SCENE or _IS_SCENE.search(left.clause) or named
    if match[0].endswith(_STATE) and not told:
        return None
    return Quantity(match.start(), noun.end, Decimal(0), noun.noun.unit, noun.words, rules=("nought",))


def _multiple(match: re.Match[str]) -> Quantity | None:
    """`gấp đôi` is a rise by 100 percent."""
    word = match["times"]
    times = _TIMES.get(word) or parse_words(word)
    if times is None or times <= 1:
        return None
    name = {"hơn": "gt", "trên": "gt", "gần": "approx", "khoảng": "approx"}.get(match["bound"] or "", "eq")
    return Quantity(
        match.start("times"),
        match.end(),
        (times - 1) * 100,
        "percent",
        "lần" if match[0].endswith("lần") else "",
        comparator=name,
        comparator_start=match.start("bound") if match["bound"] else None,
        rules=("times",),
    )


def _share(match: re.Match[str]) -> Quantity | None:
    """`một nửa số hộ` is 50 percent, `hai phần ba` 66.7."""
    if match["half"]:
        share = Decimal(50)
    else:
        above, below = DIGITS[match["above"]], DIGITS[match["below"]]
        if not above < below:
            return None
        share = round(Decimal(above) / below * 100, 2)
    return Quantity(match.start(), match.end(), share, "percent", rules=("words", "fraction"))
