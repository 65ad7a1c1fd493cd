"""The numbers of a text, from left to right: each run of digits starts a non-value of its own shape, or an amount with
a noun."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final

from services.extractor.model import Quantity
from services.extractor.quantities import words as in_words
from services.extractor.quantities.amounts import Amount, Counting, counted, read_amount, read_noun
from services.extractor.quantities.context import Before, before, comparator, money_before
from services.extractor.quantities.enumerations import share_in_lists
from services.extractor.quantities.lexicon import Lexicon, lexicon
from services.extractor.quantities.masks import is_fraction, mask_at
from services.extractor.quantities.names import glued_name, torn_from, web_spans
from services.extractor.quantities.numerals import NUMERAL, Habit, habit_of, read_numeral
from services.extractor.quantities.reasons import YEAR_MAX, YEAR_MIN, Said, named, reason_of
from services.extractor.reading import Reading

_SLASH: Final = re.compile(r" ?/ ?(?:(?:kh|kế hoạch|chỉ tiêu)(?: năm)? )?(?=[0-9])")
_PART_OF_BASE: Final = 10
"""A tenth of a round number and more is a share of a plan."""
_RANGE: Final = re.compile(r" ?(?:-|–|—|~|÷) ?(?=[0-9])| (?:đến|tới|-|–)(?: dưới| khoảng| gần| trên| hơn)? (?=[0-9])")
_ANOTHER: Final = re.compile(r" ?[-–—] ?[0-9]")
_OR_MORE: Final = re.compile(r" ?trở (lên|xuống)(?!\w)")
_LIST_MARK: Final = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,2})*(?:[.)/](?=\s|[^\W\d_])|\.$| ?[-–] (?=[^\W\d_]))")
_A_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}(?![0-9]|[.,][0-9]| ?[-–—/%])")
_NUMBERED: Final = re.compile(r"\)(?= [^\W\d_])")
_MINUS: Final = re.compile(r"(?:(?<=[ (:])|(?<=^\())(-|âm )$")
_SIGN: Final = re.compile(r"\((?:tăng |giảm )?([-+–]) ?$")
"""A sign right after a bracket: `42 vụ (-8 vụ)`."""
_MULTIPLE: Final = re.compile(r"(gấp|tăng|giảm)(?: (?:hơn|gần|khoảng|trên|tới|lên|từ))? $")
_CASE_BOUND: Final = {"lên": "ge", "xuống": "le"}

RECENT_MIN: Final = 2000
RECENT_MAX: Final = 2035
"""A count without a thousands mark between them may be a year that lost its word (`2022 người dân`)."""
FOOTNOTE_DIGITS_MAX: Final = 2
"""Digits of the largest raised mark that is looked for."""


@dataclass(frozen=True)
class Scan:
    """The text under the scan and what is known of all of it."""

    reading: Reading
    lexicon: Lexicon

    @cached_property
    def backwards(self) -> str:
        return self.reading.folded[::-1]

    @cached_property
    def habit(self) -> Habit:
        return habit_of(self.reading.folded)


def read_quantities(reading: Reading) -> list[Quantity]:
    """The quantities of `reading`, sorted, not overlapping: values, and numbers that are no values (`non_value` tells
    why).

    - A range has the printed order in `value`, `value_high`; `từ A xuống/lên B` is two quantities.
    - `x/y` of an actual and its plan, or of a part and its whole, has y in `pair`; `1/3 số hộ` is 33.3 percent (rule
    `fraction`).
    - `gấp 1,5 lần`, `gấp đôi` are the rise in percent (50, 100; rule `times`); `tăng 1,3 lần` is doubtful.
    - `không còn hộ nào` is 0 (rule `nought`), where the caller must check that the indicator's noun is denied.
    - `(-2,5%)` and `âm 2,5%` are negative (rule `minus`); `vốn vay 50 triệu` is dong (rule `money_implied`).
    - A bare number in an enumeration takes the unit behind its last member (rule `list_unit`).
    - unit is None where no unit noun follows, and where the noun is none of the contract's (a currency).

    Never raises; linear in the text's length."""
    scan = Scan(reading, lexicon())
    found: list[Quantity] = []
    web = web_spans(reading.folded)
    web_at = 0
    at = 0
    while match := NUMERAL.search(reading.folded, at):
        while web_at < len(web) and web[web_at][1] <= match.start():
            web_at += 1
        if web_at < len(web) and web[web_at][0] <= match.start():
            start = max(web[web_at][0], found[-1].end if found else 0)
            found.append(Quantity(start, web[web_at][1], Decimal(0), None, non_value="web"))
        else:
            found.append(_read(scan, match, found[-1] if found else None))
        at = max(found[-1].end, match.end())
    found = share_in_lists(reading.folded, found)
    found += in_words.read_words(reading, scan.backwards, scan.lexicon, found)
    found.sort(key=lambda quantity: quantity.start)
    return found


def _read(scan: Scan, match: re.Match[str], previous: Quantity | None) -> Quantity:
    text, folded = scan.reading.text, scan.reading.folded
    start, end = match.span()
    left = before(folded, scan.backwards, start, scan.lexicon)
    if left.one == "năm" and _A_YEAR.match(folded, start):
        return Quantity(start, end, Decimal(0), None, non_value="year")
    if torn := torn_from(text, folded, start, end):
        return Quantity(start, end, Decimal(0), None, non_value=torn)
    if glued := glued_name(text, folded, start, end, scan.lexicon):
        begin = max(glued[0], previous.end if previous else 0)
        return Quantity(begin, glued[1], Decimal(0), None, non_value="name")
    if folded[start - 1 : start] == "(" and _NUMBERED.match(folded, end):
        return Quantity(start, end, Decimal(0), None, non_value="list_mark")
    if left.line_start and (mark := _LIST_MARK.match(folded, start)) and mark.end() >= end:
        return Quantity(start, mark.end(), Decimal(0), None, non_value="list_mark")
    mask = mask_at(text, folded, start, end, left)
    if mask and mask[1] != "date?":
        return Quantity(start, mask[0], Decimal(0), None, non_value=mask[1])
    quantity = _amount(scan, match, left, previous)
    if start and folded[start - 1].isalpha() and _is_raised(quantity, end - start):
        return Quantity(start, end, Decimal(0), None, non_value="footnote")
    if mask and (quantity.unit is None or quantity.pair is None) and quantity.non_value is None:
        return Quantity(start, mask[0], Decimal(0), None, non_value="date")
    return quantity


def _is_raised(quantity: Quantity, digits: int) -> bool:
    """Whether digits glued to a word are a raised mark that lost its place (`trực thuộc trung ương1,`)."""
    bare = quantity.unit is None and not quantity.unit_text and quantity.non_value is None and quantity.pair is None
    return bare and digits <= FOOTNOTE_DIGITS_MAX


def _amount(scan: Scan, match: re.Match[str], left: Before, previous: Quantity | None) -> Quantity:
    text, folded, words = scan.reading.text, scan.reading.folded, scan.lexicon
    alone = match.end() - match.start() <= 3 and (left.line_start or named(left) is not None)
    numeral = read_numeral(folded, match, alone)
    amount = read_amount(folded, numeral, words)
    noun = read_noun(text, folded, amount.end, words, short=numeral.plain and len(numeral.digits) <= 2)
    after = noun.end if noun else amount.end
    if slash := _SLASH.match(folded, after):
        second, last = _second(scan, slash.end(), noun)
        of_plan = last is not noun and last is not None and noun is not None and last.noun == noun.noun
        per = noun is not None and _is_base(second) and not (of_plan and _large_part(amount, second))
        if noun is None or last is None or last.noun == noun.noun or per:
            return _quantity(scan, left, amount, second, last, "pair", per)
        return _quantity(scan, left, amount, None, noun, "")  # `5.210 hộ/21.028 khẩu`: two counts
    if (dash := _RANGE.match(folded, after)) and not _dashed(folded, previous, match.start()):
        second, last = _second(scan, dash.end(), noun)
        if second is not None and _is_range(folded, amount, noun, second, last):
            if noun is None and not amount.power:
                amount = amount._replace(power=second.power or _thousands(amount, second))
            return _quantity(scan, left, amount, second, last, "range")
    return _quantity(scan, left, amount, None, noun, "")


def _thousands(first: Amount, second: Amount) -> int:
    """Power of ten that the left end of `300-500.000 người` leaves to the right one."""
    left, right = first.numeral, second.numeral
    short = left.plain and len(left.digits) <= 3 and right.form == "dot3" and right.digits.endswith(".000")
    return 3 if short and int(left.digits) < int(right.digits[:-4]) else 0


def _is_base(amount: Amount | None) -> bool:
    """Round numbers that rates are given for: `50 người/100.000 dân`."""
    return amount is not None and amount.numeral.digits.replace(".", "") in ("1000", "10000", "100000")


def _large_part(amount: Amount, base: Amount | None) -> bool:
    """`630 người/1.000 người`: of what was planned; a rate for each thousand of the same is far smaller."""
    part, whole = (each and each.numeral.digits.replace(".", "") for each in (amount, base))
    return bool(part and whole and part.isdecimal() and int(part) * _PART_OF_BASE >= int(whole))


def _second(scan: Scan, at: int, noun: Counting | None) -> tuple[Amount | None, Counting | None]:
    """The amount at `at` (after a slash or dash) and the noun behind it, or the noun before it."""
    folded = scan.reading.folded
    match = NUMERAL.match(folded, at)
    if match is None:
        return None, noun
    amount = read_amount(folded, read_numeral(folded, match, alone=True), scan.lexicon)
    return amount, read_noun(scan.reading.text, folded, amount.end, scan.lexicon) or noun


def _dashed(folded: str, previous: Quantity | None, start: int) -> bool:
    """A third member of `38% - 33% - 29%`: a list, no range."""
    return previous is not None and folded[previous.end : start].strip() in ("-", "–", "—")


def _is_range(folded: str, first: Amount, noun: Counting | None, second: Amount, last: Counting | None) -> bool:
    """Whether two amounts with a dash or `đến` between them are a range: of one unit, not years, not the first two of
    three."""
    if _ANOTHER.match(folded, last.end if last and last is not noun else second.end):
        return False
    if noun is not None and last is not None and noun.noun != last.noun:
        return False
    if second.numeral.plain and len(second.numeral.digits) == 4 and last is noun and not second.power:
        return not YEAR_MIN <= int(second.numeral.digits) <= YEAR_MAX
    return "malformed" not in (first.numeral.form, second.numeral.form)


def _quantity(
    scan: Scan, left: Before, amount: Amount, second: Amount | None, noun: Counting | None, rule: str, per: bool = False
) -> Quantity:
    folded = scan.reading.folded
    rules = [rule] if rule else []
    pair = rule == "pair"
    start = amount.numeral.start
    end = max(amount.end, second.end if second else 0, noun.end if noun else 0)
    unit, unit_words, power = _unit(scan, amount, second, noun)
    if unit is None and noun is None and (second or amount).power and money_before(left):
        unit = "vnd"
        rules.append("money_implied")
    value, other, doubtful = _values(scan, amount, second, noun, pair, power)
    bound, bound_start = comparator(left, scan.lexicon)
    if more := _OR_MORE.match(folded, end):
        bound = _CASE_BOUND[more[1]]
        rules.append("or_more")
    if pair and other and noun is None and is_fraction(folded, folded[start:end], end, left.one):
        value, other, pair, unit = round(value / other * 100, 2), None, False, "percent"
        rules[0] = "fraction"
    reason = reason_of(folded, left, Said(amount, second, noun, value, unit, bound, end, rule, per), scan.lexicon)
    if reason == "times" and value > 1 and (verb := _MULTIPLE.search(left.clause)):
        value, other = _rise(value, verb[1]), other and _rise(other, verb[1])
        reason, unit, doubtful = None, "percent", verb[1] != "gấp"
        rules.append("times")
    if unit == "percent" and not rules and (minus := _MINUS.search(left.clause)):
        value, start = -value, start - len(minus[1])
        rules.append("minus")
    if reason is None and not pair and (sign := _SIGN.search(left.clause)):
        value, start = abs(value) if sign[1] == "+" else -abs(value), start - len(sign[0]) + sign[0].index(sign[1])
        rules.append("signed")
    return Quantity(
        start,
        end,
        value,
        unit,
        unit_words,
        value_high=None if pair else other,
        comparator=bound,
        comparator_start=bound_start,
        pair=other if pair else None,
        non_value=reason,
        doubtful=doubtful,
        rules=tuple(rules),
    )


def _values(
    scan: Scan, amount: Amount, second: Amount | None, noun: Counting | None, pair: bool, power: int
) -> tuple[Decimal, Decimal | None, bool]:
    """The first number, the second, and whether one is doubtful, in the unit that is `power` tens below the noun's."""
    kind = counted(second if pair and second else amount, noun.noun if noun else None, noun.words if noun else "")
    value, doubtful = amount.value(kind, scan.habit if amount.numeral.habit_matters(kind) else "unknown")
    doubtful = doubtful or (kind == "count" and amount.numeral.plain and RECENT_MIN <= value <= RECENT_MAX)
    if second is None:
        return (_whole(value.scaleb(power)) if power or amount.power else value), None, doubtful
    other, other_doubtful = second.value(kind, scan.habit if second.numeral.habit_matters(kind) else "unknown")
    if pair and second.power and not amount.power:
        value = value.scaleb(second.power)
    return _whole(value.scaleb(power)), _whole(other.scaleb(power)), doubtful or other_doubtful


def _rise(times: Decimal, verb: str) -> Decimal:
    """`gấp 1,5 lần` is a rise by 50 percent. `tăng 1,3 lần` mostly means the same, `giảm 2 lần` a half."""
    return (1 - 1 / times if verb == "giảm" else times - 1) * 100


def _whole(value: Decimal) -> Decimal:
    """`value` without the exponent that scaling leaves (1.25E+6), as it is written."""
    return value.quantize(Decimal(1)) if value.as_tuple().exponent > 0 else value  # type: ignore[operator]


def _unit(scan: Scan, amount: Amount, second: Amount | None, noun: Counting | None) -> tuple[str | None, str, int]:
    """Unit code, its words as they stand, and the power of ten from the noun's unit to it."""
    if noun is not None and noun.noun.unit is not None:
        return noun.noun.unit, noun.words, noun.noun.power
    last = second or amount
    if noun is None and last.power in scan.lexicon.money_powers:
        return "vnd", "", 0
    return None, noun.words if noun else "", 0
