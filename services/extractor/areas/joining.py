"""Places that belong together: several in one enumeration, and a unit with the larger one that it lies in."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from services.extractor.areas.gazetteer import KINDS
from services.extractor.areas.scopes import holds
from services.extractor.model import AreaMention
from services.extractor.reading import Reading

_AND: Final = re.compile(
    r"(?:,| và| cùng| -|, và)? (?:các )?(?:tỉnh |thành phố |tp\.? ?|huyện |xã |thị xã |quận |phường )?"
)
_RESPECTIVELY: Final = re.compile(r"lần lượt|tương ứng|theo thứ tự")
_JOINTS: Final = frozenset((",", "(", "-", "–", "thuộc", ", thuộc", "của"))


def join(mentions: list[AreaMention], reading: Reading) -> list[AreaMention]:
    """`mentions` (in order) with enumerations and chains of places made one mention each."""
    return _chained(_listed(mentions, reading), reading)


def _listed(mentions: list[AreaMention], reading: Reading) -> list[AreaMention]:
    """Enumerated places have one role, the first one's, and a figure of all of them is no single one's.

    Such a list becomes one mention, by the rule `area.list`, unless the sentence gives each its own (`lần lượt`,
    `tương ứng`): of provinces like a region, of units below with all their names as locality."""
    found: list[AreaMention] = []
    first = 0
    while first < len(mentions):
        last = first
        while last + 1 < len(mentions) and _enumerated(mentions[last], mentions[last + 1], reading):
            last += 1
        group = mentions[first : last + 1]
        first = last + 1
        role = group[0].role
        if len(group) == 1 or (role == "scope" and _each_its_own(group, reading)):
            found += group
        elif role == "scope":
            found.append(_together(group, reading))
        else:
            found += [replace(mention, role=role) for mention in group]
    return found


def _together(group: list[AreaMention], reading: Reading) -> AreaMention:
    start, end = group[0].start, group[-1].end
    if group[0].locality:
        keys = {mention.area for mention in group}
        key = keys.pop() if len(keys) == 1 else None
        locality = ", ".join(mention.locality or "" for mention in group)
        return AreaMention(start, end, key, locality, "scope", (*group[0].rules, "area.list"))
    role = "scope" if holds(reading.folded, end) else "mention"
    return AreaMention(start, end, None, reading.text[start:end], role, ("area.province", "area.list", "area.region"))


def _enumerated(one: AreaMention, other: AreaMention, reading: Reading) -> bool:
    if one.locality and other.locality:
        alike = one.role == other.role and _rank(one) == _rank(other) and "area.same_unit" not in other.rules
    else:
        alike = "area.province" in one.rules and "area.province" in other.rules
        alike = alike and not (one.locality or other.locality)
    return alike and _AND.fullmatch(reading.folded, one.end, other.start) is not None


def _each_its_own(group: list[AreaMention], reading: Reading) -> bool:
    sentence = reading.sentences[max(0, reading.sentence_at(group[-1].start))]
    return _RESPECTIVELY.search(reading.folded, group[-1].end, sentence.end) is not None


def _chained(mentions: list[AreaMention], reading: Reading) -> list[AreaMention]:
    """Joins a unit to the larger one that it is said to lie in: `xã Tường Phù, huyện Phù Yên` is one place.

    A province right after a unit is where that lies (`huyện Mường Lát, tỉnh Thanh Hóa`; `Lương Sơn, Hòa Bình`)."""
    joined: list[AreaMention] = []
    for mention in mentions:
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.locality
            and last.role == mention.role == "scope"
            and _joint(last, mention, reading)
        ):
            inner, outer = _rank(last), _rank(mention)
            if mention.locality and inner < outer:
                rules = (*last.rules, *mention.rules, "area.chain")
                together = f"{last.locality}, {mention.locality}"
                joined[-1] = replace(last, end=mention.end, area=mention.area, locality=together, rules=rules)
                continue
            if not mention.locality and mention.area and "area.reset" not in mention.rules:
                rules = (*last.rules, "area.chain")
                joined[-1] = replace(last, end=mention.end, area=mention.area, rules=rules)
                continue
        joined.append(mention)
    return joined


def _joint(last: AreaMention, mention: AreaMention, reading: Reading) -> bool:
    between = reading.folded[last.end : mention.start]
    return len(between) < 12 and between.removesuffix("tỉnh ").strip() in _JOINTS and "\n" not in between


def _rank(mention: AreaMention) -> int:
    """Place of a unit in the order from hamlet to district; a bare name counts as a district's."""
    words = (mention.locality or "").rpartition(", ")[2].lower()
    return next((rank for kind, rank in KINDS.items() if words.startswith(kind)), 3)
