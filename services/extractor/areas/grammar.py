"""The places that a text names, with what they are to the figures near them."""

from __future__ import annotations

from datetime import date

from services.extractor.areas.context import Context
from services.extractor.areas.gazetteer import meanings, triggers
from services.extractor.areas.joining import join
from services.extractor.areas.readers import READERS
from services.extractor.model import AreaMention
from services.extractor.periods.article import frame
from services.extractor.reading import Reading


def read_areas(reading: Reading, published: date | None, default_area: str | None) -> list[AreaMention]:
    """Places that `reading` names, in order, not overlapping. Never raises; linear in the text's length.

    `area` is the key of the unit of that name at the publication (`area_key` finds the one for a statement's period);
    `default_area`, the article's own, for `toàn tỉnh` and for units below it; None for a unit below whose province is
    not told. Of a country that people are sent to (role `destination`) `locality` is its ISO code, or `other`.
    Rules: `area.old` where the unit before the mergers is meant; `area.region` for a region or several provinces
    together, whose figures are no province's (`locality` is their name, `area` None; `scope` where a verb of having
    follows); `area.compared` for a nation whose mean another figure is compared with; `area.reset` for words that lead
    back to the article's area."""
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
    return join(mentions, reading)
