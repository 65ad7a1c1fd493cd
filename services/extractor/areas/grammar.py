"""The places that a text names, with what they are to the figures near them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Final

from services.extractor.areas.context import Context
from services.extractor.areas.gazetteer import KINDS, meanings, triggers
from services.extractor.areas.readers import READERS
from services.extractor.areas.scopes import holds
from services.extractor.model import AreaMention
from services.extractor.periods.article import frame
from services.extractor.reading import Reading

_AND: Final = re.compile(r"(?:,| và| cùng| -|, và)? (?:các )?(?:tỉnh |thành phố |tp\.? ?)?")
_RESPECTIVELY: Final = re.compile(r"lần lượt|tương ứng|theo thứ tự")
_JOINTS: Final = frozenset((",", "(", "-", "–", "thuộc", ", thuộc", "của"))


def read_areas(reading: Reading, published: date | None, default_area: str | None) -> list[AreaMention]:
    """Places that `reading` names, in order, not overlapping. Never raises; linear in the text's length.

    `area` is the key of the unit of that name at the publication (`area_key` finds the one for a statement's period);
    `default_area`, the article's own, for `toàn tỉnh` and for units below it; None for a unit below whose province is
    not told. Of a country that people are sent to (role `destination`) `locality` is its ISO code, or `other`.
    Rules: `area.old` where the unit before the mergers is meant; `area.region` for a region or several provinces
    together, whose figures are no province's (`locality` is their name, `area` None; `scope` where a verb of having
    follows); `area.reset` for words that lead back to the article's area."""
    hits = triggers().find(reading.folded)
    if not hits:
        return []
    context = Context(reading, frame(reading, published).published, default_area)
    mentions: list[AreaMention] = []
    done = 0
    for start, word in hits:
        if start < done:
            continue
        for mention in READERS[meanings()[word]](context, start, word):
            mentions.append(mention)
            done = mention.end
    return _chained(_listed(mentions, reading), reading)


def _listed(mentions: list[AreaMention], reading: Reading) -> list[AreaMention]:
    """Enumerated provinces have one role, the first one's, and a figure of all of them is no single one's.

    Such a list becomes one mention, by the rules `area.list` and `area.region`, unless the sentence gives each its own
    (`lần lượt`, `tương ứng`)."""
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
            start, end = group[0].start, group[-1].end
            rules = ("area.province", "area.list", "area.region")
            role = "scope" if holds(reading.folded, end) else "mention"
            found.append(AreaMention(start, end, None, reading.text[start:end], role, rules))
        else:
            found += [replace(mention, role=role) for mention in group]
    return found


def _enumerated(one: AreaMention, other: AreaMention, reading: Reading) -> bool:
    provinces = "area.province" in one.rules and "area.province" in other.rules and not (one.locality or other.locality)
    return provinces and _AND.fullmatch(reading.folded, one.end, other.start) is not None


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
