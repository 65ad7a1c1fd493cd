"""The words of periods, found but not yet worked out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from services.extractor.cues import Triggers, folded, load, pattern
from shared.vietnam.text import fold

WORDS: Final = load(Path(__file__).with_name("words.yaml"))
QUARTERS: Final = {fold(word): number for word, number in WORDS["quarters"].items()}
NUMBERS: Final = {fold(word): number for word, number in WORDS["numbers"].items()}
_BEFORE_MAX: Final = 80
"""Characters before a trigger within which its context is looked for."""
_NEAR_MAX: Final = 50
_PROGRAMME_MAX: Final = 120
_SLOTS: Final = {name: folded(form) for name, form in WORDS["slots"].items()} | {
    "lunar": "|".join(fold(name) for name in WORDS["lunar_years"])
}


class Find(NamedTuple):
    """Words of a period, before what they mean is worked out."""

    start: int
    end: int
    id: str
    """The rule of words.yaml."""
    read: str
    """Which reader works it out."""
    parts: dict[str, str]
    """What the form's slots hold."""
    number: int | None = None
    """The number before `tháng` or `năm`."""
    before: str = ""
    """Name of the context in words.yaml that stands right before."""
    before_words: str = ""
    """The words of that context, or the last few characters before where there is none."""
    bracket: bool = False
    """Alone in brackets, so it belongs to what stands before them."""
    programme: bool = False
    """Part of a programme's name."""


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    read: str
    form: re.Pattern[str]


_RULES: Final = {
    fold(str(trigger)): tuple(_Rule(r["id"], r["read"], re.compile(pattern(r["form"], _SLOTS))) for r in rules)
    for trigger, rules in WORDS["rules"].items()
}
_RATES: Final = {fold(word): (f"period.{role}", role) for role in ("per_year", "per_month") for word in WORDS[role]}
_TRIGGERS: Final = Triggers([*_RULES, *_RATES])


class _Near(NamedTuple):
    name: str
    words: re.Pattern[str]
    ends: frozenset[str]
    needs: tuple[str, ...]


_NEAR: Final = tuple(
    _Near(
        each["name"],
        re.compile(rf"(?<!\w)(?:{pattern(each['words'], _SLOTS)})[ (]*\Z"),
        frozenset(map(fold, each.get("ends", ()))),
        tuple(map(fold, each.get("needs", ()))),
    )
    for each in WORDS["before"]
)
_HEADS: Final = tuple(
    (
        each["name"],
        tuple(fold(head) for head in each["heads"]),
        re.compile(
            rf"(?<!\w)(?:{'|'.join(map(fold, each['heads']))})(?: +[^\s\d.,;:()]+,?){{0,{each['words']}}}[ (]*\Z"
        ),
    )
    for each in WORDS["heads"]
)
_WITHOUT_CONTEXT: Final = frozenset(
    ("now", "event", "school_year", "since_year", "year_to_date", "rest_of_year", "occasion", "tet", "same_period")
)
"""Readers that ask for nothing of what stands before."""
_NUMBER: Final = re.compile(
    r"(?<![\w.,/])(?:(\d{1,2})|(" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + r")) *\Z"
)
_DATE_BEFORE: Final = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2\Z")
_DOCUMENT: Final = re.compile(pattern(WORDS["document"], _SLOTS) + r"\Z")
_NOT_DATE: Final = re.compile(pattern(WORDS["not_date"], _SLOTS) + r"\Z")
_NOT_NOW: Final = re.compile(pattern(WORDS["not_now"], _SLOTS) + r"\Z")
_PROGRAMME: Final = re.compile(pattern(WORDS["programme"], _SLOTS) + r"\Z")
_COUNTED: Final = frozenset(("năm", "tháng", "t/"))


@lru_cache(maxsize=4)
def scan(text: str) -> tuple[Find, ...]:
    """The words of periods in folded `text`, in order, not overlapping; of those that overlap, the first to begin."""
    found: list[Find] = []
    done = 0
    for start, trigger in _TRIGGERS.find(text):
        if start < done:
            continue
        find = _read(text, start, trigger, done)
        if find is not None:
            found.append(find)
            done = find.end
    return tuple(found)


def _read(text: str, start: int, trigger: str, done: int) -> Find | None:
    if trigger in _RATES:
        identifier, role = _RATES[trigger]
        return Find(start, start + len(trigger), identifier, role, {})
    line = text.rfind("\n", max(0, start - _PROGRAMME_MAX), start) + 1
    prefix = text[max(line, start - _BEFORE_MAX) : start]
    date = _DATE_BEFORE.search(prefix) if trigger in ("19", "20") else None
    for rule in _RULES[trigger]:
        match = rule.form.match(text, start)
        if match and (rule.read == "full_date") == (date is not None):
            break
    else:
        return None
    parts = {name.rstrip("2"): value for name, value in match.groupdict().items() if value}
    if date:
        parts |= {"d": date[1], "m": date[3]}
        prefix, start = prefix[: date.start()], start - len(date[0])
    if rule.read == "as_of_day" and _NOT_DATE.search(prefix):
        return None
    if (rule.read == "now" and _NOT_NOW.search(prefix)) or (rule.read == "event" and _DOCUMENT.search(prefix)):
        return None
    number = _NUMBER.search(prefix[-min(12, start - done) :]) if trigger in _COUNTED and start > done else None
    if number:
        start -= number.end() - number.start()
        prefix = prefix[: len(prefix) - (number.end() - number.start())]
    before, words = ("", prefix[-12:]) if rule.read in _WITHOUT_CONTEXT else _context(prefix)
    programme = rule.read == "span" and _PROGRAMME.search(text[max(line, start - _PROGRAMME_MAX) : start]) is not None
    return Find(
        start,
        match.end(),
        rule.id,
        rule.read,
        parts,
        int(number[1]) if number and number[1] else NUMBERS[number[2]] if number else None,
        before,
        words,
        text[match.end() : match.end() + 1] == ")" and (prefix.removesuffix(words) if before else prefix).endswith("("),
        programme,
    )


def _context(prefix: str) -> tuple[str, str]:
    """Name and words of what bears on the words after `prefix`; else no name and its last characters."""
    for name, heads, form in _HEADS[:1]:
        if any(head in prefix for head in heads) and (match := form.search(prefix)):
            return name, match[0]
    words = prefix.rstrip(" (")
    last = words[words.rfind(" ") + 1 :].lstrip("(")
    for near in _NEAR:
        if last in near.ends or (near.needs and any(word in prefix for word in near.needs)):
            match = near.words.search(prefix[-_NEAR_MAX:])
            if match:
                return near.name, match[0]
    for name, heads, form in _HEADS[1:]:
        if any(head in prefix for head in heads) and (match := form.search(prefix)):
            return name, match[0]
    return "", prefix[-12:]
