"""What is known around a place name, and what the words before it make of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from services.extractor.areas.gazetteer import WORDS
from services.extractor.cues import pattern
from services.extractor.model import AreaMention
from services.extractor.reading import Reading
from shared.vietnam.text import fold

_BEFORE_MAX: Final = 90
_WORD: Final = re.compile(r"[^\W\d_][^\s]*")
_PREVIOUS: Final = re.compile(r"([^\W\d_]+) \Z")
_UNIT_WORD: Final = re.compile(r"(?<!\w)(?:tỉnh|tp\.?|thành phố) *\Z")
_INSTITUTIONS: Final = frozenset(fold(word) for word in WORDS["institution_ends"])


def before_words(words: str) -> re.Pattern[str]:
    """Finds `words` at the end of what stands before a name."""
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
        before_words(rule["words"]),
        rule["within"],
        frozenset(map(fold, rule.get("ends", ()))),
        fold(rule.get("needs", "")),
    )
    for rule in WORDS["before"]
]


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
        if not all(word[0].isupper() for word in _WORD.findall(text[start:end])):
            return False
        left = text[max(0, start - 20) : start]
        previous = _PREVIOUS.search(left)
        if previous is None or not previous[1][0].isupper() or previous[1].isupper():
            return True
        if fold(previous[1]) in _INSTITUTIONS:
            return True
        # The first word of a sentence is capitalised whatever it is.
        index = max(0, self.reading.sentence_at(start))
        return self.reading.sentences[index].start >= start - len(previous[0])


def fills_line(context: Context, start: int, end: int) -> bool:
    """A name that is all of its line is an author's, a tag or a menu item; not where a figure follows on the next line,
    as in a table that lost its form."""
    text = context.reading.text
    alone = text[max(0, start - 1) : start] in ("", "\n") and text[end : end + 1] in ("", "\n")
    return alone and not text[end : end + 4].strip()[:1].isdigit()


def role_of(before: str) -> str | None:
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
