"""Bytes of a feed or page -> text. UTF-8 is tried before any header or declaration, since those are often wrong."""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import Final

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED: Final = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_LATIN: Final = {"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"}
"""What servers declare by default; browsers read it as windows-1252."""


def decode(body: bytes, content_type: str = "") -> tuple[str, list[str]]:
    """The text of `body` in NFC without control characters, and what was wrong. Never raises."""
    problems: list[str] = []
    text = _decoded(body, content_type, problems)
    cleaned = _CONTROL.sub("", text)
    if len(cleaned) != len(text):
        problems.append(f"{len(text) - len(cleaned)} control characters dropped")
    return unicodedata.normalize("NFC", cleaned.removeprefix("\ufeff")), problems


def _decoded(body: bytes, content_type: str, problems: list[str]) -> str:
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    replaced = body.decode("utf-8", "replace")
    bad = replaced.count("\ufffd")
    letters = sum(1 for char in replaced if char > "\x7f") - bad
    # A Vietnamese text in a one-byte encoding has hardly a valid UTF-8 sequence; a UTF-8 text has few broken ones.
    if letters >= bad:
        problems.append(f"{bad} invalid byte sequences in UTF-8 text")
        return replaced
    name = _declared(body, content_type)
    for encoding in dict.fromkeys((name, *(() if name == "windows-1252" else ("windows-1258", "windows-1252")))):
        try:
            text = body.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        problems.append(f"not UTF-8: read as {encoding}")
        return text
    problems.append(f"{bad} invalid byte sequences, of no known encoding")
    return replaced


def _declared(body: bytes, content_type: str) -> str:
    """The encoding that the header or the first 2 KB name, UTF-8 apart (it has been tried): else windows-1258, the
    Vietnamese one."""
    for match in (*_DECLARED.finditer(content_type.encode("latin-1", "replace")), *_DECLARED.finditer(body[:2048])):
        name = match[1].decode("ascii", "replace").lower()
        try:
            codec = codecs.lookup(name)
        except LookupError:
            continue
        if codec.name in ("iso8859-1", "ascii") or name in _LATIN:
            return "windows-1258" if b"\xfe" in body or b"\xf0" in body else "windows-1252"
        if not codec.name.startswith("utf-8"):
            return name
    return "windows-1258"
