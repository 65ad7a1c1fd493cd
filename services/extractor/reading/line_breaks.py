"""Line breaks that fall inside words, years and phrases (`Tậ\\np trung`, `Năm 20\\n22`, `Năm\\n2023`), told from those
that end a paragraph. Source: field notes, D2: the break falls at the border of an inline element."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from services.extractor.reading.alignment import Edit
from shared.vietnam.syllables import is_syllable
from shared.vietnam.text import fold

_BREAK: Final = re.compile(r"\n *(?![\s])")
_LETTERS_BEFORE: Final = re.compile(r"(?<![^\W\d_])[^\W\d_]{1,8}$")
_LETTERS_AFTER: Final = re.compile(r"[^\W\d_]{1,8}")
_YEAR_TORN: Final = re.compile(r"(?:năm|tháng [0-9]{1,2}/|quý [ivx0-9]+/|[0-9]/[0-9]{1,2}/) ?([12][0-9]{0,2})$")
_DIGITS_AFTER: Final = re.compile(r"[0-9]{1,3}(?![0-9%/]|[.,][0-9])")
_GROUP_TORN: Final = re.compile(r"(?:cho|được|đạt|có|còn|là|hơn|gần|trên|khoảng) [0-9]{1,3}(?:\.[0-9]{3})*\.$")
"""A number that ends in its mark of thousands, after a word that no sentence ends with a number after."""
_GROUP_AFTER: Final = re.compile(r"[0-9]{3}(?:\.[0-9]{3})* [^\W\d_]")
_LIST_MARK_ALONE: Final = re.compile(
    r"(?:^|\n) *(?:[0-9]{1,2}(?:\.[0-9]{1,2})*|[a-zđ]|[ivx]{1,4})[.)]$|(?:^|\n) *[-–+•*]$"
)
_OPEN_ENDED: Final = re.compile(
    r"(?:(?:^|[\s(])(?:năm|tháng|ngày|quý|số|hơn|gần|trên|dưới|khoảng|đạt|là|của|và|cho|với|được|có|còn|từ|đến|tại|ở|các|"
    r"những|trong|theo|để|do|vào|cả|giai đoạn|thủ|về|bị|đã|sẽ|đang)|,)$"
)
"""Words that end no line of their own: what follows belongs to them."""
WINDOW: Final = 40
CELL_MAX: Final = 30
"""Longest line that may be a cell: two short lines are not joined though the second begins small (`Đơn vị tính`,
`người`)."""


def break_edits(text: str) -> Iterator[Edit]:
    """Edits that take out line breaks inside words and years and make those inside phrases a blank; in order.

    A blank line, and a line end before a capital after a complete phrase, stay. Digits of two lines are joined only to
    a year: any two numbers may be cells of a table."""
    for match in _BREAK.finditer(text):
        start, end = match.span()
        while start and text[start - 1] == " ":
            start -= 1
        if end >= len(text) or start == 0 or text[start - 1] == "\n":
            continue
        joint = _joint(text, start, end)
        if joint is not None:
            yield Edit(start, end, joint)


def _joint(text: str, start: int, end: int) -> str | None:
    """What the break `start:end` is to be replaced by; None where it ends a paragraph."""
    left = text[max(0, start - WINDOW) : start].lower()
    last, right = left[-1:], text[end]
    touching = end - start == 1
    if touching and last.isdigit() and right.isdigit():
        return "" if _joins_year(left, text, end) else None
    if touching and right.isdigit() and _GROUP_TORN.search(left) and _GROUP_AFTER.match(text, end):
        return ""
    if touching and right == "%" and last.isdigit():
        return ""
    if touching and last.isalpha() and right.islower() and _joins_word(left, text, end):
        return ""
    if _LIST_MARK_ALONE.search(left):
        return " "
    if last in ".!?…;:" or not right.isalnum() or _is_table(text, start, end):
        return None
    if right.islower() and (_line_before(text, start) >= CELL_MAX or _line_after(text, end) >= CELL_MAX):
        return " "
    if left.endswith("số") and right.isalpha():  # `… dân tộc thiểu số` is a whole headline
        return None
    return " " if _OPEN_ENDED.search(left) else None


def _line_before(text: str, start: int) -> int:
    return start - 1 - text.rfind("\n", max(0, start - CELL_MAX - 1), start)


def _line_after(text: str, end: int) -> int:
    stop = text.find("\n", end, end + CELL_MAX + 1)
    return (stop if stop >= 0 else min(len(text), end + CELL_MAX + 1)) - end


def _joins_year(left: str, text: str, end: int) -> bool:
    torn = _YEAR_TORN.search(left)
    rest = _DIGITS_AFTER.match(text, end)
    if torn is None or rest is None:
        return False
    year = torn[1] + rest[0]
    return len(year) == 4 and year[:2] in ("19", "20")


def _joins_word(left: str, text: str, end: int) -> bool:
    """Whether the letters on both sides are one syllable and not two."""
    before_match = _LETTERS_BEFORE.search(left)
    before = fold(before_match[0]) if before_match else ""
    after_match = _LETTERS_AFTER.match(text, end)
    after = fold(after_match[0]) if after_match else ""
    if not before or (is_syllable(before) and is_syllable(after)):
        return False
    return is_syllable(fold(before + after))


def _is_table(text: str, start: int, end: int) -> bool:
    """Whether the line before the break or the one after it has cells."""
    stop = text.find("\n", end)
    before, after = text[text.rfind("\n", 0, start) + 1 : start], text[end : stop if stop >= 0 else len(text)]
    return "|" in before or "\t" in before or "|" in after or "\t" in after
