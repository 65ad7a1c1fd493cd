"""Paragraphs and sentences of a reading text."""

from __future__ import annotations

import re
from typing import Final

from services.extractor.reading.model import Sentence, SentenceKind

# A full stop, question or exclamation mark or ellipsis ends a sentence before a blank and a capital, digit or opening
# mark; a semicolon always does. Dots inside numbers have no blank after them; abbreviations are looked up.
_BOUNDARY: Final = re.compile(r"""(?:[.!?…]+["”’»)]*|;)(?=\s)""")
_ABBREVIATIONS: Final = frozenset(
    (
        "tp",
        "tx",
        "tt",
        "ths",
        "ts",
        "pgs",
        "gs",
        "gđ",
        "pgđ",
        "bs",
        "ks",
        "cn",
        "q",
        "p",
        "h",
        "x",
        "đ/c",
        "st",
        "ubnd",
        "vv",
        "ng",
        "tr",
    )
)
_MARK: Final = re.compile(
    r"(?:[-–—+*•●▪■◆○➢✓]|\(?(?:[0-9]{1,2}(?:\.[0-9]{1,2})*|[a-zđ]|[ivx]{1,5})[.)/])(?=\s|[^\W\d])", re.IGNORECASE
)
HEADING_CHARACTERS_MAX: Final = 150
"""Longest line without a full stop that counts as a heading: headlines of the genre have up to 120 characters."""


def split(text: str) -> tuple[Sentence, ...]:
    """Sentences of `text`, in order, with kind and paragraph index. Linear; never raises."""
    sentences: list[Sentence] = []
    start = 0
    paragraph = 0
    for line in text.split("\n"):
        if line.strip():
            _line(text, start, start + len(line), paragraph, sentences)
            paragraph += 1
        start += len(line) + 1
    return tuple(sentences)


def _line(text: str, start: int, end: int, paragraph: int, sentences: list[Sentence]) -> None:
    cuts = [match for match in _BOUNDARY.finditer(text, start, end) if not _inside(text, match, start)]
    kind = _kind(text, start, end, bool(cuts))
    at = start
    for cut in cuts:
        semicolon = cut[0] == ";"
        _add(text, at, cut.end(), "item" if semicolon and kind == "paragraph" else kind, paragraph, sentences)
        at = cut.end()
    after_semicolon = bool(cuts) and cuts[-1][0] == ";"
    _add(text, at, end, "item" if after_semicolon and kind == "paragraph" else kind, paragraph, sentences)


def _add(text: str, start: int, end: int, kind: SentenceKind, paragraph: int, sentences: list[Sentence]) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        first = start + len(piece) - len(piece.lstrip())
        sentences.append(Sentence(first, first + len(stripped), kind, paragraph))


def _kind(text: str, start: int, end: int, cut: bool) -> SentenceKind:
    line = text[start:end].strip()
    if "\t" in line or " | " in line:
        return "table"
    if _MARK.match(line):
        return "item"
    if not cut and len(line) <= HEADING_CHARACTERS_MAX and line[-1] not in '.!?…;,"”':
        return "heading"
    return "paragraph"


def _inside(text: str, match: re.Match[str], start: int) -> bool:
    """A dot after an abbreviation or an initial, or before a small letter, ends no sentence."""
    if match[0] == ";":
        return False
    follow = text[match.end() : match.end() + 40].lstrip()[:1]
    if not follow or follow.islower():
        return bool(follow)
    if match[0] != ".":
        return False
    word_start = max(text.rfind(" ", start, match.start()), text.rfind("\n", 0, match.start())) + 1
    word = text[max(word_start, start) : match.start()].lower()
    return word in _ABBREVIATIONS or (len(word) <= 2 and _MARK.fullmatch(word + ".") is not None)
