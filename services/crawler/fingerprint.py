"""A hash of what a page says, blind to clocks and counters: they alone make no new page."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from services.crawler.unseen import without, without_tags

CLOCK_CHARACTERS_MAX: Final = 100
"""A longer line is a sentence, whatever words are in it."""

_TIME: Final = re.compile(r"\b\d{1,2}:\d{2}\b")
_WORDS: Final = (
    "lượt xem", "lượt truy cập", "lượt đọc", "luot truy cap", "đã xem", "online", "trực tuyến", "truy cập", "hôm nay",
    "hôm qua", "tuần này", "tháng này", "visitors", "hits", "°c", "nhiệt độ",
)  # fmt: skip
"""Words of short lines whose numbers change by themselves. Found by plain search: one regular expression of all takes
ten times as long, and every page that is fetched comes through here."""


def fingerprint(body: bytes) -> str:
    """SHA-256 of the words and numbers of a page, without markup, scripts and short lines of clocks and counters."""
    seen = without(body.decode("utf-8", "replace"), ("script", "style", "noscript"), "\n")
    lines = map(str.strip, without_tags(seen, "\n").split("\n"))
    text = "\n".join(line for line in lines if line)
    lowered = text.lower()
    if len(lowered) != len(text):  # a letter that has two small ones, `İ`: then places don't fit, and nothing is cut
        return _hash(text)
    return _hash(_without(text, _short_lines(text, _places(lowered))))


def _places(lowered: str) -> set[int]:
    """Where a time of day or one of the words begins."""
    found = set()
    for word in _WORDS:
        found |= _all(lowered, word)
    times = (_TIME.search(lowered, max(0, at - 2), at + 4) for at in _all(lowered, ":"))
    return found | {match.start() for match in times if match}


def _all(text: str, word: str) -> set[int]:
    found, at = set(), text.find(word)
    while at >= 0:
        found.add(at)
        at = text.find(word, at + len(word))
    return found


def _short_lines(text: str, places: set[int]) -> list[tuple[int, int]]:
    """Start and end of the lines that hold one of `places` and are short, in order."""
    spans = set()
    for place in places:
        # No further than a short line reaches: all of a long one, looked at from each of its places, takes for ever.
        before = text.rfind("\n", max(0, place - CLOCK_CHARACTERS_MAX - 1), place)
        start = before + 1 if before >= 0 or place <= CLOCK_CHARACTERS_MAX else place - CLOCK_CHARACTERS_MAX - 1
        end = text.find("\n", place, start + CLOCK_CHARACTERS_MAX + 1)
        end = min(len(text), start + CLOCK_CHARACTERS_MAX + 1) if end < 0 else end
        if end - start <= CLOCK_CHARACTERS_MAX:
            spans.add((start, end))
    return sorted(spans)


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    kept, at = [], 0
    for start, end in spans:
        kept.append(text[at:start])
        at = end
    return "".join((*kept, text[at:]))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
