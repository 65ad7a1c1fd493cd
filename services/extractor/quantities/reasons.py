"""Why a number is no value: a year, the number of a thing, a norm for each head, a threshold, a counter of the page."""

from __future__ import annotations

from typing import Final

from services.extractor.model import Quantity
from services.extractor.quantities.amounts import Amount, Counting, per
from services.extractor.quantities.context import Before, each, level_of_pay, threshold
from services.extractor.quantities.lexicon import Lexicon

YEAR_MIN: Final = 1900
YEAR_MAX: Final = 2100
"""A bare number of four digits between them is a year."""
_TIMES: Final = ("tháng", "quí", "ngày", "giờ")
"""`12 người/ngày` is a count over a time; only money and kilos by the month are norms."""


def named(left: Before, words: Lexicon) -> str | None:
    """Reason of the word before a number that numbers it, whatever follows."""
    for phrase in left.tails:
        if reason := words.strong.get(phrase):
            return reason
    if left.one in ("tháng", "quí", "ngày") and left.two.split(" ")[0] not in (
        "mỗi",
        "một",
        "hằng",
        "hàng",
        "các",
        "vài",
        "mấy",
    ):
        return "date"
    return None


def reason_of(
    folded: str, left: Before, amount: Amount, noun: Counting | None, quantity: Quantity, words: Lexicon
) -> str | None:
    """Why `quantity` is no value; None where it is one."""
    if noun is not None and noun.noun.reason is not None:
        return noun.noun.reason
    plain = amount.numeral.plain and not amount.power
    share = quantity.unit in ("percent", "percentage_point")
    if (
        not share
        and (reason := named(left, words))
        and (plain or reason in ("phone", "name"))
        and (reason != "date" or quantity.value <= 31)
    ):
        return reason
    if (
        plain
        and len(amount.numeral.digits) == 4
        and YEAR_MIN <= quantity.value <= YEAR_MAX
        and (noun is None or left.one == "năm")
    ):
        return "year"
    if noun is None and not amount.power:
        return _reason_of_bare(left, plain, words)
    return _reason_of_counted(folded, left, quantity, words)


def _reason_of_bare(left: Before, plain: bool, words: Lexicon) -> str | None:
    for phrase in left.tails:
        if phrase in words.counters:
            return "counter"
        if plain and (reason := words.weak.get(phrase)):
            return reason
    return None


def _reason_of_counted(folded: str, left: Before, quantity: Quantity, words: Lexicon) -> str | None:
    behind = per(folded, quantity.end)
    money = quantity.unit in ("vnd", "usd", "kg")
    per_one = behind is not None and not words.per_norm.isdisjoint(behind)
    if per_one and (money or behind[0] not in _TIMES):  # type: ignore[index]
        return "norm"
    if quantity.unit not in ("percent", "percentage_point") and each(left, words.each_is_time):
        return "norm"
    if money and level_of_pay(left):
        return "norm"
    if quantity.comparator != "eq" and threshold(left, quantity.unit == "person"):
        return "threshold"
    return None
