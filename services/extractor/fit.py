"""Whether a number can be a value of an indicator, and of which measure: units and role decide, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from services.extractor import roles
from services.extractor.model import Quantity
from services.extractor.roles import Role
from shared.vietnam.catalogue import Indicator, catalogue
from shared.vietnam.text import fold

_WHOLE: Final = frozenset(
    ("person", "turn", "household", "enterprise", "commune", "case", "dossier", "card", "session", "class", "house")
)
"""Units of what comes whole."""
_HOUSEHOLD: Final = fold("hộ")
_BARE_FROM: Final = 4
"""A number without a noun below this is rather a part of a name."""
_BARE_MAX: Final = 1_000_000
"""And from here on it is money with its unit left out."""
_FEW: Final = 20
"""A bare number so many times below a province's least is not even a district's."""
_LEARNER: Final = fold("học viên")
_NO_LEARNERS: Final = ("insurance.", "overseas.", "merit.", "poverty.")
_DIGITS_FROM: Final = 5
"""Reports write the number of persons and households in digits; two to four spelled as a word are those of an incident
in the news."""


def measure_of(indicator: Indicator, quantity: Quantity, role: Role) -> str | None:
    """`level`, `change`, `relative_change`, `plan_ratio`, or None where the number cannot be the indicator's."""
    if whole_only(quantity.unit or indicator.unit) and quantity.value != quantity.value.to_integral_value():
        return None  # `1,39` of households is a number torn from its scale or its percent sign
    if (
        "words" in quantity.rules
        and quantity.unit in ("person", "household", "house")
        and quantity.value < _DIGITS_FROM
    ):
        return None  # `hai phụ nữ khuyết tật được cứu`
    if quantity.unit == "turn" and indicator.unit == "person" and _HOUSEHOLD in fold(quantity.unit_text):
        return None  # turns of households are no persons
    if quantity.unit is None and 0 < quantity.value < _BARE_FROM and role.name == roles.LEVEL:
        return None  # `Vùng Cảnh sát biển 3`, `phường Cổ Nhuế 2`
    if quantity.unit is None and quantity.value >= _BARE_MAX and indicator.unit in _WHOLE:
        return None  # `hộ cận nghèo có thu nhập dưới 28 triệu`
    if quantity.unit is None and indicator.unit in _WHOLE and 0 < quantity.value * _FEW < indicator.plausible[0]:
        return None  # `Thông tư 41`, `20, 30 năm sau`
    if indicator.code.startswith(_NO_LEARNERS) and fold(quantity.unit_text) == _LEARNER:
        return None  # `300 học viên diện bắt buộc`
    if quantity.unit_text == "‰" and not indicator.is_rate:
        return None  # so many of a thousand are no rise in percent
    if indicator.is_rate and ("times" in quantity.rules or ("fraction" in quantity.rules and role.name == roles.LEVEL)):
        return None  # twice a rate is no rise in points, and `1/3 số huyện` is no rate
    return _measure(indicator.code, quantity.unit, role.name, role.grows, quantity.non_value == "norm")


def whole_only(unit: str) -> bool:
    """Whether `unit` counts what comes whole: a fraction of it has lost its scale."""
    return unit in _WHOLE


@lru_cache(maxsize=1 << 15)
def _measure(code: str, unit: str | None, role: str, grows: bool, norm: bool) -> str | None:
    indicator = catalogue()[code]
    if role == roles.PLAN_RATIO:
        return "plan_ratio" if not indicator.is_rate else None
    if norm and not indicator.per_head:
        return None
    if role == roles.LEVEL:
        return _level(indicator, unit, grows)
    if unit in ("percent", "percentage_point"):
        if indicator.is_rate:
            return "change" if role == roles.CHANGE else None
        return "relative_change" if unit == "percent" and indicator.unit != "item" else None
    return "change" if role == roles.CHANGE and unit in indicator.units else None


def _level(indicator: Indicator, unit: str | None, grows: bool) -> str | None:
    if unit == "percent" and (indicator.kind == "index" or (grows and not indicator.is_rate)):
        return "relative_change"
    if unit in indicator.units:
        return "level"
    if unit is None and indicator.unit not in ("percent", "vnd", "gift"):  # `phần quà 1,1 triệu` is its price
        return "level"
    return None


@lru_cache(maxsize=1)
def companions() -> Mapping[str, tuple[Indicator, ...]]:
    """Indicator -> those that a number of their unit is, when it follows the indicator's value."""
    found: dict[str, list[Indicator]] = {}
    for indicator in catalogue().values():
        for code in indicator.companion_of:
            found.setdefault(code, []).append(indicator)
    return {code: tuple(those) for code, those in found.items()}
