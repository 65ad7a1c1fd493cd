"""One function a kind of word: which places it names here. Each takes the context, the word's offset and the word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from services.extractor.areas.gazetteer import KINDS, WORDS, District, What, districts, province_names
from services.extractor.cues import pattern
from services.extractor.model import AreaMention
from services.extractor.reading import Reading
from shared.vietnam.areas import LAST_OF_THE_63, NATION, area, area_for, territory
from shared.vietnam.text import fold

_BEFORE_MAX: Final = 90
_UPPER: Final = "A-Z" + "".join(letter for letter in map(chr, range(0xC0, 0x1F00)) if letter.isupper())
_SYLLABLE: Final = rf"[{_UPPER}][^\W\d_]*(?:['’][^\W\d_]+)*"
_NAME: Final = re.compile(rf"\.? *((?:{_SYLLABLE})(?: (?:{_SYLLABLE})){{0,3}}|\d{{1,2}}(?![\d.,%/]))")
_NEXT: Final = re.compile(rf"(?:, | và | - | – )({_SYLLABLE}(?: {_SYLLABLE}){{0,3}})(?=[,.; )]|$)", re.MULTILINE)
_PLURAL: Final = re.compile(r"(?<!\w)(?:các|những|\d+|hai|ba|bốn|năm|sáu|bảy|tám) *\Z")
_CITY_BEFORE: Final = re.compile(r"(?<!\w)(?:thành phố|tp)\.? *\Z")
_PROVINCE_BEFORE: Final = re.compile(r"(?<!\w)(?:tỉnh|tỉnh ủy|ubnd|hđnd|sở|bhxh|công an) +\Z")
_HO_CHI_MINH: Final = "Hồ Chí Minh"
_COUNTRIES: Final = {fold(name): code for name, code in (WORDS["countries"] | WORDS["weak_countries"]).items()}
_LOCAL_KIND: Final = re.compile(r"huyện|xã|quận|thị xã")
_LOCALITY_CHARACTERS_MAX: Final = 80


def _before(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern(words, {})}),? *\Z")


@dataclass(frozen=True, slots=True)
class _Role:
    role: str
    words: re.Pattern[str]
    within: int
    ends: frozenset[str]
    needs: str


_ROLES: Final = [
    _Role(
        rule["role"],
        _before(rule["words"]),
        rule["within"],
        frozenset(map(fold, rule.get("ends", ()))),
        fold(rule.get("needs", "")),
    )
    for rule in WORDS["before"]
]
_UNIT_WORD: Final = re.compile(r"(?<!\w)(?:tỉnh|tp\.?|thành phố) *\Z")
_NATION_UNLESS: Final = _before(WORDS["nation_unless"])
_SOURCE_BEFORE: Final = _before(WORDS["source_before"])
_SOURCE_UNLESS: Final = _before(WORDS["source_unless"])
_SOURCE_AFTER: Final = re.compile(pattern(WORDS["source_after"], {}))
_SUBJECT_BEFORE: Final = re.compile(rf"(?:{pattern(WORDS['subject_before'], {})})\Z", re.MULTILINE)
_SUBJECT_AFTER: Final = re.compile(pattern(WORDS["subject_after"], {}))
_OLD_AFTER: Final = re.compile(pattern(WORDS["old_after"], {}))
_OLD_BEFORE: Final = _before(WORDS["old_before"] + "(?: tỉnh| tp| thành phố)?")
_AGENCY_AFTER: Final = re.compile(pattern(WORDS["agency_after"], {}))
_DESTINATION_BEFORE: Final = _before(WORDS["destination_before"])
_GROUP_AFTER: Final = re.compile(" +(?:" + pattern(WORDS["groups"], {}) + r")(?!\w)")
_INSTITUTIONS: Final = frozenset(fold(word) for word in WORDS["institution_ends"])


@dataclass(slots=True)
class Context:
    """The text and what is known before it is read."""

    reading: Reading
    on: date
    """Day whose units the names mean: of publication."""
    default: str | None
    """The article's own area."""
    local: dict[str, AreaMention] = field(default_factory=dict)
    """The last unit of each kind that was named, for `toàn huyện`."""

    def before(self, start: int) -> str:
        """The folded text of the line before `start`, as far as it can matter."""
        line = self.reading.folded.rfind("\n", max(0, start - _BEFORE_MAX), start) + 1
        return self.reading.folded[max(line, start - _BEFORE_MAX) : start]

    def is_name(self, start: int, end: int) -> bool:
        """Every word of the span begins with a capital, and no capitalised word runs into it from the left."""
        text = self.reading.text
        if not all(word[0].isupper() for word in re.findall(r"[^\W\d_][^\s]*", text[start:end])):
            return False
        left = text[max(0, start - 20) : start]
        previous = re.search(r"([^\W\d_]+) \Z", left)
        if previous is None or not previous[1][0].isupper() or previous[1].isupper():
            return True
        if fold(previous[1]) in _INSTITUTIONS:
            return True
        # The first word of a sentence is capitalised whatever it is.
        index = max(0, self.reading.sentence_at(start))
        return self.reading.sentences[index].start >= start - len(previous[0])


def province(context: Context, start: int, word: str) -> Iterable[AreaMention]:
    end = start + len(word)
    name = province_names()[word]
    before = context.before(start)
    city = _CITY_BEFORE.search(before)
    if not context.is_name(start, end) or (name == _HO_CHI_MINH and word == fold(name) and not city):
        return ()
    if context.reading.sentences and _fills_line(context, start, end):
        return ()
    key = area_for(name, context.on)
    if city and area(key, context.on).kind == "tỉnh":
        return (_local(context, start - len(city[0]), end, "thành phố", name, key),)
    rules = ["area.province"]
    said_old = _OLD_AFTER.match(context.reading.folded, end) or _OLD_BEFORE.search(before[-40:])
    if said_old or not area(key, context.on).in_force(context.on):
        key = area_for(name, LAST_OF_THE_63)
        rules.append("area.old")
    role = _role(before[: city.start()] if city else before)
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


def _fills_line(context: Context, start: int, end: int) -> bool:
    """A name that is all of its line is an author's, a tag or a menu item; not where a figure follows on the next line,
    as in a table that lost its form."""
    text = context.reading.text
    alone = text[max(0, start - 1) : start] in ("", "\n") and text[end : end + 1] in ("", "\n")
    return alone and not text[end : end + 4].strip()[:1].isdigit()


def _role(before: str) -> str | None:
    """Role that the words before give, None where the name is part of another name."""
    before = before.rstrip(", ")
    unit = _UNIT_WORD.search(before[-12:])
    if unit:
        before = before[: len(before) - len(unit[0])].rstrip(", ")
    last = before[before.rfind(" ") + 1 :]
    for rule in _ROLES:
        if (rule.ends and last not in rule.ends) or rule.needs not in before:
            continue
        if rule.words.search(before[-rule.within :]):
            return None if rule.role == "none" else rule.role
    return "scope"


def _province_of(context: Context, kind: str, name: str) -> str | None:
    """Key of a unit's province: where several have one of that name, the article's own if it is among them."""
    found: tuple[District, ...] = districts().get(fold(name), ())
    found = tuple(unit for unit in found if unit.kind == kind or kind not in ("huyện", "quận", "thị xã", "thành phố"))
    keys = {territory(unit.area, context.on) for unit in found}
    if context.default in keys or len(keys) != 1 or kind not in ("huyện", "quận", "thị xã", "thành phố"):
        return context.default
    return keys.pop()


def _local(context: Context, start: int, end: int, kind: str, name: str, key: str | None) -> AreaMention:
    mention = AreaMention(start, end, key, f"{kind} {name}", "scope", ("area.unit_below",))
    context.local[kind] = mention
    return mention


def kind(context: Context, start: int, word: str) -> Iterable[AreaMention]:
    """A word for a unit below the province with its name, or with the names of several."""
    text = context.reading.text
    match = _NAME.match(text, start + len(word))
    if match is None:
        return _nameless(context, start, word)
    before = context.before(start)
    plural = _PLURAL.search(before[-8:])
    shown = text[start : start + len(word)]
    shown = shown.lower() if shown.lower() in KINDS and shown[1:].islower() else shown
    if fold(match[1]) in province_names() and word in ("thành phố", "tp"):
        return ()  # the province's reader decides
    if word in ("thành phố", "tp") and fold(match[1]) not in districts():
        return ()
    role = _role(before) or "scope"
    role = "mention" if role == "publisher" else role
    name = match[1]
    key = _province_of(context, {"tx": "thị xã", "tp": "thành phố"}.get(word, word), name)
    found = [AreaMention(start, match.end(1), key, f"{shown} {name}", role, ("area.unit_below",))]
    if plural:
        found += _others(context, shown, word, match.end(1))
    context.local[word] = found[-1]
    return found


def _nameless(context: Context, start: int, word: str) -> Iterable[AreaMention]:
    """`7 huyện nghèo`, a group of units; or the word for a central city that is the article's own area."""
    after = _GROUP_AFTER.match(context.reading.folded, start + len(word))
    plural = _PLURAL.search(context.before(start)[-8:]) if after else None
    if after and plural:
        at = start - len(plural[0])
        name = context.reading.folded[at : after.end()]
        return (AreaMention(at, after.end(), context.default, name, "scope", ("area.group",)),)
    last = context.local.get(word)
    if last is not None:
        # `huyện đã phê duyệt`: the one that was named last, as the subject of a clause.
        rules = ("area.same_unit",)
        return [
            replace(each, area=last.area, locality=last.locality, rules=rules) for each in subject(context, start, word)
        ]
    own = context.default
    if word in ("thành phố", "tp") and own not in (None, NATION) and area(own, context.on).kind == "thành phố":
        return subject(context, start, word)
    return ()


def _others(context: Context, shown: str, word: str, at: int) -> list[AreaMention]:
    """Further names of an enumeration: `ba huyện Châu Thành, Cao Lãnh và Lấp Vò`."""
    found = []
    while (match := _NEXT.match(context.reading.text, at)) is not None:
        key = _province_of(context, word, match[1])
        found.append(
            AreaMention(match.start(1), match.end(1), key, f"{shown} {match[1]}", "scope", ("area.unit_below",))
        )
        at = match.end(1)
    return found


def district(context: Context, start: int, word: str) -> Iterable[AreaMention]:
    """A district's bare name, if it is one of the article's own province."""
    end = start + len(word)
    if context.default in (None, NATION) or not context.is_name(start, end) or _fills_line(context, start, end):
        return ()
    own = [unit for unit in districts()[word] if territory(unit.area, context.on) == context.default]
    role = _role(context.before(start))
    if not own or role in (None, "publisher"):
        return ()
    rules = ("area.bare_district",)
    return (AreaMention(start, end, context.default, f"{own[0].kind} {own[0].name}", role, rules),)


def bare_kind(context: Context, start: int, word: str) -> Iterable[AreaMention]:
    """`toàn huyện`: the last one named, or one that the text does not name."""
    which = _LOCAL_KIND.search(word)
    last = context.local.get(which[0]) if which else None
    locality = last.locality if last else which[0] if which else word
    key = last.area if last else context.default
    return (AreaMention(start, start + len(word), key, locality, "scope", ("area.same_unit",)),)


def nation(context: Context, start: int, word: str) -> Iterable[AreaMention]:
    role = "mention" if _NATION_UNLESS.search(context.before(start)) else "scope"
    return (AreaMention(start, start + len(word), NATION, None, role, ("area.nation",)),)


def source(context: Context, start: int, word: str) -> Iterable[AreaMention]:
    """A national body, where it is the source of figures."""
    before = context.before(start)
    end = start + len(word)
    if _SOURCE_UNLESS.search(before):
        return ()
    tells = not before.strip() and _SOURCE_AFTER.match(context.reading.folded, end)
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
    name = context.reading.text[start : start + len(word)]
    return (AreaMention(start, start + len(word), None, name, "mention", ("area.region",)),)


def country(context: Context, start: int, word: str) -> Iterable[AreaMention]:
    code = _COUNTRIES[word]
    if code != "other" and not context.reading.text[start].isupper():
        return ()
    return (AreaMention(start, start + len(word), None, code, "destination", ("area.country",)),)


def weak_country(context: Context, start: int, word: str) -> Iterable[AreaMention]:
    return country(context, start, word) if _DESTINATION_BEFORE.search(context.before(start)) else ()


READERS: Final[dict[What, Callable[[Context, int, str], Iterable[AreaMention]]]] = {
    "province": province,
    "district": district,
    "kind": kind,
    "nation": nation,
    "source": source,
    "default": default,
    "default_city": default_city,
    "subject": subject,
    "region": region,
    "bare_kind": bare_kind,
    "country": country,
    "weak_country": weak_country,
}
