"""What stands before a number: the words that name it, compare it, or make it a norm."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

WINDOW: Final = 60
"""Characters before a number that are looked at: `mức hỗ trợ tiền thuê nhà cho người lao động là` has 46."""
_BREAKS: Final = re.compile(r".*[\n.;,!?)\]”\"]", re.DOTALL)
_HEAD_MARKS: Final = " (:-–\"“'["

_COMPARATORS: Final = {
    "hơn": "gt", "trên": "gt", "quá": "gt", "vượt mốc": "gt", "cán mốc": "gt", "vượt quá": "gt", "vượt ngưỡng": "gt",
    "dưới": "lt", "chưa đến": "lt", "chưa tới": "lt", "chưa đầy": "lt", "không đến": "lt", "không đầy": "lt",
    "khoảng": "approx", "gần": "approx", "xấp xỉ": "approx", "chừng": "approx", "ngót": "approx", "ngót nghét": "approx",
    "trên dưới": "approx", "khoảng trên": "approx", "khoảng hơn": "approx", "khoảng gần": "approx", "gần hơn": "approx", "tương đương": "approx",
    "khoảng dưới": "approx", "khoảng từ": "approx", "tầm": "approx", "ước khoảng": "approx",
    "tối thiểu": "ge", "ít nhất": "ge", "không dưới": "ge", "chí ít": "ge", "không ít hơn": "ge", "không thấp hơn": "ge", "tối thiểu là": "ge", "ít nhất là": "ge", "tối thiểu đạt": "ge",
    "ít nhất đạt": "ge", "thấp nhất": "ge", "thấp nhất là": "ge", "ít nhất từ": "ge", "tối thiểu từ": "ge",
    "tối đa": "le", "không quá": "le", "không vượt quá": "le", "tối đa là": "le", "không nhiều hơn": "le", "không cao hơn": "le", "cao nhất": "le", "cao nhất là": "le", "nhiều nhất": "le", "nhiều nhất là": "le",
    "≥": "ge", ">=": "ge", "≤": "le", "<=": "le", ">": "gt", "<": "lt", "~": "approx", "±": "approx",
}  # fmt: skip
"""Folded words before a number -> comparator. Contradictory ones (`gần hơn`) are approximate. Source: field notes, section 2."""
_NO_BOUND: Final = frozenset(
    ("cao", "nhiều", "lớn", "ít", "thấp", "tốt", "nhanh", "mạnh", "sớm", "muộn", "giảm", "tăng", "vượt", "đông")
)
"""`cao hơn 2%` compares two things; it bounds no number."""
_NOT_ABOVE: Final = frozenset(("lên", "kể", "nói", "như", "nêu"))
"""`kể trên 5 xã`: the list above."""


@dataclass(frozen=True, slots=True)
class Before:
    """The words before a number in its clause."""

    words: tuple[str, ...]
    """Folded, nearest last, marks at the end taken off; none beyond a comma, full stop or line end."""
    starts: tuple[int, ...]
    clause: str
    """The text that they come from."""
    line_start: bool
    """Nothing but blanks stands before the number on its line."""

    def ends(self, count: int) -> str:
        """The last `count` words, joined."""
        return " ".join(self.words[-count:]) if len(self.words) >= count else ""


_WORD: Final = re.compile(r"\S+")


def before(folded: str, start: int) -> Before:
    """What stands before character `start`, at most `WINDOW` characters back."""
    low = max(0, start - WINDOW)
    window = folded[low:start]
    breaks = _BREAKS.match(window)
    first = breaks.end() if breaks else 0
    clause = window[first:]
    words = [(match[0].strip(_HEAD_MARKS), low + first + match.start()) for match in _WORD.finditer(clause)]
    words = [(word, at) for word, at in words if word]
    blank = not clause.strip() and (first == 0 if low == 0 else False or window[first - 1 : first] == "\n")
    return Before(tuple(word for word, _ in words), tuple(at for _, at in words), clause, blank)


def comparator(left: Before) -> tuple[str, int | None]:
    """The comparator that the words before a number give, and where they begin; `eq` and None where they give none."""
    for count in (3, 2, 1):
        name = _COMPARATORS.get(left.ends(count))
        if name is None:
            continue
        previous = left.words[-count - 1] if len(left.words) > count else ""
        if left.words[-count] == "hơn" and previous in _NO_BOUND:
            return "eq", None
        if left.words[-count] == "trên" and previous in _NOT_ABOVE:
            return "eq", None
        if left.words[-count] == "quá" and previous != "":
            return ("eq", None) if previous in ("hộ", "kết", "thông") else (name, left.starts[-count])
        return name, left.starts[-count]
    return "eq", None


_EACH: Final = re.compile(r"(?:^|\W)(?:mỗi|mỗi một|từng) ([^\W\d_]+)[^0-9]{0,30}$")
_LEVEL_OF_PAY: Final = re.compile(
    r"(?:^|\W)(?:mức (?!tổng)|chuẩn (?:hộ )?(?:cận )?nghèo|chuẩn trợ|đầu người|đơn giá|giá bán|giá vé|lương)[^0-9]{0,45}$"
)
_THRESHOLD: Final = re.compile(
    r"(?:^|\W)(?P<before>\w+ )?(?:(?P<firm>doanh nghiệp|dn|đơn vị|cơ sở|công ty|hợp tác xã)|xã|huyện|thôn|bản|ấp|phường|địa phương|nơi|vùng|hộ)"
    r"(?: (?:có|sử dụng|có sử dụng|thuê|với))?(?P<rate> (?:tỉ lệ|thu nhập|mức|quy mô)[^0-9]{0,30})?"
    r" (?:từ|trên|dưới|từ trên|từ dưới|tối thiểu|ít nhất)$"
)


def each(left: Before, times: frozenset[str]) -> bool:
    """Whether `mỗi` + a thing governs the number (`mỗi suất 300.000 đồng`). `mỗi năm` and other times do not."""
    match = _EACH.search(left.clause.rstrip())
    return match is not None and match[1] not in times


def level_of_pay(left: Before) -> bool:
    """Whether the words name a rate of pay or a line (`mức hỗ trợ`, `chuẩn nghèo`)."""
    return _LEVEL_OF_PAY.search(left.clause.rstrip()) is not None


def threshold(left: Before, people: bool) -> bool:
    """Whether the number bounds which places or firms are meant (`xã có tỷ lệ hộ nghèo trên 25%`, of firms their `people`).
    A place with its name between (`xã Đắk Nhau có`) or `toàn`, `cả` before it has a value."""
    match = _THRESHOLD.search(left.clause.rstrip())
    if match is None:
        return False
    word = (match["before"] or "").strip()
    if word in ("toàn", "cả", "trong", "số"):
        return False
    return bool(match["rate"]) or (bool(match["firm"]) and people) or word in ("các", "những")
