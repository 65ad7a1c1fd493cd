"""What observations lend to the numbers after them: the base of a rise or fall, a companion's sense, or their own
indicator."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from services.extractor import roles
from services.extractor.draft import Candidate, Draft
from services.extractor.fit import companions, measure_of
from services.extractor.indicators.lexicon import UNKNOWN
from services.extractor.model import Quantity
from services.extractor.scene import Scene
from services.extractor.slots import Slot
from shared.vietnam.catalogue import Indicator, catalogue
from shared.vietnam.text import fold

COMPANION_BACK: Final = 2
"""Values back to which a companion belongs: `9.604 hộ nghèo với 36.210 nhân khẩu, chiếm 3,14%`."""
GLUE_MAX: Final = 28
"""Words. More than this between two numbers says something of its own."""
INHERITED: Final = 4.0
PART: Final = 7.0
PART_WORDS: Final = 18
"""Words between a whole and its part: `trong đó, thị trường Nhật Bản chiếm đa số với 2.411 người`."""
_LACKS: Final = re.compile(fold(r"\s*(?:không|chưa) (?!quá)"))
"""Of whom something else is said (`120 hộ không còn sức lao động`)."""
_FAR: Final = 4
"""A printed percent that is off by more than a fourth is of something else."""
_FIRST_WORD: Final = "\x03"
"""Code points below stand for barriers, unknown words and numbers."""
_OF_A_PART: Final = frozenset(("employment.unemployment_rate_urban", "poverty.rate_ethnic_minority"))
_OF_ALL: Final = re.compile(fold(r"\b(?:toàn|cả) (?:tỉnh|thành phố)\b"))
"""`thất nghiệp ở đô thị dưới 4%, toàn thành phố dưới 3%`: the second is no rate of a part."""
_PART: Final = re.compile(fold(r"[,;:(] *(?:trong đó|trong số đó|trong số này)\b[^;.0-9]*$"))
_SHARE: Final = re.compile(fold(r"(chiếm|tỷ lệ|\(|tương đương|tương ứng)[^,;]{0,25}$"))
_SHARE_OF: Final = re.compile(fold(r"\s*(dân số|tổng|lực lượng lao động|số (?:hộ|trẻ|người|xã)|so với (?:tổng|dân))"))
_COUNT: Final = re.compile(fold(r"(\(|tương đương|tương ứng|với|là|còn|giảm|tăng)[^,;]{0,15}$"))
_MONEY: Final = re.compile(
    fold(
        r"(?:(?:kinh phí|số tiền|tổng tiền|tiền|tổng số|tổng|trị giá hỗ trợ)[^;]{0,40}"
        r"|\bvới (?:hơn |gần |trên |khoảng )?)$"
    )
)


def lent_candidates(slot: Slot, before: Sequence[Draft], named: Sequence[Candidate], scene: Scene) -> list[Candidate]:
    """Indicators that the observations before the slot in its sentence lend it: as the base of a rise, as a companion.
    `named`: the mentions that could name it."""
    found: list[Candidate] = []
    for back, draft in enumerate(reversed(before[-4:])):
        if draft.indicator is None:
            continue
        if draft.measure == "level":
            words = slot.first - scene.words.at(draft.quantity.end)
            found += _from_level(slot, draft, back, words)
        elif slot.role.name == roles.CHANGE:
            if not any(draft.stop <= candidate.first < slot.first for candidate in named):
                found += _from_change(slot, draft, back)
        elif draft.measure == "change" and _level_beside(slot, draft):
            found.append(Candidate(draft.indicator, 3.0 + back, "lent: the level beside a rise or fall"))
    return found


def _from_change(slot: Slot, draft: Draft, back: int) -> Iterator[Candidate]:
    """`tăng 263 vụ tương ứng với 7,85%`, `giảm 1,53%, tương đương 2.931 hộ`."""
    code = draft.indicator or ""
    of_rate = slot.role.rule == roles.RISE_OF_RATE or _is_of_the_rate(slot, draft)
    same = () if of_rate else (catalogue()[code],)
    for entry in (*same, *companions().get(code, ())):
        if measure_of(entry, slot.quantity, slot.role):
            yield Candidate(entry.code, 2.0 + back, "lent: another rise or fall of the same")


def _is_of_the_rate(slot: Slot, change: Draft) -> bool:
    """`còn 19.480 hộ nghèo, giảm 4.815 hộ (tương đương 1,04%)`: the percent is far from that of the count, which fell
    by a fifth."""
    level = change.change_of
    if change.measure != "change" or slot.quantity.unit != "percent" or change.quantity.unit == "percent":
        return False
    if level is None:
        return (change.indicator or "").startswith("poverty.") and slot.quantity.value < _POINTS_MAX
    if level.value <= change.value:
        return False
    of_count = 100 * abs(change.value) / (level.value - change.value)
    return abs(of_count - slot.quantity.value) > of_count / _FAR and any(
        companion.unit == "percent" for companion in companions().get(change.indicator or "", ())
    )


_POINTS_MAX: Final = 7
"""Percentage points that a rate of poverty falls by in a year or two; the poor grow fewer by a tenth or more."""


def _from_level(slot: Slot, draft: Draft, back: int, words: int) -> Iterator[Candidate]:
    code = draft.indicator or ""
    changes = slot.role.name in (roles.CHANGE, roles.RATIO_TO_BEFORE)
    if changes and measure_of(catalogue()[code], slot.quantity, slot.role) and _same_unit(slot.quantity, draft):
        yield Candidate(code, 1.0 + 0.15 * words + back, "lent: rise or fall of the value before")
    if back >= COMPANION_BACK or slot.role.name not in (roles.LEVEL, roles.CHANGE) or slot.quantity.non_value:
        return
    for companion in companions().get(code, ()):
        if slot.quantity.unit in companion.units and _cued(companion, slot):
            yield Candidate(companion.code, 1.0 + 0.3 * words + 2 * back, f"lent: beside {code}")


_LEVEL_BESIDE: Final = re.compile(fold(r"(từ|còn|xuống|lên)\s*(?:mức\s*|khoảng\s*)?$"))


def _level_beside(slot: Slot, draft: Draft) -> bool:
    """`giảm 2,9% (từ 8,92% xuống còn 6,02%)`."""
    same = slot.quantity.unit == draft.quantity.unit == "percent" and draft.unit == "percentage_point"
    return slot.role.name == roles.LEVEL and same and _LEVEL_BESIDE.search(slot.before) is not None


def _same_unit(quantity: Quantity, draft: Draft) -> bool:
    """Persons and turns count as one: `25.500 lượt người, tăng 2.000 người`."""
    if quantity.unit in ("percent", "percentage_point") or quantity.unit == draft.unit:
        return True
    return {quantity.unit, draft.unit} == {"person", "turn"}


def _cued(companion: Indicator, slot: Slot) -> bool:
    if companion.unit == "vnd":
        return _MONEY.search(slot.before) is not None
    if companion.unit == "percent":
        return _SHARE.search(slot.before) is not None or _SHARE_OF.match(slot.after) is not None
    return _COUNT.search(slot.before) is not None


def inherited(
    slot: Slot,
    before: Sequence[Draft],
    topics: Sequence[str],
    scene: Scene,
    places: Sequence[tuple[int, int]],
    begin: int,
) -> Candidate | None:
    """The indicator of the last level, where nothing but words of glue and names of places and periods stand between it
    and the slot, and after the slot (`Nhật Bản 702 người, kế đến Đài Loan 241`). `topics`: what the sentence before
    named without a number; `begin`: the sentence's first word."""
    if slot.role.name != roles.LEVEL or slot.quantity.non_value is not None or _LACKS.match(slot.after):
        return None
    if not _glued(scene, slot.stop, _clause_end(slot, scene), places):
        return None
    for draft in reversed(before[-4:]):
        if draft.measure != "level" or draft.indicator is None:
            continue
        entry = catalogue()[draft.indicator]
        fits = slot.quantity.unit in (None, draft.unit) and measure_of(entry, slot.quantity, slot.role) is not None
        if not fits or (draft.indicator in _OF_A_PART and _OF_ALL.search(slot.before)):
            if scene.words.at(draft.quantity.start) >= begin:
                return None
            continue
        start = max(begin, scene.words.at(draft.quantity.end))
        if _glued(scene, start, slot.first, places):
            return Candidate(draft.indicator, INHERITED, "inherited: nothing but places and periods between")
        if _is_part(slot, draft, start, scene):
            return Candidate(draft.indicator, PART, "inherited: a part of the value before")
        return None
    for code in reversed(topics):
        for entry in (catalogue()[code], *companions().get(code, ())):
            fits = slot.quantity.unit is not None and measure_of(entry, slot.quantity, slot.role) is not None
            if fits and _glued(scene, begin, slot.first, places):
                return Candidate(entry.code, INHERITED, "inherited: the sentence before names it")
    return None


def _is_part(slot: Slot, whole: Draft, start: int, scene: Scene) -> bool:
    """`3.180 lao động, trong đó lao động phổ thông 2.400 người`: persons or things, fewer than the whole."""
    counted = slot.quantity.unit == whole.quantity.unit and slot.quantity.unit not in (None, "percent", "vnd")
    fewer = counted and slot.quantity.value < whole.value and slot.first - start <= PART_WORDS
    return fewer and _PART.search(scene.reading.folded, whole.end, slot.quantity.start) is not None


_BUILD: Final = r"(?:xây dựng|xây|làm|cất|sửa chữa|sửa|nâng cấp|cải tạo)(?: mới| được| lại| và| sửa chữa)*"
_BUILDS: Final = re.compile(fold(rf"\b{_BUILD}\s*$"))
_THEN_BUILDS: Final = re.compile(fold(rf"(?: mới)?\s*(?:,|;|và)\s*(?:và )?{_BUILD}\s*"))


def name_houses_from_next(drafts: Sequence[Draft], scene: Scene) -> None:
    """`xây mới 214 nhà, sửa chữa 87 nhà cho hộ nghèo`: for whom stands behind the last, and holds for all of them."""
    text = scene.reading.folded
    for draft, following in zip(reversed(drafts[:-1]), reversed(drafts[1:]), strict=True):
        if draft.indicator or not following.indicator or draft.unit != "house" or following.unit != "house":
            continue
        builds = _BUILDS.search(text, max(0, draft.start - 40), draft.start)
        if builds and _THEN_BUILDS.fullmatch(text, draft.end, following.start):
            draft.indicator, draft.label = following.indicator, ""
            draft.cost, draft.anchor, draft.margin = following.cost, following.anchor, following.margin
            draft.rules = ["lent: the next value's, built for the same", *draft.quantity.rules]


def _is_name(text: str, start: int) -> bool:
    """Capitalised, but no abbreviation (`BHTN`)."""
    return text[start].isupper() and text[start + 1 : start + 2].islower()


_CLAUSE_END: Final = re.compile(fold(r"[,;.()\n]|\b(?:trong khi|nhưng|còn|và|thì)\b"))


def _clause_end(slot: Slot, scene: Scene) -> int:
    stop = _CLAUSE_END.search(slot.after)
    return scene.words.at(slot.quantity.end + (stop.start() if stop else len(slot.after)))


def _glued(scene: Scene, first: int, stop: int, places: Sequence[tuple[int, int]]) -> bool:
    words = scene.words
    if stop - first > GLUE_MAX:
        return False
    for at in range(first, stop):
        code = words.codes[at]
        if code in scene.lexicon.glue or (code < _FIRST_WORD and code != UNKNOWN):
            continue
        start = words.starts[at]
        if any(begin <= start < end for begin, end in places) or _is_name(scene.reading.text, start):
            continue
        return False
    return True
