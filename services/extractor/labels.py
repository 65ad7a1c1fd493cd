"""What a figure without an indicator counts: its noun phrase, so that the catalogue can grow."""

from __future__ import annotations

import re
from typing import Final

from services.extractor.slots import Slot
from shared.vietnam.text import fold

WORDS_MAX: Final = 6
_WORD: Final = re.compile(r"\s*([^\W\d_]+)")
_STOPS: Final = frozenset(
    fold(
        "được có là đạt đã cho với so tăng giảm chiếm trong trên để và của tại ở từ đến khi do bị còn sẽ đang nhưng thì mà theo vào về"
    ).split()
)
_BEFORE: Final = re.compile(r"[^,;.:()\n]{0,60}$")
_INEXACT: Final = re.compile(fold(r"\b(hơn|gần|trên|khoảng|xấp xỉ|chừng|dưới|là|đạt|được|với|có|còn|tổng|số)\b"))


def label_of(slot: Slot) -> str:
    """`đại biểu`, `trường học`, `thu ngân sách`: unit noun and the words after it, or of money and shares those before."""
    if slot.quantity.unit in ("vnd", "usd"):
        return _before(slot)
    return " ".join((slot.quantity.unit_text, *_after(slot.after))).strip().lower()


def _after(text: str) -> list[str]:
    found: list[str] = []
    at = 0
    while len(found) < WORDS_MAX:
        match = _WORD.match(text, at)
        if match is None or match[1] in _STOPS:
            break
        found.append(match[1])
        at = match.end()
    return found


def _before(slot: Slot) -> str:
    match = _BEFORE.search(slot.before)
    words = _INEXACT.sub(" ", match[0]).split() if match else []
    return " ".join(words[-WORDS_MAX:]) or slot.quantity.unit_text.lower()
