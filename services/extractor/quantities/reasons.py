"""Why a number is no value: a year, the number of a thing, a norm for each head, a threshold, a counter of the page."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, NamedTuple

from services.extractor.quantities.amounts import Amount, Counting, per
from services.extractor.quantities.context import Before, each, level_of_pay, threshold
from services.extractor.quantities.lexicon import Lexicon
from services.extractor.quantities.numerals import Numeral
from shared.vietnam.text import fold

YEAR_MIN: Final = 1900
YEAR_MAX: Final = 2100
"""A bare number of four digits between them is a year."""
DAY_MAX: Final = 31
_SHARES: Final = ("percent", "percentage_point")
_DATED: Final = ("tháng", "quí", "ngày")
_EVERY: Final = ("mỗi", "một", "hằng", "hàng", "các", "vài", "mấy")
"""Before `tháng` and `ngày` they make a rate of what follows: `mỗi ngày 20 người`."""
BUDGET_MIN: Final = 1_000_000_000
"""Dong that no person is paid: the highest wages and bonuses reported are some hundred million."""
_TIMES: Final = ("tháng", "quí", "ngày", "giờ")
"""What is said by the day or month is a norm or a rate; a budget is paid by the month, too (`34 tỷ đồng/tháng`)."""


class Said(NamedTuple):
    """What is known of a number when it is asked whether it is a value."""

    amount: Amount
    second: Amount | None
    noun: Counting | None
    value: Decimal
    unit: str | None
    bound: str
    """The comparator."""
    end: int
    rule: str = ""
    """pair or range, where there is a second number."""
    per: bool = False
    """The second number counts another thing: `50 người/100.000 dân`."""


def named(left: Before) -> str | None:
    """Reason of the word before a number that numbers it, whatever follows."""
    if left.cue.strong is not None:
        return left.cue.strong
    if left.one in _DATED and (not left.two or left.two.split(" ")[0] not in _EVERY):
        return "date"
    return None


def reason_of(folded: str, left: Before, said: Said, words: Lexicon) -> str | None:
    """Why `said` is no value; None where it is one."""
    if said.per:
        return "norm"
    if said.noun is not None and said.noun.noun.reason is not None:
        return said.noun.noun.reason
    numeral = said.amount.numeral
    plain = numeral.plain and not said.amount.power
    if said.unit not in _SHARES and (reason := named(left)) and _bears(reason, plain, said.value):
        return reason
    if not said.amount.power and _is_year(said.value, numeral, said.noun is None, left.one == "năm"):
        return "year"
    if plain and said.noun and left.cue.weak and fold(said.noun.words).split(" ")[0] in words.places:
        return left.cue.weak
    if said.noun is None and said.second is not None and said.rule == "range" and plain and said.second.numeral.plain:
        return "score" if said.value <= DAY_MAX else None
    if said.noun is None and not said.amount.power:
        reason = _reason_of_bare(left, plain)
    else:
        reason = _reason_of_counted(folded, left, said, words)
    if reason is None and "malformed" in (numeral.form, said.second.numeral.form if said.second else ""):
        return "malformed"
    return reason


def _is_year(value: Decimal, numeral: Numeral, bare: bool, after_year: bool) -> bool:
    """Bare digits of a year, or `năm` before them; `năm 2.023` is a slip of the pen."""
    if not YEAR_MIN <= value <= YEAR_MAX or len(numeral.digits) < 4:
        return False
    return after_year and numeral.form in ("plain", "dot3") if not (numeral.plain and bare) else True


def _bears(reason: str, plain: bool, value: Decimal) -> bool:
    """Whether a number of this form can be what the word before it numbers."""
    if reason == "date":
        return plain and value <= DAY_MAX
    return plain or reason in ("phone", "name")


def _reason_of_bare(left: Before, plain: bool) -> str | None:
    if left.cue.counter:
        return "counter"
    return left.cue.weak or None if plain else None


def _reason_of_counted(folded: str, left: Before, said: Said, words: Lexicon) -> str | None:
    money = said.unit in ("vnd", "usd", "kg")
    behind = per(folded, said.end, said.unit, words)
    if behind and not (behind in _TIMES and said.value >= BUDGET_MIN):
        return "norm"
    if said.unit not in _SHARES and each(left, words.each_is_time):
        return "norm"
    if money and said.value < BUDGET_MIN and level_of_pay(left):
        return "norm"
    if said.bound != "eq" and threshold(left, said.unit == "person"):
        return "threshold"
    return None
