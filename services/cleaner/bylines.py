"""Who wrote an article and where it was taken from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from services.cleaner.lines import Kind, Line
from services.cleaner.meta import Meta
from services.cleaner.normalise import line as one_line

_AUTHOR_LABEL: Final = re.compile(
    r"^(?:tác giả(?: bài viết)?|người viết|bài(?:,? ảnh| và ảnh)?|tin(?:,? bài|,? ảnh|, bài, ảnh| và ảnh)?|thực hiện|"
    r"biên tập|ảnh)\s*[:：]\s*(.{2,80})$",
    re.IGNORECASE,
)
_SOURCE_LABEL: Final = re.compile(
    r"^\(?(?:nguồn(?: tin| bài viết)?|theo|dẫn nguồn|trích nguồn)\s*[:：]?\s*(.{2,80}?)\)?$", re.IGNORECASE
)
_SOURCE_TIGHT: Final = re.compile(
    r"^\(?(?:nguồn(?: tin| bài viết)?\s*[:：]\s*|theo\s+(?=[A-ZĐ]))(.{2,80}?)\)?$", re.IGNORECASE
)
_NAME_WORD: Final = r"[A-ZĐÀ-Ỹ][\w.]*"
_NAME: Final = re.compile(rf"{_NAME_WORD}(?:[ .]{_NAME_WORD}){{0,4}}")
_SPLIT: Final = re.compile(r"\s*(?:,|-|–|/|&| và )\s*")
_SITE: Final = re.compile(
    r"\.(?:vn|com|net|org)\b|^(?:admin|administrator|quản trị|ban biên tập|bbt)\b|https?:", re.IGNORECASE
)
_TAIL_LINES: Final = 5


def author_of(marked: Iterable[str], lines: Sequence[Line], meta: Meta) -> str | None:
    """From the marked element, else the line that signs the article, else the head; never the site's own name."""
    for text in marked:
        name = _unlabelled(one_line(text))
        if 2 <= len(name) <= 100 and not _SITE.search(name) and not name[0].isdigit():
            return name
    for line in reversed(lines[-_TAIL_LINES:]):
        match = _AUTHOR_LABEL.match(line.text)
        if match:
            return match[1].strip(" .")
        if line.kind is not Kind.ROW and _is_signature(line.text):
            return line.text.strip(" ./()")
    name = meta.author()
    return name if 2 <= len(name) <= 100 and not _SITE.search(name) and name != meta.site_name else None


def _unlabelled(text: str) -> str:
    match = _AUTHOR_LABEL.match(text)
    return (match[1] if match else text).strip(" .:-")


def _is_signature(text: str) -> bool:
    """A line of names: `Trần Cường, Hải Yến`, `PHA LÊ`, `Bích Huệ - Minh Đức`."""
    text = text.strip(" ./()")
    return len(text) <= 60 and all(_NAME.fullmatch(part) for part in _SPLIT.split(text)) and not text.endswith(":")


def source_of(marked: Iterable[str], lines: Sequence[Line]) -> str | None:
    for text in marked:
        match = _SOURCE_LABEL.match(one_line(text))
        name = match[1] if match else one_line(text)
        if 2 <= len(name) <= 100:
            return name
    for line in reversed(lines[-_TAIL_LINES:]):
        match = _SOURCE_TIGHT.match(line.text)
        if match and len(line.text) <= 80:
            return match[1].strip(" .")
    return None
