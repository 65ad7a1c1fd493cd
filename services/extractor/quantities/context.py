"""What stands before a number: the words that name it, compare it, or make it a norm."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from services.extractor.quantities.lexicon import Lexicon

WINDOW: Final = 60
"""Characters before a number that are looked at: `mức hỗ trợ tiền thuê nhà cho người lao động là` has 46."""
_CLAUSE: Final = re.compile(rf"[^\n.;,!?)\]”\"]{{0,{WINDOW}}}")
_HEAD_MARKS: Final = " (:-–\"“'["


class Before(NamedTuple):
    """The words before a number in its clause, folded; none beyond a comma, full stop or line end."""

    start: int
    """Where the clause begins."""
    clause: str
    tails: tuple[str, str, str]
    """The last three words, the last two and the last one, without the marks between them and the number; empty where
    there are fewer."""
    line_start: bool
    """Nothing but blanks stands before the number on its line."""

    @property
    def one(self) -> str:
        """The last word."""
        return self.tails[2]

    @property
    def two(self) -> str:
        """The last two words."""
        return self.tails[1]


def before(folded: str, backwards: str, start: int) -> Before:
    """What stands before character `start` of `folded`, at most `WINDOW` characters back. `backwards` is
    `folded[::-1]`."""
    match = _CLAUSE.match(backwards, len(folded) - start)
    first = start - (len(match[0]) if match else 0)
    clause = folded[first:start]
    words = clause.rstrip(_HEAD_MARKS).rsplit(None, 3)[-3:]
    if not words:
        line_start = not clause.strip() and (first == 0 or folded[first - 1] == "\n")
        return Before(first, clause, ("", "", ""), line_start)
    one = words[-1].lstrip(_HEAD_MARKS)
    two = f"{words[-2]} {one}" if len(words) > 1 else ""
    return Before(first, clause, (f"{words[-3]} {two}" if len(words) > 2 else "", two, one), False)


def comparator(left: Before, words: Lexicon) -> tuple[str, int | None]:
    """The comparator that the words before a number give, and where they begin; `eq` and None where they give none."""
    for phrase in left.tails:
        if phrase in words.comparators:
            break
    else:
        return "eq", None
    at = left.clause.rfind(phrase)
    if at < 0:  # several blanks between its words
        at = left.clause.rfind(phrase.split(" ")[0])
    head = left.clause[:at].split()[-1:]
    if (head[0] if head else "") in words.not_before.get(phrase, ()):
        return "eq", None
    return words.comparators[phrase], left.start + at


_EACH: Final = re.compile(r"(?:^|\W)(?:mỗi|mỗi một|từng) ([^\W\d_]+)[^0-9]{0,30}$")
_FOR_SO_MANY: Final = re.compile(r"(?:^|\W)cứ (?:$|[0-9])")
_LEVEL_OF_PAY: Final = re.compile(
    r"(?:^|\W)(?:mức (?!tổng)|chuẩn (?:hộ )?(?:cận )?nghèo|chuẩn trợ|đầu người|đơn giá|giá bán|giá vé|lương)"
    r"[^0-9]{0,45}$"
)
_THRESHOLD: Final = re.compile(
    r"(?:^|\W)(?P<before>\w+ )?(?:(?P<firm>doanh nghiệp|dn|đơn vị|cơ sở|công ty|hợp tác xã)|"
    r"xã|huyện|thôn|bản|ấp|phường|địa phương|nơi|vùng|hộ)"
    r"(?: (?:có|sử dụng|có sử dụng|thuê|với))?(?P<rate> (?:tỉ lệ|thu nhập|mức|quy mô)[^0-9]{0,30})?"
    r" (?:từ|trên|dưới|từ trên|từ dưới|tối thiểu|ít nhất)$"
)


def each(left: Before, times: frozenset[str]) -> bool:
    """Whether `mỗi` + a thing governs the number (`mỗi suất 300.000 đồng`, `cứ 2 hộ thì có 1 hộ`). `mỗi năm` and other
    times do not."""
    clause = left.clause
    if "cứ " in clause:
        return _FOR_SO_MANY.search(clause) is not None
    if "mỗi " not in clause and "từng " not in clause:
        return False
    match = _EACH.search(clause.rstrip())
    return match is not None and match[1] not in times


def level_of_pay(left: Before) -> bool:
    """Whether the words name a rate of pay or a line (`mức hỗ trợ`, `chuẩn nghèo`)."""
    return _LEVEL_OF_PAY.search(left.clause.rstrip()) is not None


def threshold(left: Before, people: bool) -> bool:
    """Whether the number bounds which places or firms are meant (`xã có tỷ lệ hộ nghèo trên 25%`, of firms their
    `people`). A place with its name between (`xã Đắk Nhau có`) or `toàn`, `cả` before it has a value."""
    match = _THRESHOLD.search(left.clause.rstrip())
    if match is None:
        return False
    word = (match["before"] or "").strip()
    if word in ("toàn", "cả", "trong", "số"):
        return False
    return bool(match["rate"]) or (bool(match["firm"]) and people) or word in ("các", "những")
