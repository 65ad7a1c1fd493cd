"""Cases of the dimensions: texts with marks `[words => answer]`, as in services/extractor/*/cases.yaml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

_MARK = re.compile(r"\[([^\[\]]*?) => ([^\[\]]*?)\]")


@dataclass(frozen=True)
class Case:
    """One example of a rule. `marks`: start, end and answer of each mark, in the text without them."""

    rule: str
    kind: str
    text: str
    marks: tuple[tuple[int, int, str], ...]
    published: date | None
    area: str | None

    def __str__(self) -> str:
        return f"{self.kind} {self.rule}: {self.text[:60]}"


def cases(path: Path, kind: str) -> list[Case]:
    """The cases of `kind` (match, reject or todo) that the file holds."""
    return [
        Case(entry["id"], kind, *_unmark(text), entry.get("published"), entry.get("area"))
        for entry in entries(path)
        for text in entry.get(kind, ())
    ]


def entries(path: Path) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def _unmark(text: str) -> tuple[str, tuple[tuple[int, int, str], ...]]:
    plain, marks, done = "", [], 0
    for match in _MARK.finditer(text):
        plain += text[done : match.start()]
        marks.append((len(plain), len(plain) + len(match[1]), match[2]))
        plain += match[1]
        done = match.end()
    return plain + text[done:], tuple(marks)
