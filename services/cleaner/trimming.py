"""Lines that go by where they stand or what they link: what is above the title, coded runs, others' headlines."""

from __future__ import annotations

import re
from typing import Final

from services.cleaner import listing, titles, ways
from services.cleaner.lines import Kind, Line, is_prose
from services.cleaner.model import Removed
from services.cleaner.visible_dates import is_clock, is_date_line

_OFFICIAL: Final = re.compile(
    r"(?:quyết định|nghị quyết|nghị định|kế hoạch|công văn|thông tư|chỉ thị|báo cáo|tờ trình|luật|phụ lục|biểu)\b", re.I
)
"""A linked document's name is what the article says, not another article's headline."""
_CODED_CHARS: Final = 200
"""No word of any language is as long: a run that a script would decode, or an inlined file (portals.md D13)."""


def after_title(lines: list[Line], title: str, removed: list[Removed]) -> list[Line]:
    """Without what stands above the title (breadcrumbs, section, toolbar), but with the date if it stands there."""
    at = next((i for i, line in enumerate(lines[:40]) if titles.is_heading_line(line.text, title)), None)
    if not titles.key(title):
        at = None
    if at is None:
        return lines
    above = [line for line in lines[:at] if is_date_line(line.text) and not is_clock(line.text)]
    removed += [Removed("above-title", line.text) for line in lines[:at] if line not in above]
    return above + lines[at + 1 :]


def without_coded(lines: list[Line], removed: list[Removed]) -> list[Line]:
    kept = []
    for line in lines:
        if len(line.text) > _CODED_CHARS and max(map(len, line.text.split())) > _CODED_CHARS:
            removed.append(Removed("coded-run", line.text[:_CODED_CHARS]))
        else:
            kept.append(line)
    return kept


def without_link_lines(lines: list[Line], removed: list[Removed]) -> list[Line]:
    """Take out headlines of other articles between and after the paragraphs: lines that are one link and no sentence.

    Not where links are most of the text, for then they are the content and the page is judged as a listing."""
    linked = [
        line for line in lines if (line.links >= 0.9 or listing.is_dated_link(line)) and line.kind is not Kind.ROW
    ]
    prose = ways.prose_chars(lines)
    if not linked or prose < max(200, sum(len(line.text) for line in linked) / 2):
        return lines
    kept = []
    for line in lines:
        if line in linked and 20 <= len(line.text) <= 220 and not _names_document(line):
            removed.append(Removed("link-line", line.text))
        else:
            kept.append(line)
    return kept


def _names_document(line: Line) -> bool:
    """A document that the article links; one with a date behind it is an entry of a list."""
    return bool(_OFFICIAL.match(line.text)) and not listing.is_dated_link(line)


def without_byline(lines: list[Line], author: str, removed: list[Removed]) -> list[Line]:
    """Without the line above the text that says who wrote it, where the page's head names the same."""
    first = next((i for i, line in enumerate(lines) if is_prose(line)), 0)
    name = author.casefold()
    signed = [line for line in lines[:first] if name and line.text.casefold() == name]
    removed += [Removed("byline", line.text) for line in signed]
    return [line for line in lines if line not in signed] if signed else lines
