"""Number words -> number."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

ONES: Final = ("một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_VARIANTS: Final = {"mốt": 1, "tư": 4, "lăm": 5, "nhăm": 5, "bẩy": 7}
"""How one, four, five and seven sound behind tens, or are spelled."""
DIGITS: Final = {word: digit for digit, word in enumerate(ONES, 1)} | _VARIANTS
SCALES: Final = {"nghìn": 3, "ngàn": 3, "vạn": 4, "triệu": 6, "tỉ": 9}
TENS: Final = {"mươi": 10, "trăm": 100, "chục": 10, "tá": 12}
_JOINTS: Final = ("linh", "lẻ")
_STEPS: Final = {"trăm": 100} | {word: 10**power for word, power in SCALES.items()}


def parse_words(run: str) -> Decimal | None:
    """Value of a folded run of number words; None where it is no regular number (`năm năm`, `mười trăm`)."""
    total = group = Decimal(0)
    digit: int | None = None
    last = ""
    for word in run.split(" "):
        if word in DIGITS or word in ("không", "mười"):
            if digit is not None:
                return None
            digit = DIGITS.get(word, 0)
            group += 10 if word == "mười" else 0
            digit = None if word == "mười" else digit
        elif word in TENS:
            if digit is None:
                return None
            group, digit = group + digit * TENS[word], None
        elif word in SCALES:
            group += digit or 0
            if not group and last not in SCALES:
                return None
            total = total + group.scaleb(SCALES[word]) if group else total.scaleb(SCALES[word])  # `hai nghìn tỷ`
            group, digit = Decimal(0), None
        elif word == "rưỡi":
            return total + group + Decimal(_STEPS[last]) / 2 if last in _STEPS else None
        elif word not in _JOINTS:
            return None
        last = word
    return total + group + (digit or 0)
