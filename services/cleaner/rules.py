"""Line rules: strikes what is no part of an article wherever it stands. The rules are data, rules/lines.yaml.

Every strike is returned with its rule's name, for `solieu clean --explain` and the drift metric.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from services.cleaner.lines import Kind, Line, is_prose
from services.cleaner.model import Removed

_DATA: Final = Path(__file__).with_name("rules") / "lines.yaml"
_SEPARATOR: Final = r"[\s\-–—|,.:;*()/\[\]•·»>«<+]+"
_TRIM: Final = r"[\s\-–—|,.:;*/\[\]•·»>«<+]*"
_ARTICLE_CHARS: Final = 200
"""Running text before a comments' heading that makes it the end: above the article it is a link to them."""
_BOX_DEPTH: Final = 2
"""So much further out than a headline stands no teaser of it, but what follows the box."""
_CHARS_DEFAULT: Final = 60
"""`tin cùng chuyên mục` and `chia sẻ` are ordinary words too, so only whole short lines are struck."""


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    scope: Literal["line", "part", "related", "end"]
    where: Literal["any", "head", "tail"]
    chars: int
    rows: bool
    regex: re.Pattern[str]
    strikes: tuple[str, ...]
    spares: tuple[str, ...]

    def hits(self, text: str) -> bool:
        if len(text) > self.chars:
            return False
        return bool(self.regex.search(text) if self.scope == "part" else self.regex.fullmatch(text))


@lru_cache(maxsize=1)
def load() -> tuple[Rule, ...]:
    """The rules in their order. Raises KeyError or re.error on a malformed file."""
    with _DATA.open(encoding="utf-8") as file:
        return tuple(_rule(entry) for entry in yaml.load(file, Loader=yaml.CSafeLoader))


def _rule(entry: dict[str, Any]) -> Rule:
    if "terms" in entry:
        term = "(?:" + "|".join(f"(?:{term})" for term in entry["terms"]) + ")"
        source = f"{_TRIM}{term}(?:{_SEPARATOR}{term})*{_TRIM}"
    else:
        source = entry["pattern"]
    return Rule(
        name=entry["name"],
        scope=entry.get("scope", "line"),
        where=entry.get("where", "any"),
        chars=entry.get("chars", _CHARS_DEFAULT),
        rows=bool(entry.get("rows")),
        regex=re.compile(source, re.IGNORECASE),
        strikes=tuple(entry["strikes"]),
        spares=tuple(entry["spares"]),
    )


def apply(lines: Sequence[Line]) -> tuple[list[Line], list[Removed]]:
    """What stays, and what went. Rows of data tables are never judged by their words."""
    removed: list[Removed] = []
    lines = [_without_parts(line, removed) for line in lines]
    lines = _without_related(_until_end(lines, removed), removed)
    prose = [i for i, line in enumerate(lines) if is_prose(line)]
    while prose and struck_by(lines[prose[-1]], tail=True):  # a notice as long as a paragraph ends no article
        prose.pop()
    first, last = (prose[0], prose[-1]) if prose else (len(lines), -1)
    kept: list[Line] = []
    gap = False
    for i, line in enumerate(lines):
        rule = struck_by(line, head=i < first, tail=i > last)
        if rule:
            removed.append(Removed(rule, line.text))
        else:
            kept.append(replace(line, apart=True) if gap else line)
        gap = rule is not None
    return kept, removed


@lru_cache(maxsize=1)
def _by_scope() -> tuple[tuple[Rule, ...], tuple[Rule, ...], tuple[Rule, ...], tuple[Rule, ...]]:
    line, part, related, end = (
        tuple(r for r in load() if r.scope == scope) for scope in ("line", "part", "related", "end")
    )
    return line, part, related, end


@lru_cache(maxsize=1)
def _longest() -> int:
    return max(rule.chars for rule in _by_scope()[0])


@lru_cache(maxsize=1)
def _any_line() -> re.Pattern[str]:
    """All line rules at once: nearly every line matches none, and one search in C tells."""
    return re.compile("|".join(f"(?:{rule.regex.pattern})" for rule in _by_scope()[0]), re.IGNORECASE)


def struck_by(line: Line, *, head: bool = False, tail: bool = False) -> str | None:
    """Name of the rule that strikes the line at such a place, if any."""
    if len(line.text) > _longest() or not _any_line().fullmatch(line.text):
        return None
    for rule in _by_scope()[0]:
        place = rule.where == "any" or (rule.where == "head" and head) or (rule.where == "tail" and tail)
        if place and (rule.rows or line.kind is not Kind.ROW) and rule.hits(line.text):
            return rule.name
    return None


def _without_parts(line: Line, removed: list[Removed]) -> Line:
    for rule in _by_scope()[1]:
        if line.kind is not Kind.ROW and len(line.text) <= rule.chars and (match := rule.regex.search(line.text)):
            left = (line.text[: match.start()] + " " + line.text[match.end() :]).strip()
            if left:  # a line that is nothing else is struck as a line, with its own rule
                removed.append(Removed(rule.name, match[0].strip()))
                line = replace(line, text=left)
    return line


def _until_end(lines: list[Line], removed: list[Removed]) -> list[Line]:
    """The lines before the first that ends an article: what readers write under it is theirs."""
    before = 0
    for i, line in enumerate(lines):
        if before >= _ARTICLE_CHARS and line.kind is not Kind.ROW and any(r.hits(line.text) for r in _by_scope()[3]):
            removed.extend(Removed("comments", x.text) for x in lines[i:])
            return lines[:i]
        before += len(line.text) if _is_body(line) else 0
    return lines


def is_related_heading(text: str) -> bool:
    return any(rule.hits(text) for rule in _by_scope()[2])


def _without_related(lines: list[Line], removed: list[Removed]) -> list[Line]:
    """Take out each heading of related news with the headlines and teasers under it.

    The block ends at running text that no headline introduces, or that follows the end of their list. Where no link
    tells headlines from text and the rest is less than a third of what came before, it is taken for theirs too: related
    news close an article."""
    kept: list[Line] = []
    i = 0
    while i < len(lines):
        if lines[i].kind is not Kind.ROW and is_related_heading(lines[i].text):
            end = _block_end(lines, i + 1, before=sum(len(x.text) for x in kept if is_prose(x)))
            removed.extend(Removed("related", x.text) for x in lines[i:end])
            i = end
        else:
            kept.append(lines[i])
            i += 1
    return kept


def _block_end(lines: list[Line], start: int, before: int) -> int:
    rest = [line for line in lines[start:] if _is_body(line)]
    linked = any(line.links >= 0.5 for line in lines[start : start + 3])
    if not linked and sum(len(line.text) for line in rest) * 3 < before:
        return len(lines)
    teased = False
    for i in range(start, len(lines)):
        headline = lines[i - 1] if i > start and lines[i - 1].links >= 0.5 else None
        list_ended = headline is not None and (
            (headline.kind is Kind.ITEM and lines[i].kind is not Kind.ITEM)
            or headline.depth - lines[i].depth >= _BOX_DEPTH
        )
        sentence = _is_body(lines[i]) or (list_ended and lines[i].links < 0.5 and lines[i].text[-1] in ".!?")
        if not sentence:
            continue
        if lines[i].kind is Kind.ROW or headline is None or list_ended or not (teased or _may_tease(lines, i, start)):
            return i
        teased = True
    return len(lines)


def _may_tease(lines: list[Line], i: int, start: int) -> bool:
    """A paragraph behind a headline is its teaser; not behind the second of two without one, nor before more text."""
    bare = i - 2 >= start and lines[i - 2].links >= 0.5
    return not bare and not (i + 1 < len(lines) and _is_body(lines[i + 1]))


def _is_body(line: Line) -> bool:
    return is_prose(line) or line.kind is Kind.ROW
