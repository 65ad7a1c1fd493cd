"""Which area an article without a given one is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from services.extractor.areas.gazetteer import WORDS, District, districts
from services.extractor.areas.grammar import read_areas
from services.extractor.model import AreaMention
from services.extractor.periods.article import frame
from services.extractor.reading import Reading
from shared.vietnam.areas import NATION, area_of_host, areas, territory
from shared.vietnam.areas import area as unit
from shared.vietnam.areas import fold as plain
from shared.vietnam.text import fold

_NATIONAL: Final = [fold(word) for word in WORDS["national_words"]]
_SOURCES: Final = [fold(word) for word in (*WORDS["nation"], *WORDS["national_sources"])]
_AGENCIES: Final = [fold(word) for word in WORDS["national_agencies"]]
_PROVINCIAL: Final = [fold(word) for word in WORDS["provincial_words"]]
_NATIONAL_WORDS_MIN: Final = 4
_BESIDE_THE_NATION_MIN: Final = 2
"""So many of them are enough where figures of the nation itself are told, or so many places that do."""
_HEADLINE_CHARACTERS: Final = 160
_OPENING_CHARACTERS: Final = 1200
_VOTES_MIN: Final = 2
_LEAD_OVER_NEXT: Final = 1.5
"""Of two areas named nearly as often the article is about neither alone."""
_DATELINE_CHARACTERS: Final = 700
_DISTRICT: Final = re.compile(r"\b(?:huyện|thị xã|quận)\b")
"""In the text below a headline that names one."""


def article_area(reading: Reading, published: date | None, given: str | None, url: str | None = None) -> str | None:
    """Key of the article's own area: `given` where there is one, else that of a provincial site, or the province that a
    newspaper's mark, headline, opening and text name most; None where no one stands out. Never raises.

    A provincial site's article that is a national agency's or speaks of the nation's bodies, and never of its own
    province, is the nation's.

    Source: field notes on grammar, section 11, rules 1 and 2. The weights are first guesses."""
    on = frame(reading, published).published
    own = given or (area_of_host(_host(url), on) if url else None)
    if own:
        return NATION if _is_national(reading, published, own) else own
    votes: Counter[str] = Counter()
    for code, key in _datelines().items():
        if f"({code})" in reading.text[:_DATELINE_CHARACTERS] or f"\n{code} - " in reading.text[:_DATELINE_CHARACTERS]:
            votes[territory(key, on)] += 4
    for mention in read_areas(reading, published, None):
        named = mention.role == "scope" or "area.publisher" in mention.rules
        if not named or mention.area is None or mention.area == NATION:
            continue
        weight = 3 if mention.start < _HEADLINE_CHARACTERS else 2 if mention.start < _OPENING_CHARACTERS else 1
        if "area.named_unit" in mention.rules:
            weight += 1
        votes[mention.area] += weight
    ranked = votes.most_common(2)
    if not ranked or ranked[0][1] < _VOTES_MIN:
        return None
    if len(ranked) == 2 and ranked[0][1] < _LEAD_OVER_NEXT * ranked[1][1]:
        return None
    return ranked[0][0]


def article_locality(
    reading: Reading, mentions: Sequence[AreaMention], published: date | None, area: str | None, url: str | None = None
) -> str | None:
    """The unit below the province that an article is about: of figures whose own words name no place. None for most.

    A district's own site tells (`krongno.daknong.gov.vn`) where the text speaks of that district and never of the whole
    province; so does a headline that begins with a district, where the text goes on about it, or that names one (`Giảm
    nghèo ở Sơn Động`), where the text speaks of no other."""
    if area is None or area == NATION:
        return None
    if any("area.reset" in mention.rules for mention in mentions):
        return None
    named = [mention for mention in mentions if mention.locality and mention.role == "scope" and mention.area == area]
    site = _district_of_host(_host(url), area, published) if url else None
    for mention in named:
        if site and plain(mention.locality or "").endswith(plain(site.name)):
            return f"{site.kind} {site.name}"
    first = next((sentence.start for sentence in reading.sentences if sentence.kind == "paragraph"), 0)
    openings = {sentence.start for sentence in reading.sentences if sentence.kind == "heading"}
    above = [mention for mention in named if mention.start < first]
    headline = next((mention for mention in above if mention.start in openings), above[0] if above else None)
    if headline is None:
        return None
    goes_on = any(other.start > first and other.locality == headline.locality for other in named)
    others = {mention.locality for mention in named if _is_district(mention)} - {headline.locality}
    alone = _is_district(headline) and not others and _DISTRICT.search(reading.folded, first) is not None
    return headline.locality if alone or (headline.start in openings and goes_on) else None


def _is_district(mention: AreaMention) -> bool:
    return (mention.locality or "").lower().startswith(("huyện ", "thị xã ", "quận "))


def _district_of_host(host: str, area: str, published: date | None) -> District | None:
    on = published or date.max
    for label in host.split(".")[:-2]:
        for one in _districts_by_label().get(plain(label), ()):
            if territory(one.area, on) == area and one.name != unit(area).name:
                return one
    return None


@lru_cache(maxsize=1)
def _districts_by_label() -> dict[str, tuple[District, ...]]:
    return {plain(ones[0].name): ones for ones in districts().values()}


def _is_national(reading: Reading, published: date | None, own: str) -> bool:
    text = reading.folded
    if any(word in text for word in _PROVINCIAL):  # first, since it is the commonest
        return False
    words = sum(map(text.count, _NATIONAL))
    national = any(word in text for word in _AGENCIES) or words >= _NATIONAL_WORDS_MIN
    if not national and not any(word in text for word in _SOURCES):
        return False
    mentions = read_areas(reading, published, own)
    told = sum(
        mention.area == NATION and mention.role == "scope" and "area.compared" not in mention.rules
        for mention in mentions
    )
    national = national or (told > 0 and max(told, words) >= _BESIDE_THE_NATION_MIN)
    return national and not any(mention.area == own for mention in mentions)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _datelines() -> dict[str, str]:
    return {code: unit.key for unit in areas() for code in unit.datelines}
