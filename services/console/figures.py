"""Figures as Vietnamese print them: dots group thousands, a comma marks decimals."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from shared.vietnam.areas import area

UNITS: Final[Mapping[str, str]] = {
    "person": "người",
    "turn": "lượt",
    "household": "hộ",
    "percent": "%",
    "percentage_point": "điểm %",
    "vnd": "đồng",
    "usd": "USD",
    "enterprise": "doanh nghiệp",
    "commune": "xã",
    "case": "vụ",
    "dossier": "hồ sơ",
    "card": "thẻ",
    "session": "phiên",
    "class": "lớp",
    "house": "nhà",
    "gift": "suất",
    "contract": "hợp đồng",
    "facility": "cơ sở",
    "kg": "kg",
    "item": "",
}
COMPARATORS: Final[Mapping[str, str]] = {"eq": "", "approx": "~", "gt": ">", "lt": "<", "ge": "≥", "le": "≤"}
_LARGE: Final = ((Decimal(10**9), "tỷ"), (Decimal(10**6), "triệu"))


def area_name(key: str | None) -> str:
    """Name of an area key in Vietnamese; `?` where the text leaves the area open."""
    if key is None:
        return "?"
    return "Cả nước" if key == "VN" else area(key).name


def number(value: Decimal | int | float | str) -> str:
    """`8095` is `8.095`, `24.82` is `24,82`. Trailing noughts after the comma are dropped."""
    plain = format(Decimal(str(value)).normalize(), "f")
    sign, digits = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    whole, _, fraction = digits.partition(".")
    return sign + f"{int(whole):,}".replace(",", ".") + (f",{fraction}" if fraction else "")


def figure(observation: Mapping[str, Any]) -> str:
    """Value with unit of an observation (fields of docs/observation.md): `>8.095 người (kế hoạch 6.000, 135 %)`."""
    unit, divisor = _scale(observation)

    def shown(value: Any) -> str:
        return number(Decimal(str(value)) / divisor)

    text = COMPARATORS[observation["comparator"]] + shown(observation["value"])
    if observation["measure"] in ("change", "relative_change") and Decimal(str(observation["value"])) > 0:
        text = f"+{text}"
    if observation.get("value_high") is not None:
        text += f" … {shown(observation['value_high'])}"
    text = f"{text} {unit}".strip()
    plan = []
    if observation.get("target_value") is not None:
        plan.append(f"kế hoạch {shown(observation['target_value'])}")
    if observation.get("plan_ratio") is not None:
        plan.append(f"{number(observation['plan_ratio'])} %")
    return f"{text} ({', '.join(plan)})" if plan else text


def _scale(observation: Mapping[str, Any]) -> tuple[str, Decimal]:
    unit = UNITS[observation["unit"]]
    if observation["unit"] == "vnd":
        for size, word in _LARGE:
            if abs(Decimal(str(observation["value"]))) >= size:
                return f"{word} {unit}", size
    return unit, Decimal(1)
