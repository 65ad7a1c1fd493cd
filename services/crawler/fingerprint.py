"""A hash of what a page says, blind to clocks and counters: they alone make no new page."""

from __future__ import annotations

import hashlib
import re
from typing import Final

CLOCK_CHARACTERS_MAX: Final = 100
"""A longer line is a sentence, whatever words are in it."""

_UNSEEN: Final = re.compile(r"<!--.*?-->|<(script|style|noscript)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_TAG: Final = re.compile(r"<[^>]*>")
_BLANK: Final = re.compile(r"\s*\n\s*")
_TIME: Final = re.compile(r"\b\d{1,2}:\d{2}\b")
_WORDS: Final = (
    "lượt xem", "lượt truy cập", "lượt đọc", "luot truy cap", "đã xem", "online", "trực tuyến", "truy cập", "hôm nay",
    "hôm qua", "tuần này", "tháng này", "visitors", "hits", "°c", "nhiệt độ",
)  # fmt: skip
"""Words of short lines whose numbers change by themselves. Found by plain search: one regular expression of all takes
ten times as long, and every page that is fetched comes through here."""


def fingerprint(body: bytes) -> str:
    """SHA-256 of the words and numbers of a page, without markup, scripts and short lines of clocks and counters."""
    text = _TAG.sub("\n", _UNSEEN.sub("\n", body.decode("utf-8", "replace")))
    text = _BLANK.sub("\n", text).strip()
    lowered = text.lower()
    if len(lowered) != len(text):  # a letter that has two small ones, `İ`: then places don't fit, and nothing is cut
        return _hash(text)
    return _hash(_without(text, _short_lines(text, _places(lowered))))


def _places(lowered: str) -> set[int]:
    found = {match.start() for match in _TIME.finditer(lowered)} if ":" in lowered else set()
    for word in _WORDS:
        at = lowered.find(word)
        while at >= 0:
            found.add(at)
            at = lowered.find(word, at + len(word))
    return found


def _short_lines(text: str, places: set[int]) -> list[tuple[int, int]]:
    """Start and end of the lines that hold one of `places` and are short, in order."""
    spans = set()
    for place in places:
        start = text.rfind("\n", 0, place) + 1
        end = text.find("\n", place)
        end = len(text) if end < 0 else end
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
