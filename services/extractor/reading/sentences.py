"""Paragraphs and sentences of a reading text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from services.extractor.reading.model import Sentence, SentenceKind

_UPPER: Final = "A-Z" + "".join(letter for letter in map(chr, range(0xC0, 0x1F00)) if letter.isupper())
_LOST_BLANK: Final = rf"(?<=[^\W\d_{_UPPER}]{{2}}\.)(?=[{_UPPER}][^\W\d_{_UPPER}])(?!(?:Vn|Com|Net|Org|Gov|Edu)\b)"
_END: Final = re.compile(rf"""[.!?…;](?:["”’»)]*(?=\s)|{_LOST_BLANK})""")
"""A full stop, question or exclamation mark or ellipsis ends a sentence before a blank and what may begin one; a
semicolon ends an item, outside brackets. Dots inside numbers have no blank after them; abbreviations are looked up. A
dot between a word and a capitalised one ends a sentence whose blank was lost (`giảm 11 hộ.Đến nay`)."""
# `3,5%; 2,8% và 2,6%`: a semicolon between bare numbers of one list ends nothing.
_NUMBER_BEFORE: Final = re.compile(r"[0-9]\s?%?$")
_NUMBER_AFTER: Final = re.compile(r"\s+[0-9]+(?:[.,][0-9]+)*\s?%?(?=\s*(?:;|và\b|[.]))")
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
        "đ/c",
        "st",
        "ubnd",
        "ng",
        "tr",
        "tp.hcm",
        "mr",
        "mrs",
        "dr",
        "no",
    )
)
_MARK: Final = re.compile(
    r"(?:[-–—+*•●▪■◆○➢✓►▶]|\(?(?:[0-9]{1,2}(?:\.[0-9]{1,2})*|[a-zđ]|[ivx]{1,5})[.)/])(?=\s|[^\W\d])", re.IGNORECASE
)
_CHAPTER: Final = re.compile(r"[IVX]{1,5}[.)/] |(?:[0-9]{1,2}|[A-Z])[.)/] [^a-zà-ỹ]+$")
"""A mark that begins a chapter and not an item: a Roman numeral, or any mark before a line in capitals."""
SENTENCE_CHARACTERS_MAX: Final = 2000
"""Longest sentence; the gold articles' longest has 527. Whoever reads a sentence may then look at each pair of its
words."""
ABBREVIATION_MAX: Final = 8
"""Characters before a dot that are looked at: `tp.hcm` has six."""
HEADING_CHARACTERS_MAX: Final = 150
"""Longest line without a full stop that counts as a heading: headlines of the genre have up to 120 characters."""


def split(text: str) -> tuple[Sentence, ...]:
    """Sentences of `text`, in order, with kind and paragraph index. Linear; never raises."""
    sentences: list[Sentence] = []
    start = paragraph = 0
    for line in text.split("\n"):
        if line and not line.isspace():
            _line(line, start, paragraph, sentences)
            paragraph += 1
        start += len(line) + 1
    return tuple(sentences)


def _line(line: str, offset: int, paragraph: int, sentences: list[Sentence]) -> None:
    stripped = line.strip()
    indent = line.index(stripped[0])
    mark = _MARK.match(stripped)
    cuts = list(_cuts(line, indent + (mark.end() if mark else 0)))
    kind = _kind(stripped, bool(mark), bool(cuts))
    semicolon = False
    start = 0
    for cut in _shortened(line, [*cuts, len(line)]):
        piece = line[start:cut]
        stripped = piece.strip()
        if stripped:
            first = offset + start + piece.index(stripped[0])
            semicolon, before = stripped[-1] == ";", semicolon
            listed = kind == "paragraph" and (semicolon or before)
            sentences.append(Sentence(first, first + len(stripped), "item" if listed else kind, paragraph))
        start = cut


def _kind(line: str, mark: bool, cut: bool) -> SentenceKind:
    if "\t" in line or " | " in line:
        return "table"
    if mark and not (_CHAPTER.match(line) and not cut and len(line) <= HEADING_CHARACTERS_MAX):
        return "item"
    if not cut and len(line) <= HEADING_CHARACTERS_MAX and line[-1] not in '.!?…;,"”':
        return "heading"
    return "paragraph"


def _cuts(line: str, begin: int) -> Iterator[int]:
    """Where the sentences of `line` end, after its list mark at `begin`."""
    open_brackets = 0
    counted = begin
    for match in _END.finditer(line, begin):
        end = match.end()
        if line[match.start()] == ";":
            open_brackets += line.count("(", counted, end) - line.count(")", counted, end)
            counted = end
            if open_brackets <= 0:
                open_brackets = 0
                if not _between_numbers(line, match.start(), end):
                    yield end
        elif _ends_sentence(line, match.start(), end):
            open_brackets, counted = 0, end
            yield end


def _shortened(line: str, cuts: Sequence[int]) -> Iterator[int]:
    """`cuts`, with more where a sentence would be longer than the longest, at a blank if it has one."""
    start = 0
    for cut in cuts:
        while cut - start > SENTENCE_CHARACTERS_MAX:
            blank = line.rfind(" ", start + 1, start + SENTENCE_CHARACTERS_MAX)
            start = blank if blank > 0 else start + SENTENCE_CHARACTERS_MAX
            yield start
        start = cut
        yield cut


def _between_numbers(line: str, at: int, end: int) -> bool:
    before = _NUMBER_BEFORE.search(line, max(0, at - 4), at)
    return before is not None and _NUMBER_AFTER.match(line, end) is not None


def _ends_sentence(line: str, at: int, end: int) -> bool:
    """A dot after an abbreviation or an initial, or before a small letter, ends no sentence."""
    follow = line[end : end + 40].lstrip()[:1]
    if not follow or follow.islower():
        return not follow
    if follow.isdigit() and (line[at] == "…" or line[max(0, at - 2) : at] == ".."):
        return False  # `Hàn Quốc, Nhật Bản... 250 người`
    if line[at] != ".":
        return True
    word = line[max(0, at - ABBREVIATION_MAX) : at].rpartition(" ")[2].lower()
    return word not in _ABBREVIATIONS and not (len(word) == 1 and word.isalpha())
