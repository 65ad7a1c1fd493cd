"""The nation, its bodies, regions, countries, and words that lead back to the article's own area."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from services.extractor.areas.context import Context, before_words
from services.extractor.areas.gazetteer import WORDS
from services.extractor.cues import pattern
from services.extractor.model import AreaMention
from shared.vietnam.areas import NATION, area
from shared.vietnam.text import fold

_COUNTRIES: Final = {fold(name): code for name, code in (WORDS["countries"] | WORDS["weak_countries"]).items()}
_NATION_UNLESS: Final = before_words(WORDS["nation_unless"])
_COMPARED: Final = re.compile(fold(r"\b(?:hơn|so với|bằng)\b[^.;:]*$"))
"""Before a nation whose mean another figure is compared with."""
_COMPARED_CHARACTERS: Final = 30
_NATION_NOT: Final = re.compile(pattern(WORDS["nation_not"], {}))
_SOURCE_BEFORE: Final = before_words(WORDS["source_before"])
_SOURCE_UNLESS: Final = before_words(WORDS["source_unless"])
_SOURCE_AFTER: Final = re.compile(pattern(WORDS["source_after"], {}))
_SUBJECT_BEFORE: Final = re.compile(rf"(?:{pattern(WORDS['subject_before'], {})})\Z", re.MULTILINE)
_SUBJECT_AFTER: Final = re.compile(pattern(WORDS["subject_after"], {}))
_HOLDS: Final = re.compile(pattern(WORDS["holds"], {}))
_DESTINATION_BEFORE: Final = before_words(WORDS["destination_before"])


def nation(context: Context, start: int, word: str) -> Iterable[AreaMention]:
    aside = _NATION_UNLESS.search(context.before(start)) or _NATION_NOT.match(context.reading.folded, start + len(word))
    role = "mention" if aside else "scope"
    compared = _COMPARED.search(context.before(start)[-_COMPARED_CHARACTERS:])
    rules = ("area.nation", "area.compared") if compared else ("area.nation",)
    return (AreaMention(start, start + len(word), NATION, None, role, rules),)


def source(context: Context, start: int, word: str) -> Iterable[AreaMention]:
    """A national body, where it is the source of figures."""
    before = context.before(start)
    end = start + len(word)
    if _SOURCE_UNLESS.search(before):
        return ()
    opens = not before.strip() or before.endswith((". ", "; "))
    tells = opens and _SOURCE_AFTER.match(context.reading.folded, end)
    if not tells and not _SOURCE_BEFORE.search(before):
        return ()
    return (AreaMention(start, end, NATION, None, "scope", ("area.national_source",)),)


def default(context: Context, start: int, word: str) -> Iterable[AreaMention]:
    follow = context.reading.text[start + len(word) : start + len(word) + 4]
    if follow[:1] == " " and (follow[1:2].isupper() or fold(follow[1:]).startswith("ủy")):
        return ()  # the name that follows says which, or it is the Party's committee
    return (AreaMention(start, start + len(word), context.default, None, "scope", ("area.reset",)),)


def default_city(context: Context, start: int, word: str) -> Iterable[AreaMention]:
    """`thành phố` alone is the article's area only where that is a centrally run city; elsewhere it is a town."""
    own = context.default
    if own in (None, NATION) or area(own, context.on).kind != "thành phố":
        return ()
    return default(context, start, word)


def subject(context: Context, start: int, word: str) -> Iterable[AreaMention]:
    end = start + len(word)
    if not _SUBJECT_AFTER.match(context.reading.folded, end) or not _SUBJECT_BEFORE.search(context.before(start)):
        return ()
    return (AreaMention(start, end, context.default, None, "scope", ("area.reset",)),)


def region(context: Context, start: int, word: str) -> Iterable[AreaMention]:
    end = start + len(word)
    name = context.reading.text[start:end]
    role = "scope" if holds(context.reading.folded, end) else "mention"
    return (AreaMention(start, end, None, name, role, ("area.region",)),)


def holds(folded: str, end: int) -> bool:
    """A verb of having follows: `các tỉnh Tây Nguyên có …`; so what was named before is the subject of a figure."""
    return _HOLDS.match(folded, end) is not None


def country(context: Context, start: int, word: str) -> Iterable[AreaMention]:
    code = _COUNTRIES[word]
    if code != "other" and not context.reading.text[start].isupper():
        return ()
    return (AreaMention(start, start + len(word), None, code, "destination", ("area.country",)),)


def weak_country(context: Context, start: int, word: str) -> Iterable[AreaMention]:
    return country(context, start, word) if _DESTINATION_BEFORE.search(context.before(start)) else ()
