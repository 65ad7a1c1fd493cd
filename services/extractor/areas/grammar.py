"""The places that a text names, with what they are to the figures near them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from services.extractor.areas.gazetteer import KINDS, meanings, triggers
from services.extractor.areas.readers import READERS, Context
from services.extractor.model import AreaMention
from services.extractor.periods.article import frame
from services.extractor.reading import Reading

_JOINTS: Final = frozenset((",", "(", "-", "–", "thuộc", ", thuộc", "của"))


def read_areas(reading: Reading, published: date | None, default_area: str | None) -> list[AreaMention]:
    """Places that `reading` names, in order, not overlapping. Never raises; linear in the text's length.

    `area` is the key of the unit of that name at the publication (`area_key` finds the one for a statement's period);
    `default_area`, the article's own, for `toàn tỉnh` and for units below it; None for a unit below whose province is
    not told. Of a country that people are sent to (role `destination`) `locality` is its ISO code, or `other`.
    Rules: `area.old` where the unit before the mergers is meant, `area.region` for a region, whose figures are no
    province's (`locality` is its name, `area` None), `area.reset` for words that lead back to the article's area."""
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
    return _chained(mentions, reading)


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
