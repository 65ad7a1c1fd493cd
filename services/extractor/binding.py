"""Which indicator a number belongs to: every mention near it, and every observation before it, is a candidate with a cost.

Costs are in words of distance: a comma between number and name counts like three words, a bracket like six. The weights
were set by hand on half of the gold articles and checked on the other half (docs/accuracy.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from services.extractor import roles
from services.extractor.draft import Candidate, Draft
from services.extractor.fit import companions, measure_of
from services.extractor.model import Mention, Quantity
from services.extractor.roles import Role
from services.extractor.scene import Scene, SentenceView
from shared.vietnam.catalogue import Indicator, catalogue
from shared.vietnam.text import fold

COST_MAX: Final = 13.0
"""A mention further away than this names something else."""
COMMA: Final = 3.0
SEMICOLON: Final = 8.0
BRACKET: Final = 6.0
SAME_UNIT_BETWEEN: Final = 5.0
OTHER_BETWEEN: Final = 1.5
TAKEN: Final = 4.0
"""The mention stands nearer to another number of the same unit."""
AFTER_COMMA: Final = 4.0
"""A name that follows its number does not follow over a comma."""
ELLIPTIC: Final = 2.0
LENGTH: Final = 0.6
"""Off for each word that matched: the longer name is the likelier."""
ADJACENT: Final = 2.0
"""Off where the number's own noun is part of the name (`9.018 hộ nghèo`)."""
GLUE_MAX: Final = 28
"""Words. More than this between two numbers says something of its own."""
INHERITED: Final = 4.0
PRIVATE: Final = 25
"""Words. So far reach the words that make a figure one family's."""
GROUP: Final = 2.5
"""What the name of a group costs that the number's own noun is (`việc làm cho 15.000 người nghèo`)."""
NAMED_OTHERWISE: Final = 8.0
"""Right after the number stands a name that cannot be: what is further away is not meant either."""
AFTER_NUMBER: Final = 10.0
"""A name that follows another number of the unit first."""
IMPLAUSIBLE: Final = 6.0
DECOY: Final = 4.0
"""Off where the number's own noun heads something that the catalogue does not hold."""
WINDOW: Final = 45
"""Words. Mentions beyond are no candidates."""
_BARE: Final = re.compile(fold(r"\s*(?:$|[,;.:()\n–-]|và\b|so với\b|đạt\b|kế hoạch\b)"))
_PART: Final = re.compile(fold(r"\b(trong đó|qua đó|cuối cùng|kết quả|riêng)\b"))


@dataclass(frozen=True, slots=True)
class Slot:
    """A number that wants an indicator, with its surroundings."""

    quantity: Quantity
    role: Role
    before: str
    after: str
    first: int
    """Index of its first word; `stop` that after its last."""
    stop: int
    headline: bool

    @property
    def nameable(self) -> bool:
        """False for a bare number that a word follows which is no unit (`2 ao tôm`), and for any bare number of a headline."""
        return (
            self.quantity.unit is not None
            or _is_zero(self.quantity)
            or (not self.headline and _BARE.match(self.after) is not None)
        )


def slots_of(view: SentenceView, scene: Scene) -> list[Slot]:
    """The values of a sentence with their roles. Non-values are left out, but for norms, which some indicators are."""
    folded = scene.reading.folded
    values = [q for q in view.quantities if q.non_value in (None, "norm")]
    slots = []
    last = view.sentence.start
    for at, quantity in enumerate(values):
        stop = values[at + 1].start if at + 1 < len(values) else view.sentence.end
        start = quantity.start if quantity.comparator_start is None else min(quantity.start, quantity.comparator_start)
        before = folded[last:start] if start > last else ""
        after = folded[quantity.end : view.sentence.end if stop < quantity.end else min(stop, quantity.end + 120)]
        slots.append(
            Slot(
                quantity,
                _level_inside_name(
                    roles.role_of(quantity, before, after, slots[-1].role if slots else None), quantity, last, view
                ),
                before,
                after,
                scene.words.at(quantity.start),
                scene.words.at(quantity.end),
                view.sentence.kind == "heading",
            )
        )
        last = quantity.end
    return slots


def _level_inside_name(role: Role, quantity: Quantity, before_from: int, view: SentenceView) -> Role:
    """A level where the verb of rise or fall is a part of a name (`việc làm tăng thêm`, `giảm giờ làm`)."""
    if role.name != roles.CHANGE or quantity.unit == "percent":
        return role
    at = before_from + role.governor
    for mention in view.mentions:
        named = mention.indicator is not None and len(mention.parts) == 1 and mention.kind == "pattern"
        if named and mention.start <= at < mention.end and not catalogue()[mention.indicator or ""].is_rate:
            return Role(roles.LEVEL, rule="role.verb_inside_name")
    return role


def usable(mentions: Sequence[Mention], recent: frozenset[str], title: frozenset[str]) -> list[Mention]:
    """Mentions that count: outside the `not` words of their own indicator, elliptic ones only where what they lean on was the
    last thing named."""
    banned: dict[str | None, list[Mention]] = {}
    for mention in mentions:
        if mention.kind == "not":
            banned.setdefault(mention.indicator, []).append(mention)
    kept = [m for m in mentions if m.kind == "not" or not _inside_any(m, banned.get(m.indicator, ()))]
    names = [m for m in kept if m.kind == "pattern" and m.indicator]
    shadows = [m for m in mentions if m.kind == "pattern" and m not in kept]
    return [
        m
        for m in kept
        if (
            m.kind != "elliptic"
            or not _named_before(m, names, recent if m.weight < 2 else recent | title).isdisjoint(m.of)
        )
        and not _shadowed(m, shadows)
    ]


def _shadowed(mention: Mention, shadows: Sequence[Mention]) -> bool:
    """Part of a longer name that does not count here: no name either."""
    return mention.kind == "pattern" and any(
        shadow.indicator != mention.indicator
        and shadow.weight > mention.weight
        and shadow.first <= mention.first
        and mention.last <= shadow.last
        and len(shadow.parts) == 1
        for shadow in shadows
    )


def _named_before(mention: Mention, names: Sequence[Mention], recent: frozenset[str]) -> frozenset[str]:
    """Indicators of the last words before `mention` in its sentence that name any; without such, the recent ones."""
    before = [name for name in names if name.last < mention.first]
    if not before:
        return recent
    last = max(name.last for name in before)
    begin = min(name.first for name in before if name.last == last)
    return frozenset(name.indicator for name in before if name.indicator and name.last >= begin)


def _inside_any(mention: Mention, others: Iterable[Mention]) -> bool:
    """Its words overlap with those of one of `others` and do not go beyond them on both sides."""
    return any(
        first <= other.last
        and other.first <= last
        and not (mention.first < other.first and other.last < mention.last)
        and not (len(mention.parts) == 1 and mention.first <= other.first and other.last < mention.last)
        for other in others
        for first, last in mention.parts
    )


def direct_candidates(slots: Sequence[Slot], mentions: Sequence[Mention], scene: Scene) -> list[list[Candidate]]:
    """For each slot, the mentions that could name it, cheapest first."""
    rows: list[list[tuple[float, Mention]]] = []
    for slot in slots:
        if any(m.kind == "private" and 0 < slot.first - m.last <= PRIVATE for m in mentions):
            rows.append([])
            continue
        barred = {m.indicator for m in mentions if m.kind == "not" and m.first < slot.stop and m.last >= slot.first}
        near = [
            m
            for m in mentions
            if m.kind != "not"
            and m.indicator not in barred
            and m.first < slot.stop + WINDOW
            and m.last > slot.first - WINDOW
            and _fits(m, slot)
        ]
        misled = NAMED_OTHERWISE if _named_otherwise(slot, mentions) else 0.0
        rows.append(
            [(_cost(slot, m, slots, scene) + misled * (m.last < slot.first), m) for m in _longest(near)]
            if slot.nameable
            else []
        )
    owners: dict[tuple[int, str | None, str | None], float] = {}
    for slot, row in zip(slots, rows, strict=True):
        for cost, mention in row:
            key = (mention.first, mention.indicator, slot.quantity.unit)
            owners[key] = min(cost, owners.get(key, cost))
    found = []
    for slot, row in zip(slots, rows, strict=True):
        candidates = []
        for cost, mention in row:
            taken = owners[mention.first, mention.indicator, slot.quantity.unit] < cost
            candidates.append(
                Candidate(
                    mention.indicator,
                    cost + TAKEN * taken,
                    f"{mention.kind}: {mention.phrase}",
                    mention.first,
                    mention.last,
                )
            )
        found.append(sorted(candidates, key=lambda candidate: candidate.cost))
    return found


def _named_otherwise(slot: Slot, mentions: Sequence[Mention]) -> bool:
    """`13% tham gia BHXH, 11,4% lao động tham gia BHTN`: of the second percent the catalogue has no indicator."""
    if slot.quantity.unit != "percent" or slot.role.name != roles.LEVEL:
        return False
    following = [
        m
        for m in mentions
        if m.kind == "pattern" and m.indicator and slot.stop <= m.first <= slot.stop + 3 and m.weight > 3
    ]
    return bool(following) and not any(_fits(m, slot) for m in following)


def _fits(mention: Mention, slot: Slot) -> bool:
    if slot.quantity.unit == "percent" and mention.phrase.startswith("tỷ lệ ") and mention.indicator:
        if not catalogue()[mention.indicator].is_rate:
            return False
    if (
        slot.quantity.unit == "item"
        and mention.indicator
        and not (mention.first < slot.stop and mention.last >= slot.first)
    ):
        return False
    if mention.indicator is None:
        return slot.role.name == roles.LEVEL and mention.kind == "decoy"
    return measure_of(catalogue()[mention.indicator], slot.quantity, slot.role) is not None


def _longest(mentions: Sequence[Mention]) -> list[Mention]:
    """Without those whose words all lie inside a longer mention of something else."""
    kept = []
    for mention in mentions:
        inside = any(
            other is not mention
            and other.indicator != mention.indicator
            and other.weight > mention.weight
            and all(any(f <= first and last <= l for f, l in other.parts) for first, last in mention.parts)
            for other in mentions
        )
        if not inside:
            kept.append(mention)
    return kept


def _cost(slot: Slot, mention: Mention, slots: Sequence[Slot], scene: Scene) -> float:
    first, last = min(mention.parts, key=lambda part: _gap(part, slot))
    gap = _gap((first, last), slot)
    cost = gap - LENGTH * min(mention.weight, 6) + (ELLIPTIC if mention.kind == "elliptic" else 0.0)
    cost += _implausible(slot, mention)
    if first < slot.stop and last >= slot.first:
        if mention.indicator is None:
            return cost - DECOY
        return cost + GROUP if catalogue()[mention.indicator].group else cost - ADJACENT
    after = first >= slot.stop
    start, end = (
        (slot.quantity.end, scene.words.starts[first]) if after else (scene.words.ends[last], slot.quantity.start)
    )
    if mention.first < slot.first and mention.last >= slot.stop:
        return cost
    text = scene.reading.folded
    commas = text.count(",", start, end)
    opened, closed = text.count("(", start, end), text.count(")", start, end)
    cost += SEMICOLON * text.count(";", start, end)
    cost += COMMA * commas + (2.0 * opened if opened == closed else BRACKET * abs(opened - closed))
    cost += _between(slot, slots, start, end, after)
    if _is_zero(slot.quantity):
        cost += COST_MAX * (not after or gap > 2)
    if after:
        cost += AFTER_COMMA * bool(commas) + (0.5 if gap > 1 else -1.0)
    elif mention.kind == "elliptic" and _PART.search(text, max(0, start - 60), end):
        cost -= 4.0
    return cost


def _implausible(slot: Slot, mention: Mention) -> float:
    """What a value far outside the catalogue's range costs. Below the range counts less: districts have small figures."""
    if mention.indicator is None or slot.role.name != roles.LEVEL or slot.quantity.unit is None:
        return 0.0
    low, high = catalogue()[mention.indicator].plausible
    if slot.quantity.value > 3 * high:
        return IMPLAUSIBLE
    return IMPLAUSIBLE / 2 if slot.quantity.value < low / 20 else 0.0


def _between(slot: Slot, slots: Sequence[Slot], start: int, end: int, after: bool) -> float:
    """What other values between number and name cost: a name that follows another number first is that one's."""
    cost = 0.0
    for other in slots:
        if other is slot or other.role.name != roles.LEVEL or not start <= other.quantity.start < end:
            continue
        same = other.quantity.unit == slot.quantity.unit
        if after:
            cost += AFTER_NUMBER if same else SAME_UNIT_BETWEEN
        else:
            cost += SAME_UNIT_BETWEEN if same else OTHER_BETWEEN
    return cost


def _is_zero(quantity: Quantity) -> bool:
    """Nought by negation (`không xảy ra`): only the name right after it is denied."""
    return quantity.value == 0 and "nought" in quantity.rules


def _gap(part: tuple[int, int], slot: Slot) -> int:
    first, last = part
    if first >= slot.stop:
        return first - slot.stop
    return max(0, slot.first - last - 1)


_SHARE: Final = re.compile(fold(r"(chiếm|tỷ lệ|\(|tương đương|tương ứng)[^,;]{0,25}$"))
_SHARE_OF: Final = re.compile(fold(r"\s*(dân số|tổng|lực lượng lao động|số (?:hộ|trẻ|người|xã)|so với (?:tổng|dân))"))
_COUNT: Final = re.compile(fold(r"(\(|tương đương|tương ứng|với|là|còn|giảm|tăng)[^,;]{0,15}$"))
_MONEY: Final = re.compile(fold(r"(kinh phí|số tiền|tổng tiền|tiền|tổng số|tổng|trị giá hỗ trợ)[^;]{0,40}$"))


def lent_candidates(slot: Slot, before: Sequence[Draft], scene: Scene) -> list[Candidate]:
    """Indicators that the observations before the slot in its sentence lend it: as the base of a rise, as a companion."""
    found = []
    for back, draft in enumerate(reversed(before[-4:])):
        if draft.indicator is None:
            continue
        if slot.role.name == roles.CHANGE and draft.measure != "level":
            if measure_of(catalogue()[draft.indicator], slot.quantity, slot.role):
                found.append(Candidate(draft.indicator, 2.0 + back, "lent: another rise or fall of the same"))
            continue
        if draft.measure == "change" and _level_beside(slot, draft):
            found.append(Candidate(draft.indicator, 3.0 + back, "lent: the level beside a rise or fall"))
        if draft.measure != "level":
            continue
        words = slot.first - scene.words.at(draft.quantity.end)
        entry = catalogue()[draft.indicator]
        if slot.role.name in (roles.CHANGE, roles.RATIO_TO_BEFORE):
            if measure_of(entry, slot.quantity, slot.role) and _same_unit(slot.quantity, draft):
                found.append(
                    Candidate(draft.indicator, 1.0 + 0.15 * words + back, "lent: rise or fall of the value before")
                )
        if slot.role.name in (roles.LEVEL, roles.CHANGE) and slot.quantity.non_value is None:
            for companion in companions().get(draft.indicator, ()) if back < 2 else ():
                if slot.quantity.unit in companion.units and _cued(companion, slot):
                    found.append(
                        Candidate(companion.code, 1.0 + 0.3 * words + 2 * back, f"lent: beside {draft.indicator}")
                    )
    return found


_LEVEL_BESIDE: Final = re.compile(fold(r"(từ|còn|xuống|lên)\s*(?:mức\s*|khoảng\s*)?$"))


def _level_beside(slot: Slot, draft: Draft) -> bool:
    """`giảm 2,9% (từ 8,92% xuống còn 6,02%)`."""
    same = slot.quantity.unit == draft.quantity.unit == "percent" and draft.unit == "percentage_point"
    return slot.role.name == roles.LEVEL and same and _LEVEL_BESIDE.search(slot.before) is not None


def _same_unit(quantity: Quantity, draft: Draft) -> bool:
    return quantity.unit in ("percent", "percentage_point") or quantity.unit == draft.unit


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
    """The indicator of the last level, where nothing but words of glue and names of places and periods stand between it and
    the slot, and after the slot (`Nhật Bản 702 người, kế đến Đài Loan 241`). `topics`: what the sentence before named without a
    number; `begin`: the sentence's first word."""
    if slot.role.name != roles.LEVEL or slot.quantity.non_value is not None:
        return None
    if not _glued(scene, slot.stop, _clause_end(slot, scene), places):
        return None
    for draft in reversed(before[-4:]):
        if draft.measure != "level" or draft.indicator is None:
            continue
        entry = catalogue()[draft.indicator]
        if slot.quantity.unit not in (None, draft.unit) or measure_of(entry, slot.quantity, slot.role) is None:
            if scene.words.at(draft.quantity.start) >= begin:
                return None
            continue
        start = max(begin, scene.words.at(draft.quantity.end))
        if _glued(scene, start, slot.first, places):
            return Candidate(draft.indicator, INHERITED, "inherited: nothing but places and periods between")
        return None
    for code in reversed(topics):
        for entry in (catalogue()[code], *companions().get(code, ())):
            fits = slot.quantity.unit is not None and measure_of(entry, slot.quantity, slot.role) is not None
            if fits and _glued(scene, begin, slot.first, places):
                return Candidate(entry.code, INHERITED, "inherited: the sentence before names it")
    return None


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
        if words.codes[at] in scene.lexicon.glue or words.codes[at] < "\x03":
            if words.codes[at] != "\x01":
                continue
        start = words.starts[at]
        if any(begin <= start < end for begin, end in places) or _is_name(scene.reading.text, start):
            continue
        return False
    return True
