"""An article that comes as plain text: the same line rules, without markup to help."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from services.cleaner import limits, normalise, rules
from services.cleaner.compose import text_of
from services.cleaner.decode import mend, needs_mending
from services.cleaner.lines import Line, is_prose
from services.cleaner.model import Article, Discarded
from services.cleaner.outcomes import Reason
from services.cleaner.pagetype import is_vietnamese
from services.cleaner.repair import join_torn, without_repeats
from services.cleaner.simhash import simhash
from services.cleaner.visible_dates import is_date_line, read_date

_BREAKS: Final = re.compile(r"\r\n?|\n|\u2028|\u2029|\f")


def clean_text(
    raw: str,
    *,
    fetched_at: datetime | None = None,
    feed_title: str | None = None,
    feed_published: datetime | None = None,
) -> Article | Discarded:
    """The article of a text whose first line that is no chrome is the title.

    `published` comes from a visible date line (`Ngày đăng: 10/02/2023`, `07/12/2022` alone); one with a weekday above
    the title is the site's clock at the visit and is struck. Pure: `fetched_at` only refuses dates later than it."""
    lines = read_lines(mend(raw) if needs_mending(raw) else raw)
    size = sum(len(line.text) for line in lines)
    if size > limits.TEXT_CHARS_MAX:
        return Discarded(Reason.TOO_LARGE, f"{size} characters of text")
    kept, removed = rules.apply(lines)
    kept = without_repeats(join_torn(kept), removed)
    if not kept:
        return Discarded(Reason.EMPTY, "no line left", tuple(removed))
    if not is_vietnamese("\n".join(line.text for line in kept)):
        return Discarded(Reason.NOT_VIETNAMESE, "too few Vietnamese letters", tuple(removed))
    at = next((i for i, line in enumerate(kept) if not is_date_line(line.text)), 0)
    title, before, after = kept[at], kept[:at], kept[at + 1 :]
    if is_prose(title) and not after:
        title, after = Line(""), [title]
    head = before + after[: next((i for i, line in enumerate(after) if is_prose(line)), len(after))]
    published = next((d for line in head if (d := read_date(line.text, fetched_at))), None)
    dates = [line for line in before if line.text]
    lead_at = next((i for i, line in enumerate(after) if not is_date_line(line.text)), None)
    lead = after[lead_at].text if lead_at is not None else None
    return Article(
        title=title.text,
        lead=lead,
        text=text_of(title.text, None, [*dates, *after]),
        published=published.moment if published else feed_published,
        published_from="visible" if published else ("feed" if feed_published else None),
        author=None,
        source=None,
        method="text",
        method_confidence=1.0,
        removed=tuple(removed),
        attachments=(),
        canonical_url=None,
        simhash=simhash(text_of("", None, after)),
    )


def read_lines(raw: str) -> list[Line]:
    """Lines in normal form; `apart` where an empty line stood between."""
    out: list[Line] = []
    apart = True
    for piece in _BREAKS.split(raw):
        text = normalise.line(piece)
        if text:
            out.append(Line(text, apart=apart))
        apart = not text
    return out
