"""What a number does in its clause, told by the words around it alone: a level, a rise or fall, a percent of plan, a
plan."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from services.extractor.model import Quantity
from shared.vietnam.text import fold

LEVEL: Final = "level"
CHANGE: Final = "change"
RATIO_TO_BEFORE: Final = "ratio_to_before"
"""`bằng 131% so với cùng kỳ`: 31 % more."""
PLAN_RATIO: Final = "plan_ratio"
PLAN: Final = "plan"
"""The plan's own figure beside a result: `(chỉ tiêu 90%)`."""
SAME_CHANGE: Final = "role.the_same_change_in_percent"
RISE_OF_RATE: Final = "role.rise_of_the_rate"
NOTHING: Final = "nothing"
"""No value: the distance of a rate from its plan, an amount for each one."""


@dataclass(frozen=True, slots=True)
class Role:
    name: str
    sign: int = 1
    exceeds: bool = False
    """The number is what the plan is exceeded by (`vượt 5% kế hoạch`)."""
    governor: int = -1
    """Where the direction verb begins, as an offset into the sentence's text before the number; -1 without one."""
    rule: str = ""
    before_the_change: bool = False
    """`từ` before it and `xuống`, `lên`, `còn` after it."""
    grows: bool = False
    """A level of a percent that growth is spoken of just before (`tăng thêm ước đạt 12,4%`)."""


_PLAN: Final = fold(r"(?:kế hoạch|kh|chỉ tiêu|dự toán|mục tiêu|nghị quyết|nhiệm vụ|chỉ tiêu giao)")
_AFTER_PLAN: Final = re.compile(rf"\s*(?:so với |so |của |theo )?(?:chỉ tiêu )?{_PLAN}\b")
_MAKES_UP: Final = re.compile(fold(r"\bchiếm(?: tỷ lệ)?\s*$"))
"""`nợ 61,8 tỷ đồng, chiếm 3,9% so với kế hoạch thu`: a share, not what was reached."""
_EXCEEDS: Final = re.compile(fold(r"\bvượt(?: khoảng| hơn| trên| gần| tới| đến)*\s*$"))
_EXCEEDS_PLAN: Final = re.compile(rf"{fold('vượt')} (?:{fold('mức ')})?{_PLAN}[^,;.()]{{0,30}}$")
_PLAN_BRACKET: Final = re.compile(rf"\(\s*(?:{fold('năm')} [0-9]{{4}},? )?{_PLAN}[^()]*$")
_PLAN_BEFORE: Final = re.compile(
    rf"(?:{fold('so với')}|/|{fold('trên')}) {_PLAN}(?: {fold('năm')})?(?: {fold('là')}|:)?\s*$|"
    rf"{fold('(?:đạt|vượt)')}[^;.]*{_PLAN}[^;.()]*\(\s*(?:{fold('giảm|tăng|từ|là')})?(?: {fold('từ')})?\s*$"
)
_AFTER_PLAN_WORDS: Final = re.compile(rf"\s*(?:{fold('so với')} |so |{fold('của')} )?{_PLAN}[^,;.()%]{{0,90}}\(\s*$")
_POVERTY_WORK: Final = r"(?! nghèo\b(?! bình quân| mỗi| từ| hằng| hàng| khoảng| \d))"
"""`giảm nghèo` is a field of work, unless a number or an average follows."""
_DIRECTION: Final = re.compile(
    fold(
        rf"\b(tăng trưởng|tăng|(?<!cắt )(?<!suy )(?<!miễn )giảm{_POVERTY_WORK}|kéo giảm|hạ"
        r"|ít hơn|nhiều hơn|cao hơn|thấp hơn|hụt)\b(?! cường\b)"
    )
)
_GROWTH: Final = re.compile(fold(r"tăng (?:thêm|trưởng)(?!.*\bchiếm\b)"))
_IN_ORDER: Final = re.compile(fold(r",\s*(?:tương ứng|lần lượt)"))
_DOWN: Final = frozenset(fold(word) for word in ("giảm", "kéo giảm", "hạ", "ít hơn", "thấp hơn", "hụt"))
_LEVEL_MARK: Final = re.compile(
    fold(
        r"\b(còn|xuống|lên|đạt|là|chiếm|thành|duy trì|ở mức|có|cho|xảy ra|được|đưa|ước đạt|đến nay|tới mức|dưới mức)\b"
    )
)
_DISABLED: Final = re.compile(
    fold(r"\b(?:suy giảm khả năng lao động|mất sức(?: lao động)?|thương tật|tổn thương cơ thể)\b[^,;.0-9]{0,25}$")
)
_TO_LEVEL: Final = re.compile(fold(r"\b(?:còn|xuống)\b"))
"""After a fall the level that it ends at."""
_FALL_REACHES: Final = re.compile(fold(r"\s*(?:bình quân |ước |chung )*đạt\s*$"))
"""`tỷ lệ hộ nghèo giảm đạt 4,2%`: what was reached is the fall."""
_FOR_YEARS: Final = re.compile(fold(r"\bcho (?=giai đoạn|cả giai đoạn|năm|các năm)"))
_FROM: Final = re.compile(fold(r"\btừ\b"))
_TO: Final = re.compile(fold(r"[^,;.]{0,60}?(?:, ?)?\b(xuống|lên|còn|tăng lên)\b"))
_AS_BEFORE: Final = re.compile(
    fold(
        r"\s*(?:so với|so|của)?\s*(?:cùng kỳ|(?:cuối |đầu )?năm (?:trước|ngoái|20\d\d)|cùng thời|tháng trước|quý trước)"
    )
)
_EQUALS: Final = re.compile(fold(r"\b(bằng|đạt)\s*$"))
_REACHED_WORD: Final = fold("đạt")
_IN_YEAR: Final = re.compile(fold(r"\s*năm 20\d\d"))
"""`đạt 67,7% năm 2023` is the year's own, where `bằng 93% năm 2022` is a comparison."""
_SUBSIDISED: Final = re.compile(fold(r"\b(?:hỗ trợ|miễn|đóng|chiết khấu|trợ giá)(?: thêm| tối đa| tới)?\s*$"))
_OTHER_PLACES: Final = re.compile(
    fold(r"\s*(?:so với |hơn )?(?:các|cả|mức|bình quân|trung bình|tỉnh|nước|quốc gia|khu vực|vùng|thế giới)\b")
)
_THAN_OTHERS: Final = re.compile(
    fold(
        r"\b(?:cao|thấp|nhiều|ít|kém) hơn (?:khoảng |gần |hơn |tới |đến )*$"
        r"|\b(?:cao|thấp|kém) hơn (?:so với )?(?:mức )?(?:bình quân|trung bình|cả nước|toàn quốc|toàn tỉnh)"
        r"(?:(?!\blà\b)[^,;.()])*$"
    )
)
_THAN: Final = re.compile(
    fold(
        r"\s*(?:so với|hơn) (?:mức |tỷ lệ )?[^,;.0-9]{0,40}\b"
        r"(?:cả nước|toàn quốc|quốc gia|thế giới|các (?:tỉnh|nước|địa phương)|bình quân chung|toàn tỉnh)\b"
    )
)
"""`thấp hơn bình quân cả nước 1,1%`, `cao hơn 38% so với bình quân cả nước`: no rise or fall over a time."""
_A_DAY: Final = re.compile(fold(r"\s*(?:/|mỗi|một) ?ngày\b"))
_BESIDE_CHANGE: Final = re.compile(
    fold(
        r"(?:[\s,]*\(?(?:hay|bằng)|(?: (?!giảm |tăng )[^\s,;:()]+){0,7}[\s,]*\(?(?:tương ứng|tương đương|tức))"
        r"(?: với| là| tăng| giảm| khoảng)*\s*$"
    )
)
"""`giảm 1.105 hộ nghèo, tương ứng 1,42%`."""
_AND_OF_ANOTHER: Final = re.compile(fold(r"[^,;:.()0-9]{3,45} và\s*$"))
"""`giảm 2% tổng số hộ nghèo và 3% số hộ cận nghèo`: one verb for both."""
_SHARE_OF_CHANGE: Final = re.compile(fold(r" so với [^,;().]{0,30}, chiếm tỷ lệ\s*$"))
"""`(tăng 137 hộ so với đầu năm, chiếm tỷ lệ 0,04%)`: the rise of the rate."""
_DISTANCE: Final = re.compile(
    fold(r"\b(cao hơn|thấp hơn|ít hơn|nhiều hơn|tăng|giảm|hụt|kém)(?: khoảng| gần| hơn)?\s*$")
)
_NAMED_FALL: Final = re.compile(fold(r"\b(?:tỷ lệ|mức|tốc độ) giảm (?:hộ )?nghèo\b[^,;.]*$"))
_DENIED: Final = re.compile(
    fold(
        r"\b(?:không phải|chứ không|thay vì)(?: là| chỉ| có)*(?: con số| mức)?\s*$|"
        r"\b(?:số cũ|số liệu cũ|thay cho|thay thế)(?: là| số| con số)*:?\s*$|\b(?:nhầm|ghi sai|đưa sai|in sai)\b[^.;]*$"
    )
)
"""What a correction takes back: `không phải là 12.000 mà là 15.000`, `đưa nhầm … là 12.000`."""
_NOT_SO: Final = re.compile(
    fold(r"(?: [^\W\d_]+){0,3} (?:có nguy cơ|có khả năng|đứng trước nguy cơ|chưa được|chưa thể|có thể bị)\b")
)
"""After a number: what may happen to so many, or has not been done for them yet."""
_SUPPOSED: Final = re.compile(
    fold(r"\b(?:nếu(?! như\b| năm\b| tính\b| so\b)|giả sử|giả định)\b(?:[^,;.]*|[^;.0-9]*\bsẽ\b[^,;.]*)$")
)
"""`nếu năm 2020 …` and `nếu như … thì` compare two results."""
_REVISED: Final = re.compile(fold(r"\bđiều chỉnh\b[^,;.]*\btừ\s*$"))
_OF_DUE: Final = re.compile(fold(r"\s*(?:so với |của )?(?:tổng )?(?:số )?(?:tiền )?phải (?:thu|nộp|đóng)\b"))
_OF_THE_POOR: Final = re.compile(
    fold(
        r"\s*(?:so với |trong |của |trên )?(?:tổng số (?:hộ|người|nhân khẩu|khẩu)"
        r" (?:nghèo|cận nghèo|thoát nghèo)\b|số hộ (?:cận )?nghèo (?:của |trong |trên )?(?:cả|toàn)\b)"
    )
)
"""A part of the poor (`chiếm 31,6% tổng số hộ nghèo toàn tỉnh`) is no rate of poverty."""
_FALLS: Final = re.compile(fold(r"\b(?:giảm|tăng)\b[^,;.]{0,20}$"))
_OF_WHICH_KIND: Final = re.compile(fold(r"\s*(?:số )?hộ (?:cận )?nghèo (?:là|thuộc|do)\b"))
"""`hơn 40% hộ nghèo là người dân tộc thiểu số`."""
_OF_OTHERS: Final = re.compile(
    fold(r"\s*(?:so với |của )?(?:tổng |bình quân |mức )*(?:số|dân số|bình quân|mức)\b(?! với)")
)
"""`bằng 601,8% số người nộp hồ sơ`: one thing in percent of another."""
_OF_PAIR: Final = re.compile(r"[^,;.()0-9]{0,25}/\s*$")
"""`17 hộ nghèo/50 hộ dân`: the second is the whole."""
_REST: Final = re.compile(fold(r"\s*(?:số )?còn lại\b"))
_EACH: Final = re.compile(fold(r"\bmỗi\b(?! năm\b| tháng\b| quý\b)[^,;.]*$"))
_WHOLE: Final = re.compile(fold(r"\b(?:trong(?: tổng)?|trên tổng)(?: số)?(?: hơn| gần| trên| khoảng)?\s*$"))
_GRANTED: Final = re.compile(fold(r"\bđược(?: miễn| hỗ trợ)?,?\s*$"))
_REACHES: Final = re.compile(fold(r"\bđạt\b"))
_IS: Final = re.compile(fold(r"\blà\b"))
_FROM_HERE: Final = re.compile(fold(r"\btừ\s*(?:mức\s*)?$"))
_DONE: Final = re.compile(fold(r"\s*được\b"))
_REACHED: Final = re.compile(fold(r"\b(đạt|được|bằng)\s*$"))
_NOUN_CHARACTERS: Final = 12
"""Where this much stands between verb and number, a noun is there, and `là` goes with the verb: `giảm tỷ lệ hộ nghèo
là 2,9%`."""
_PER_HEAD_GAP: Final = 90
"""Characters. A direction verb further before the number governs something else."""


def role_of(quantity: Quantity, before: str, after: str, last: Role | None) -> Role:
    """The role of `quantity`, given the folded text between the number before it (or the sentence's start) and it, from
    it to the sentence's end, and the role of the number before it."""
    unsaid = _unsaid(quantity, before, after, last)
    if unsaid:
        return Role(NOTHING, rule=unsaid)
    if "signed" in quantity.rules:
        return Role(CHANGE, rule="role.signed")
    if "times" in quantity.rules and _DIRECTION.search(before) is None:
        return Role(CHANGE, rule="role.multiple")
    beside = _beside_change(quantity, before, last) if last is not None and last.name == CHANGE else None
    share = quantity.unit == "percent"
    if share and (found := beside or _percent(quantity, before, after)):
        return found
    if _AFTER_PLAN_WORDS.match(before) or _PLAN_BRACKET.search(before) or _PLAN_BEFORE.search(before):
        return Role(PLAN, rule="role.plan_beside")
    if beside:
        return beside
    return (
        Role(CHANGE, -1, rule="role.rate_of_fall")
        if share and _NAMED_FALL.search(before)
        else _direction(quantity, before, after)
    )


def _beside_change(quantity: Quantity, before: str, last: Role) -> Role | None:
    """What stands beside the rise or fall `last`: the same in other units, or another by the same verb."""
    share = quantity.unit == "percent"
    if share and _SHARE_OF_CHANGE.match(before):
        return Role(CHANGE, last.sign, rule=RISE_OF_RATE)
    if _BESIDE_CHANGE.match(before):
        return Role(CHANGE, last.sign, rule=SAME_CHANGE if share else "role.the_same_change_in_units")
    if _AND_OF_ANOTHER.match(before) and not _LEVEL_MARK.search(before) and _DIRECTION.search(before) is None:
        return Role(CHANGE, last.sign, rule="role.rise_or_fall")
    return None


def _unsaid(quantity: Quantity, before: str, after: str, last: Role | None) -> str:
    """The rule by which a number is not said of the whole, or not said to be so; empty where it is."""
    if _EACH.search(before) or _A_DAY.match(after):
        return "role.for_each"
    than = _THAN_OTHERS.search(before)
    if than and (than[0].rstrip()[-3:] != fold("hơn") or _THAN.match(after)):
        return "role.compared_with_others"
    if "times" in quantity.rules and _OTHER_PLACES.match(after):
        return "role.compared_with_others"
    if _DENIED.search(before) or _SUPPOSED.search(before) or _NOT_SO.match(after):
        return "role.not_asserted"
    if _REVISED.search(before) and _TO.match(after):
        return "role.plan_before_revision"
    return "role.whole" if _WHOLE.search(before) or (last is not None and _OF_PAIR.fullmatch(before)) else ""


def _percent(quantity: Quantity, before: str, after: str) -> Role | None:
    if _AFTER_PLAN.match(after) and _DISTANCE.search(before):
        return Role(NOTHING, rule="role.distance_from_plan")
    if _AFTER_PLAN.match(after) and not _MAKES_UP.search(before):
        return Role(PLAN_RATIO, exceeds=bool(_EXCEEDS.search(before)), rule="role.percent_of_plan")
    if _EXCEEDS_PLAN.search(before):
        return Role(PLAN_RATIO, exceeds=True, rule="role.exceeds_plan")
    if _EXCEEDS.search(before):
        return Role(PLAN_RATIO, exceeds=True, rule="role.exceeds")
    equals = _EQUALS.search(before)
    if equals and _AS_BEFORE.match(after) and not (equals[1] == _REACHED_WORD and _IN_YEAR.match(after)):
        return Role(RATIO_TO_BEFORE, rule="role.ratio_to_before")
    of_a_part = _of_a_part(before, after)
    if of_a_part:
        return Role(NOTHING, rule=of_a_part)
    if quantity.value > 100 and _REACHED.search(before):
        if _OF_OTHERS.match(after):
            return Role(NOTHING, rule="role.share_of_others")
        return Role(PLAN_RATIO, rule="role.over_hundred")
    return None


def _of_a_part(before: str, after: str) -> str:
    """The rule by which a percent is a share of something else than an indicator's whole; empty where it is not."""
    if _DISABLED.search(before):
        return "role.disablement"
    if (_OF_THE_POOR.match(after) or _OF_WHICH_KIND.match(after)) and not _FALLS.search(before):
        return "role.share_of_the_poor"
    if _REST.match(after):
        return "role.the_rest"
    if _OF_DUE.match(after):
        return "role.share_of_what_is_due"
    return "role.subsidised_share" if _SUBSIDISED.search(before) else ""


def _direction(quantity: Quantity, before: str, after: str) -> Role:
    verb = next(reversed(list(_DIRECTION.finditer(before))), None)
    or_more = quantity.comparator == "ge"
    first = not or_more and _FROM_HERE.search(before) is not None and _TO.match(after) is not None
    if verb is None:
        return Role(LEVEL, before_the_change=first)
    if _AFTER_PLAN.match(after):
        return Role(NOTHING, rule="role.distance_from_plan")
    sign = -1 if verb[1] in _DOWN else 1
    middle = before[verb.end() :]
    done = _DONE.match(middle)
    if done:
        middle = middle[done.end() :]
    if len(middle) > _PER_HEAD_GAP or re.search(r"[;.]|[,(](?!\s)", middle):
        return Role(LEVEL)
    if quantity.unit == "percent" and _GRANTED.search(before, 0, verb.start()) and not _TO_LEVEL.search(middle):
        return Role(NOTHING, rule="role.granted_cut")
    middle = _FOR_YEARS.sub(" ", middle)
    if "," in middle and not _IN_ORDER.search(middle):
        return Role(LEVEL)
    if quantity.comparator == "ge" and sign < 0:  # `giảm tỷ lệ hộ nghèo đạt 3% trở lên`
        middle = _REACHES.sub(" ", middle)
    if sign < 0 and _FALL_REACHES.fullmatch(middle):
        return Role(CHANGE, sign, governor=verb.start(), rule="role.rise_or_fall")
    if _LEVEL_MARK.search(middle if len(middle) < _NOUN_CHARACTERS else _IS.sub(" ", middle)):
        return Role(LEVEL, grows=_GROWTH.match(before, verb.start()) is not None)
    if _FROM.search(middle) and quantity.value_high is None and quantity.comparator != "ge" and _TO.match(after):
        return Role(LEVEL, before_the_change=True)
    return Role(CHANGE, sign, governor=verb.start(), rule="role.rise_or_fall")
