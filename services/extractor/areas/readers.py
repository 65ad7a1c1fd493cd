"""One function a kind of word: which places it names. Each takes the context, the word's offset and the folded word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from services.extractor.areas import scopes, units
from services.extractor.areas.context import Context, before_words, fills_line, role_of
from services.extractor.areas.gazetteer import WORDS, What, province_names
from services.extractor.cues import pattern
from services.extractor.model import AreaMention
from shared.vietnam.areas import LAST_OF_THE_63, area, area_for
from shared.vietnam.text import fold

_CITY_BEFORE: Final = re.compile(r"(?<!\w)(?:thành phố|tp)\.? *\Z")
_PROVINCE_BEFORE: Final = re.compile(r"(?<!\w)(?:tỉnh|tỉnh ủy|ubnd|hđnd|sở|bhxh|công an) +\Z")
_HO_CHI_MINH: Final = "Hồ Chí Minh"
_OLD_AFTER: Final = re.compile(pattern(WORDS["old_after"], {}))
_OLD_BEFORE: Final = before_words(WORDS["old_before"] + "(?: tỉnh| tp| thành phố)?")
_AGENCY_AFTER: Final = re.compile(pattern(WORDS["agency_after"], {}))


def province(context: Context, start: int, word: str) -> Iterable[AreaMention]:
    """A province by its name, or the town of that name in it."""
    end = start + len(word)
    name = province_names()[word]
    before = context.before(start)
    city = _CITY_BEFORE.search(before)
    if not context.is_name(start, end) or (name == _HO_CHI_MINH and word == fold(name) and not city):
        return ()
    if fills_line(context, start, end):
        return ()
    key = area_for(name, context.on)
    if city and area(key, context.on).kind == "tỉnh":
        return (units.named_unit(context, start - len(city[0]), end, "thành phố", name, key),)
    rules = ["area.province"]
    said_old = _OLD_AFTER.match(context.reading.folded, end) or _OLD_BEFORE.search(before[-40:])
    if said_old or not area(key, context.on).in_force(context.on):
        key = area_for(name, LAST_OF_THE_63)
        rules.append("area.old")
    role = role_of(before[: city.start()] if city else before)
    if role is None:
        return ()
    if role == "publisher":
        role = "mention"
        rules.append("area.publisher")
    if _AGENCY_AFTER.match(context.reading.folded, end):
        role = "mention"
    if _PROVINCE_BEFORE.search(before):
        rules.append("area.named_unit")
    return (AreaMention(start, end, key, None, role, tuple(rules)),)


READERS: Final[dict[What, Callable[[Context, int, str], Iterable[AreaMention]]]] = {
    "province": province,
    "district": units.district,
    "kind": units.kind,
    "bare_kind": units.bare_kind,
    "nation": scopes.nation,
    "source": scopes.source,
    "default": scopes.default,
    "default_city": scopes.default_city,
    "subject": scopes.subject,
    "region": scopes.region,
    "country": scopes.country,
    "weak_country": scopes.weak_country,
}
