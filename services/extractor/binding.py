"""Which indicator a number belongs to: every mention near it, and every observation before it, is a candidate with a
cost.

Costs are in words of distance: a comma between number and name counts like three words, a bracket like six. The weights
were set by hand on the gold articles (docs/accuracy.md).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from services.extractor import roles
from services.extractor.draft import Candidate
from services.extractor.fit import measure_of
from services.extractor.model import Mention
from services.extractor.scene import Scene
from services.extractor.slots import Slot, is_zero
from shared.vietnam.catalogue import catalogue
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
AFTER_COMMA: Final = 12.0
"""A name that follows its number does not follow over a comma."""
AFTER_AND: Final = 6.0
"""Nor over `và`: `3,5% và nông thôn dưới 3%`."""
ELLIPTIC: Final = 2.0
LENGTH: Final = 0.6
"""Off for each word that matched: the longer name is the likelier."""
ADJACENT: Final = 2.0
"""Off where the number's own noun is part of the name (`9.018 hộ nghèo`)."""
GROUP: Final = 2.5
"""What the name of a group costs that the number's own noun is (`việc làm cho 15.000 người nghèo`)."""
NAMED_OTHERWISE: Final = 8.0
"""Right after the number stands a name that cannot be: what is further away is not meant either."""
AFTER_NUMBER: Final = 10.0
"""A name that follows another number of the unit first."""
IMPLAUSIBLE: Final = 6.0
PROVINCES: Final = 63
"""The nation's figures are the sum of so many."""
NATION_BACK: Final = 300
"""Characters before a number in which the nation may be named."""
COMPARED: Final = 16.0
"""A name after `so với` is what the number is compared with (`giảm 40% so với phiên giao dịch trước`)."""
NEXT: Final = 2
"""Words from a name's end to the number that it is then the name of."""
DECOY: Final = 4.0
"""Off where the number's own noun heads something that the catalogue does not hold."""
_NAMING: Final = ("pattern", "elliptic", "decoy")
SPAN: Final = 60
"""Words. No pattern of the lexicon reaches further from its first word to its last."""
WINDOW: Final = 18
"""Words. Mentions beyond cost more than `COST_MAX` whatever else speaks for them."""
_AND: Final = re.compile(fold(r"\bvà\b"))
_BUT: Final = re.compile(fold(r"\b(?:nhưng|trong khi)\b"))
_NATION: Final = re.compile(fold(r"\b(?:cả nước|toàn quốc|việt nam)\b"))
_COMPARED: Final = re.compile(fold(r"\bso với\b"))
_PART: Final = re.compile(fold(r"\b(trong đó|qua đó|cuối cùng|kết quả|riêng)\b"))


def direct_candidates(slots: Sequence[Slot], mentions: Sequence[Mention], scene: Scene) -> list[list[Candidate]]:
    """For each slot, the mentions that could name it, cheapest first."""
    rows: list[list[tuple[float, Mention, bool]]] = []
    names = sorted((m for m in mentions if m.kind in _NAMING), key=lambda m: m.first)
    barring = [m for m in mentions if m.kind == "not"]
    firsts = [m.first for m in names]
    for slot in slots:
        barred = {m.indicator for m in barring if m.first < slot.stop and m.last >= slot.first}
        reach = names[bisect_left(firsts, slot.first - WINDOW - SPAN) : bisect_left(firsts, slot.stop + WINDOW)]
        near = [
            m
            for m in reach
            if m.last > slot.first - WINDOW
            and m.indicator not in barred
            and _fits(m, slot)
            and not (len(m.parts) > 1 and _completed_elsewhere(slot, m, slots, scene))
        ]
        misled = NAMED_OTHERWISE if _named_otherwise(slot, reach) else 0.0
        rows.append(
            [
                (_cost(slot, m, slots, scene) + misled * (m.last < slot.first), m, _held(m, slot, slots))
                for m in _longest(near)
            ]
            if slot.nameable
            else []
        )
    owners: dict[tuple[int, str | None, str | None], float] = {}
    for slot, row in zip(slots, rows, strict=True):
        for cost, mention, held in row:
            if not held:
                key = (mention.first, mention.indicator, slot.quantity.unit)
                owners[key] = min(cost, owners.get(key, cost))
    found = []
    for slot, row in zip(slots, rows, strict=True):
        candidates = []
        for cost, mention, held in row:
            taken = held or owners[mention.first, mention.indicator, slot.quantity.unit] < cost
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


def _held(mention: Mention, slot: Slot, slots: Sequence[Slot]) -> bool:
    """The name begins with the noun of another number: `4.380 hộ nghèo và 6.120 hộ cận nghèo`."""
    return slot.role.name == roles.LEVEL and any(
        other is not slot
        and other.quantity.unit == slot.quantity.unit
        and mention.first < other.stop
        and mention.last >= other.first
        for other in slots
    )


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
    if mention.indicator is None:
        return slot.role.name in (roles.LEVEL, roles.CHANGE)
    entry = catalogue()[mention.indicator]
    unit = slot.quantity.unit
    if measure_of(entry, slot.quantity, slot.role) is None:
        return False
    if unit == "item":  # any countable: only a name that holds the number's own noun says which
        return mention.first < slot.stop and mention.last >= slot.first
    return unit != "percent" or entry.is_rate or not mention.phrase.startswith("tỷ lệ ")


def _longest(mentions: Sequence[Mention]) -> list[Mention]:
    """Without those whose words all lie inside a longer mention of something else."""
    return [mention for mention in mentions if not any(_contains(other, mention) for other in mentions)]


def _contains(other: Mention, mention: Mention) -> bool:
    if other.weight <= mention.weight or other.first > mention.first or other.last < mention.last:
        return False
    return other.indicator != mention.indicator and all(
        any(begin <= first and last <= end for begin, end in other.parts) for first, last in mention.parts
    )


def _cost(slot: Slot, mention: Mention, slots: Sequence[Slot], scene: Scene) -> float:
    first, last = min(mention.parts, key=lambda part: _gap(part, slot))
    gap = _gap((first, last), slot)
    cost = gap - LENGTH * min(mention.weight, 6) + (ELLIPTIC if mention.kind == "elliptic" else 0.0)
    cost += _implausible(slot, mention, scene)
    if first < slot.stop and last >= slot.first:
        if mention.indicator is None:
            return cost - DECOY
        # `xây mới 25 và sửa chữa 31 nhà tình nghĩa`: of two verbs with one noun the nearer. Nor over a comma.
        cost += COMMA * sum(mention.first < other.first < slot.first for other in slots)
        cost += COMMA * scene.reading.folded.count(",", mention.start, slot.quantity.start)
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
    if is_zero(slot.quantity):
        cost += COST_MAX * (not after or gap > 2)
    if after:
        cost += (
            AFTER_COMMA * bool(commas) + AFTER_AND * bool(_AND.search(text, start, end)) + (0.5 if gap > 1 else -1.0)
        )
        cost += 2 * COST_MAX * bool(_BUT.search(text, start, end))
        cost += COMPARED * bool(_COMPARED.search(text, start, end))
    elif mention.kind == "elliptic" and _PART.search(text, max(0, start - 60), end):
        cost -= 4.0
    return cost


def _completed_elsewhere(slot: Slot, mention: Mention, slots: Sequence[Slot], scene: Scene) -> bool:
    """The rest of the name is another number's: `tạo việc làm cho 12.300 lao động, trong đó qua vay vốn 1.250`, `3.210
    người được giới thiệu, 1.480 người được tuyển dụng`, `tỷ lệ thất nghiệp 1,6%, thành thị 2,4%`."""
    rest = next((begin for begin, _ in mention.parts if begin >= slot.stop), None)
    if rest is None:
        return False
    alike = [other for other in slots if other is not slot and other.quantity.unit == slot.quantity.unit]
    if mention.first >= slot.stop:
        return any(mention.first < other.first and other.stop <= mention.last for other in alike)
    text, end = scene.reading.folded, scene.words.starts[rest]
    if "," in text[slot.quantity.end : end] and any(0 < other.first - mention.last <= NEXT for other in alike):
        return True
    part = _PART.search(text, slot.quantity.end, end)
    return part is not None and ")" not in text[part.end() : end]  # `(trong đó 860 nữ)` is closed before it goes on


def _implausible(slot: Slot, mention: Mention, scene: Scene) -> float:
    """What a value far outside the catalogue's range costs, which is one province's. Below the range counts less:
    districts have small figures."""
    if mention.indicator is None or slot.role.name != roles.LEVEL or slot.quantity.unit is None:
        return 0.0
    entry = catalogue()[mention.indicator]
    low, high = entry.plausible
    if slot.quantity.value > 3 * high:
        nation = slot.quantity.value <= 3 * high * PROVINCES and _of_the_nation(slot, scene)
        return 0.0 if nation else IMPLAUSIBLE
    if slot.quantity.value >= low / 20:
        return 0.0
    if slot.quantity.value < low / 1000 and slot.quantity.unit in entry.units:
        return 2 * COST_MAX
    return IMPLAUSIBLE if entry.kind == "stock" else IMPLAUSIBLE / 2


def _of_the_nation(slot: Slot, scene: Scene) -> bool:
    """The article is the nation's, or the words before the number speak of it."""
    if scene.area in (None, "VN"):
        return True
    begin = max(0, slot.quantity.start - NATION_BACK)
    return _NATION.search(scene.reading.folded, begin, slot.quantity.start) is not None


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


def _gap(part: tuple[int, int], slot: Slot) -> int:
    first, last = part
    if first >= slot.stop:
        return first - slot.stop
    return max(0, slot.first - last - 1)
