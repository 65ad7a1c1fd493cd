"""A number with its scale words, and the noun after it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NamedTuple

from services.extractor.quantities.lexicon import TOKEN, Lexicon, Node, Noun, longest
from services.extractor.quantities.numerals import NUMERAL, Counted, Habit, Numeral, form_of
from services.extractor.quantities.spelled import parse_words

_HALF: Final = re.compile(r" rưỡi(?!\w)")
_NEXT: Final = re.compile(r" (?=[0-9])")
_NOTE: Final = re.compile(r"(?:\[[0-9]{1,2}\]| ?\([0-9]{1,2}\)|\*{1,3})(?= )")
"""A note's mark between a number and its noun (`8.095(1) người`)."""
_IN_WORDS: Final = re.compile(r" ?\(([^\W\d_][^()0-9]{1,60})\)(?= )")
_PER_MARK: Final = re.compile(r" ?/ ?| mỗi | một ")
_PER: Final = re.compile(r"([0-9][0-9.]*|k?m[23²]|[^\W\d_]+)(?: [^\W\d_]+)?")
_YEAR_AFTER: Final = re.compile(r" ?(?:[0-9]{1,2}/|(?:19|20)[0-9]{2}(?!\.?[0-9]))")
_DATE_NOUNS: Final = frozenset(("năm", "tháng", "quí", "ngày"))
_MEASURES: Final = frozenset(
    (
        "kg",
        "ha",
        "hecta",
        "héc ta",
        "km",
        "m",
        "m2",
        "m3",
        "mét",
        "mét vuông",
        "lít",
        "km2",
        "km²",
        "kwh",
        "mw",
        "tấn",
        "tạ",
        "yến",
    )
)


class Amount(NamedTuple):
    """`2 tỷ 350 triệu`: a numeral, the power of ten of its scale word, and what is added to it."""

    numeral: Numeral
    end: int
    power: int = 0
    added: Decimal = Decimal(0)
    """In units, not scaled."""
    half: bool = False
    """`rưỡi`: half of the scale more."""

    def value(self, counted: Counted, habit: Habit) -> tuple[Decimal, bool]:
        number, doubtful = self.numeral.value("scale" if self.power and counted != "share" else counted, habit)
        if not self.power:
            return number, doubtful
        scaled = number.scaleb(self.power) + self.added
        return (scaled + Decimal("0.5").scaleb(self.power) if self.half else scaled), doubtful


def read_amount(folded: str, numeral: Numeral, words: Lexicon) -> Amount:
    """`numeral` with the scale words after it (`nghìn`, `tỷ`, `2 tỷ 350 triệu`, `2 tỷ rưỡi`)."""
    token = TOKEN.match(folded, numeral.end)
    if token is None or token[1] not in words.scales.children:
        return Amount(numeral, numeral.end)
    scale = longest(words.scales, folded, numeral.end)
    if scale is None or _no_scale(folded, scale[1], scale[2], numeral):
        return Amount(numeral, numeral.end)
    node, _, end = scale
    power = node.power or 0
    if half := _HALF.match(folded, end):
        return Amount(numeral, half.end(), power, half=True)
    added, after = _smaller(folded, end, power, words)
    return Amount(numeral, after, power, added)


def _no_scale(folded: str, start: int, end: int, numeral: Numeral) -> bool:
    """`k` is a thousand only where it is glued (`500k`), and `tỷ lệ` is a rate: `5% tỷ lệ` has no scale."""
    word = folded[start:end]
    if word == "k":
        return start != numeral.end or numeral.form not in ("plain", "decimal") or len(numeral.digits) < 2
    return word == "tỉ" and folded.startswith((" lệ", " trọng", " suất", " số"), end)


def _smaller(folded: str, at: int, power: int, words: Lexicon) -> tuple[Decimal, int]:
    """What follows a scale in smaller scales (` 350 triệu`), in units, and its end; 0 and `at` where nothing does."""
    total, end = Decimal(0), at
    while gap := _NEXT.match(folded, end):
        match = NUMERAL.match(folded, gap.end())
        if match is None:
            break
        numeral = Numeral(match.start(), match.end(), match[0], form_of(match[0]))
        scale = longest(words.scales, folded, match.end())
        if scale is None:
            whole = numeral.value("count", "vietnamese")[0]
            if numeral.plain and len(numeral.digits) == 3 == power and longest(words.nouns, folded, match.end()):
                return total + whole, match.end()  # `3 nghìn 200 hộ`
            dong = folded.startswith((" đồng", "đồng", "đ "), match.end())
            if dong and numeral.form in ("grouped", "dot3") and whole < Decimal(1).scaleb(power):
                return total + whole, match.end()
            break
        smaller = scale[0].power or 0
        if smaller >= power or numeral.form == "malformed":
            break
        total += numeral.value("scale", "vietnamese")[0].scaleb(smaller)
        power, end = smaller, scale[2]
    return total, end


class Counting(NamedTuple):
    """The noun after an amount."""

    noun: Noun
    start: int
    end: int
    """Span of the noun's words, which may follow skipped ones (`120 nữ công nhân` has the noun `công nhân`)."""
    words: str


def read_noun(text: str, folded: str, at: int, words: Lexicon, short: bool = False) -> Counting | None:
    """The noun that begins at `at`, after a number's repetition in words (`05 (năm) hộ`) and words that may be skipped.

    `12.450 năm 2021` has no noun, since the year is named; a `short` number has (`3 năm 2021-2023`)."""
    if at < len(folded) and folded[at] == "/" and folded.startswith(("%", " %"), at + 1):
        at += 1  # `2/%`, a misprint that real pages have
    elif note := _NOTE.match(folded, at):
        at = note.end()
    elif "(" in folded[at : at + 2] and (repeated := _IN_WORDS.match(folded, at)) and parse_words(repeated[1]):
        at = repeated.end()
    found = longest(words.nouns, folded, at)
    if found is None or folded[found[1] : found[2]] in words.skipped:
        found = _after_skipped(folded, at, words) or found
    if found is None:
        return None
    node, start, end = found
    noun = node.noun
    if noun is None or (folded[start:end] in _DATE_NOUNS and not short and _YEAR_AFTER.match(folded, end)):
        return None
    return Counting(noun, start, end, text[start:end])


def _after_skipped(folded: str, at: int, words: Lexicon) -> tuple[Node, int, int] | None:
    for _ in range(2):
        space = folded.find(" ", at + 1)
        if space < 0 or folded[at + 1 : space] not in words.skipped:
            return None
        at = space
        if found := longest(words.nouns, folded, at):
            return found
    return None


def counted(amount: Amount, noun: Noun | None, noun_words: str) -> Counted:
    """What kind of thing is counted, for the reading of the number's marks."""
    if noun is not None and noun.unit in ("percent", "percentage_point"):
        return "share"
    if amount.power:
        return "scale"
    if noun_words.lower() in _MEASURES or (noun is not None and noun.power > 0):
        return "measure"
    return "count" if noun is not None else "bare"


def per(folded: str, at: int, unit: str | None, words: Lexicon) -> str | None:
    """What the amount of `unit` that ends at `at` is said for each of: the word behind a slash or `một`, `mỗi` (`/học
    sinh`, ` một tháng`). A noun of the same unit is only another name (`58 quận/huyện`); None where nothing stands
    there."""
    mark = _PER_MARK.match(folded, at)
    if mark is None:
        return None
    token = _PER.match(folded, mark.end())
    if token is None:
        return None
    if token[1] in words.per_norm or token[0] in words.per_norm:
        return token[1]
    found = longest(words.nouns, folded, mark.end())
    other = found[0].noun.unit if found and found[0].noun else None
    return token[1] if other and other != unit else None
