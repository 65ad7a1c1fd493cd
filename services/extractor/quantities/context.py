"""What stands before a number: the words that name it, compare it, or make it a norm."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from services.extractor.quantities.lexicon import Cue, Lexicon

WINDOW: Final = 60
"""Characters before a number that are looked at: `mức hỗ trợ tiền thuê nhà cho người lao động là` has 46."""
_CLAUSE: Final = re.compile(rf"[^\n.;,!?)\]”\"]{{0,{WINDOW}}}")
_HEAD_MARKS: Final = " (:-–\"“'["


class Before(NamedTuple):
    """The words before a number in its clause, folded; none beyond a comma, full stop or line end."""

    start: int
    """Where the clause begins."""
    clause: str
    one: str
    """The last word, without the marks between it and the number."""
    two: str
    """The last two; empty where there is but one."""
    cue: Cue
    """What the last three words, two and one tell, the longest phrase first."""
    line_start: bool
    """Nothing but blanks stands before the number on its line."""


_NO_CUE: Final = Cue()


def before(folded: str, backwards: str, start: int, words: Lexicon) -> Before:
    """What stands before character `start` of `folded`, at most `WINDOW` characters back. `backwards` is
    `folded[::-1]`."""
    match = _CLAUSE.match(backwards, len(folded) - start)
    first = start - (len(match[0]) if match else 0)
    clause = folded[first:start]
    last = clause.rstrip(_HEAD_MARKS).rsplit(None, 3)[-3:]
    if not last:
        line_start = not clause.strip() and (first == 0 or folded[first - 1] == "\n")
        return Before(first, clause, "", "", _NO_CUE, line_start)
    one = last[-1].lstrip(_HEAD_MARKS)
    two = f"{last[-2]} {one}" if len(last) > 1 else ""
    return Before(first, clause, one, two, _cue(last[0], two, one, len(last), words.cues), False)


def _cue(third: str, two: str, one: str, count: int, cues: dict[str, Cue]) -> Cue:
    cue = cues.get(one, _NO_CUE)
    for longer in (two, f"{third} {two}") if count > 2 else (two,):
        if found := cues.get(longer):
            cue = Cue(
                cue.strong if found.strong is None else found.strong,
                cue.weak if found.weak is None else found.weak,
                found.counter or cue.counter,
                *(cue[3:] if found.bound is None else found[3:]),
            )
    return cue


def comparator(left: Before, words: Lexicon) -> tuple[str, int | None]:
    """The comparator that the words before a number give, and where they begin; `eq` and None where they give none."""
    bound, phrase = left.cue.bound, left.cue.phrase
    if bound is None:
        return "eq", None
    at = left.clause.rfind(phrase)
    if at < 0:  # several blanks between its words
        at = left.clause.rfind(phrase.split(" ")[0])
    head = left.clause[:at].split()[-1:]
    if (head[0].strip(_HEAD_MARKS) if head else "") in words.not_before.get(phrase, ()):
        return "eq", None
    return bound, left.start + at


_EACH: Final = re.compile(r"(?:^|\W)(?:mỗi|mỗi một|từng) ([^\W\d_]+)[^0-9]{0,30}$")
_FOR_SO_MANY: Final = re.compile(r"(?:^|\W)cứ (?:$|[0-9])")
_LEVEL_OF_PAY: Final = re.compile(
    r"(?:^|\W)(?:mức (?!tổng|đầu tư)|chuẩn (?:hộ )?(?:cận )?nghèo|chuẩn trợ|đầu người|đơn giá|giá bán|giá vé|lương)"
    r"[^0-9]{0,45}$"
)
_MONEY: Final = re.compile(
    r"(?:^|\W)(?:tiền|vốn|kinh phí|quĩ|vay|trị giá|giá|ủng hộ|tài trợ|quyên góp|doanh thu|lãi|lương|thưởng|nợ|dư nợ|"
    r"trợ cấp|ngân sách|chi phí|học phí|đồng)(?!\w)"
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


def money_before(left: Before) -> bool:
    """Whether the words before speak of money, so that `vốn vay 50 triệu` counts dong though it does not say so."""
    return _MONEY.search(left.clause) is not None


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
