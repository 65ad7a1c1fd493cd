"""What a figure without an indicator counts: its noun phrase, so that the catalogue can grow."""

from __future__ import annotations

import re
from typing import Final

from services.extractor.scene import Scene
from services.extractor.slots import Slot
from shared.vietnam.text import fold

WORDS_MAX: Final = 6
_WORD: Final = re.compile(r"\s*([^\W\d_]+)")
_STOPS: Final = frozenset(
    fold(
        "được có là đạt đã cho với so tăng giảm chiếm trong trên để và của tại ở từ đến khi do bị còn sẽ đang nhưng "
        "thì mà theo vào về"
    ).split()
)
_BEFORE: Final = re.compile(r"[^,;.:()\n]{0,60}$")
_INEXACT: Final = frozenset(fold("hơn gần khoảng xấp xỉ chừng dưới tổng số").split())


def label_of(slot: Slot, scene: Scene) -> str:
    """`đại biểu`, `trường học`, `thu ngân sách`: unit noun and the words after it, or of money and shares those
    before."""
    if slot.quantity.unit in ("vnd", "usd"):
        return _before(slot, scene)
    after = scene.reading.text[slot.quantity.end : slot.quantity.end + len(slot.after)]
    return " ".join((slot.quantity.unit_text, *_after(after))).strip()


def _after(text: str) -> list[str]:
    found: list[str] = []
    at = 0
    while len(found) < WORDS_MAX:
        match = _WORD.match(text, at)
        if match is None or fold(match[1]) in _STOPS:
            break
        found.append(match[1])
        at = match.end()
    return found


def _before(slot: Slot, scene: Scene) -> str:
    """The words before the number, without those that only say how exact it is."""
    end = slot.quantity.start if slot.quantity.comparator_start is None else slot.quantity.comparator_start
    text = scene.reading.text[end - len(slot.before) : end]
    match = _BEFORE.search(text)
    words = [word for word in match[0].split() if fold(word) not in _STOPS | _INEXACT] if match else []
    return " ".join(words[-WORDS_MAX:]) or slot.quantity.unit_text
