"""Units below the province, alone, in enumerations and in groups."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from services.extractor.areas.context import Context, fills_line, role_of
from services.extractor.areas.gazetteer import KINDS, WORDS, District, districts, province_names
from services.extractor.areas.scopes import subject
from services.extractor.cues import pattern
from services.extractor.model import AreaMention
from shared.vietnam.areas import MERGERS, NATION, area, territory
from shared.vietnam.text import fold

_UPPER: Final = "A-Z" + "".join(letter for letter in map(chr, range(0xC0, 0x1F00)) if letter.isupper())
_SYLLABLE: Final = rf"[{_UPPER}][^\W\d_]*(?:['’][^\W\d_]+)*"
_NAME: Final = re.compile(rf" *((?:{_SYLLABLE})(?: (?:{_SYLLABLE})){{0,3}}|\d{{1,2}}(?![\d.,%/]))")
_NEXT: Final = re.compile(rf"(?:, | và | - | – )({_SYLLABLE}(?: {_SYLLABLE}){{0,3}})(?=[,.; )]|$)", re.MULTILINE)
_NUMBERED: Final = re.compile(r" [1-9](?=[,.;:)]| (?:còn|có|đạt|là|đã|giảm|tăng)\b)")
"""Communes of the reform of 2025 are numbered where they share a name: `xã Đam Rông 1`."""
_PLURAL: Final = re.compile(r"(?<!\w)(?:các|những|\d+|hai|ba|bốn|năm|sáu|bảy|tám) *\Z")
_LOCAL_KIND: Final = re.compile(r"huyện|xã|quận|thị xã")
_GROUP_AFTER: Final = re.compile(" +(?:" + pattern(WORDS["groups"], {}) + r")(?!\w)")
_DISTRICT_KINDS: Final = ("huyện", "quận", "thị xã", "thành phố")
_ABBREVIATIONS: Final = {"tx": "thị xã", "tp": "thành phố"}
_FAMILY_NAMES: Final = frozenset(fold(word) for word in WORDS["family_names"])
_NO_NAMES: Final = frozenset(fold(word) for word in WORDS["no_unit_names"])


def _province_of(context: Context, kind: str, name: str) -> str | None:
    """Key of a unit's province: where several have one of that name, the article's own if it is among them."""
    found: tuple[District, ...] = districts().get(fold(name), ())
    found = tuple(unit for unit in found if unit.kind == kind or kind not in _DISTRICT_KINDS)
    keys = {territory(unit.area, context.on) for unit in found}
    if context.default in keys or len(keys) != 1 or kind not in _DISTRICT_KINDS:
        return context.default
    return keys.pop()


def named_unit(context: Context, start: int, end: int, kind: str, name: str, key: str | None) -> AreaMention:
    """The mention of a unit that is known to be one, remembered for `toàn huyện`."""
    mention = AreaMention(start, end, key, f"{kind} {name}", "scope", ("area.unit_below",))
    context.local[kind] = mention
    return mention


def kind(context: Context, start: int, word: str) -> Iterable[AreaMention]:
    """A word for a unit below the province with its name, or with the names of several."""
    text = context.reading.text
    dot = word in _ABBREVIATIONS and text[start + len(word) : start + len(word) + 1] == "."
    match = _NAME.match(text, start + len(word) + dot)
    name = _place_name(match[1], word) if match else ""
    if match is None or not name:
        return _nameless(context, start, word)
    end = match.start(1) + len(name)
    if word in ("xã", "phường") and context.on >= MERGERS and (numbered := _NUMBERED.match(text, end)):
        end = numbered.end()
        name = text[match.start(1) : end]
    before = context.before(start)
    plural = _PLURAL.search(before[-8:])
    shown = text[start : start + len(word)]
    shown = shown.lower() if shown.lower() in KINDS and shown[1:].islower() else shown
    if word in ("thành phố", "tp") and (fold(name) in province_names() or fold(name) not in districts()):
        return ()  # a province's name is its own reader's
    role = role_of(before) or "scope"
    role = "mention" if role == "publisher" else role
    key = _province_of(context, _ABBREVIATIONS.get(word, word), name)
    found = [AreaMention(start, end, key, f"{shown} {name}", role, ("area.unit_below",))]
    if plural or word in _DISTRICT_KINDS:
        found += _others(context, shown, word, end, None if plural else key)
    context.local[word] = found[-1]
    return found


def _place_name(words: str, kind: str) -> str:
    """The part of the capitalised `words` that names the place, since an officer's name may run on; empty for none."""
    parts = words.split(" ")
    folded = [fold(part) for part in parts]
    if folded[0] in _NO_NAMES:
        return ""
    if _ABBREVIATIONS.get(kind, kind) in _DISTRICT_KINDS and not words.isdigit():
        for count in range(len(parts), 0, -1):
            if " ".join(folded[:count]) in districts() or " ".join(folded[:count]) in province_names():
                return " ".join(parts[:count])
        if folded[0] in _FAMILY_NAMES:
            return ""
    cut = next((at for at, part in enumerate(folded) if at and part in _FAMILY_NAMES), len(parts))
    return " ".join(parts[:cut])


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


def _others(context: Context, shown: str, word: str, at: int, within: str | None) -> list[AreaMention]:
    """Further names of an enumeration: `ba huyện Châu Thành, Cao Lãnh và Lấp Vò`.

    After a singular (`huyện Tu Mơ Rông, Kon Plông`) only districts of province `within`, lest other names join."""
    found = []
    while (match := _NEXT.match(context.reading.text, at)) is not None:
        if fold(match[1]) in province_names() or fold(match[1].partition(" ")[0]) in _NO_NAMES:
            break
        known = {territory(unit.area, context.on) for unit in districts().get(fold(match[1]), ())}
        if within is not None and within not in known:
            break
        key = _province_of(context, word, match[1])
        found.append(
            AreaMention(match.start(1), match.end(1), key, f"{shown} {match[1]}", "scope", ("area.unit_below",))
        )
        at = match.end(1)
    return found


def district(context: Context, start: int, word: str) -> Iterable[AreaMention]:
    """A district's bare name, if it is one of the article's own province."""
    end = start + len(word)
    if context.default in (None, NATION) or not context.is_name(start, end) or fills_line(context, start, end):
        return ()
    own = [unit for unit in districts()[word] if territory(unit.area, context.on) == context.default]
    role = role_of(context.before(start))
    if not own or role in (None, "publisher"):
        return ()
    rules = ("area.bare_district",)
    return (AreaMention(start, end, context.default, f"{own[0].kind} {own[0].name}", role, rules),)


def bare_kind(context: Context, start: int, word: str) -> Iterable[AreaMention]:
    """`toàn huyện`: the last one named, or one that the text does not name."""
    if context.reading.folded.startswith(" hội", start + len(word)):
        return ()  # `toàn xã hội`
    which = _LOCAL_KIND.search(word)
    if which and which.end() == len(word) and _NAME.match(context.reading.text, start + len(word)):
        return kind(context, start + which.start(), which[0])  # `trên địa bàn huyện Ba Bể`
    last = context.local.get(which[0]) if which else None
    locality = last.locality if last else which[0] if which else word
    key = last.area if last else context.default
    return (AreaMention(start, start + len(word), key, locality, "scope", ("area.same_unit",)),)
