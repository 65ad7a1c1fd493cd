"""The periods that a text names, worked out as far as the publication date and the words before allow."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from services.extractor.cues import is_heading
from services.extractor.model import PeriodMention
from services.extractor.periods import calendar
from services.extractor.periods.article import frame
from services.extractor.periods.readers import READERS
from services.extractor.periods.scan import Find, scan
from services.extractor.periods.state import Answer, State
from services.extractor.periods.years import year
from services.extractor.reading import Reading
from shared.vietnam.text import fold

_YEAR: Final = re.compile(r"\d{4}")
_TERM_CHARACTERS: Final = 90
_TERM: Final = re.compile(fold(r"\b(?:qua|sau|trong) (?:gần |hơn )?[0-9]{1,2} năm\b[^.;:()]*\($"))
"""`Qua 7 năm thực hiện Đề án (2010 - 2016), tỉnh đã …`: the bracket tells the years of the whole sentence."""
_DOUBTFUL_YEARS: Final = 3
"""A year alone that lies further back than this may be a misprint (`Năm 2002` for 2022)."""


def read_periods(reading: Reading, published: date | None) -> list[PeriodMention]:
    """Words of `reading` that name a period, in order, not overlapping. Never raises; linear in the text's length.

    Roles besides those of PeriodMention: `name` (years in a programme's name: no period of figures) and `per_month`.
    `per_year` and `per_month` have no period of their own: it is empty, as is that of a base that cannot be told.
    Rules: `period.bracket` where the words stand alone in brackets and so belong to what is before them;
    `period.planned` where a plan or task for that period is spoken of; `period.doubtful` for a year that may be
    misprinted."""
    finds = scan(reading.folded)
    if not finds:
        return []
    around = frame(reading, published)
    state = State(around, around.year)
    mentions: list[PeriodMention] = []
    paragraph = -1
    for find in finds:
        index = max(0, reading.sentence_at(find.start))
        sentence = reading.sentences[index]
        if sentence.paragraph != paragraph:
            paragraph = sentence.paragraph
            state.year = state.section_year or around.year
            state.explicit, state.period = False, ""
        if find.read == "years":
            mentions += _listed(reading.folded, find, state)
        elif find.read in READERS:
            answer = READERS[find.read](find, state)
            if answer and _of_term(find, reading.folded):
                find, answer = find._replace(bracket=False), (answer[0], "span")
            # Without any year to lean on, words that need one say nothing.
            if answer is not None and (around.period or "y" in find.parts):
                mentions.append(PeriodMention(find.start, find.end, *answer, _rules(find, answer, state)))
                _remember(answer, find, state, reading, index)
        else:
            mentions.append(PeriodMention(find.start, find.end, "", find.read, (find.id,)))
    return mentions


def _of_term(find: Find, text: str) -> bool:
    opened = find.read == "span" and text[find.start - 1 : find.start] == "("
    return opened and _TERM.search(text, max(0, find.start - _TERM_CHARACTERS), find.start) is not None


def _listed(text: str, find: Find, state: State) -> list[PeriodMention]:
    """`các năm 2015, 2019 và 2020`: a mention each; with their number before (`2 năm 2019 và 2020`) one span."""
    places = list(_YEAR.finditer(text, find.start, find.end))
    if find.number == len(places):
        return [PeriodMention(find.start, find.end, f"{places[0][0]}/{places[-1][0]}", "span", (find.id,))]
    mentions = []
    for place in places:
        each = Find(place.start(), place.end(), find.id, "year", {"y": place[0]}, None, find.before, find.before_words)
        answer = year(each, state)
        if answer:
            mentions.append(PeriodMention(each.start, each.end, *answer, (find.id,)))
    return mentions


def _rules(find: Find, answer: Answer, state: State) -> tuple[str, ...]:
    rules = [find.id]
    if find.bracket:
        rules.append("period.bracket")
    if find.before == "plan":
        rules.append("period.planned")
    if find.read == "year" and answer and answer[1] == "period" and not find.before_words.strip():
        near = int(answer[0][:4])
        if near < state.published.year - _DOUBTFUL_YEARS and _one_digit_off(near, state.frame.year):
            rules.append("period.doubtful")
    return tuple(rules)


def _one_digit_off(one: int, other: int) -> bool:
    return sum(a != b for a, b in zip(str(one), str(other), strict=False)) == 1


def _remember(answer: tuple[str, str], find: Find, state: State, reading: Reading, index: int) -> None:
    """What later words may lean on. A plan's or a far-off year is only that in a heading, where it opens a section."""
    period, role = answer
    if role not in ("period", "as_of") or not period or "/" in period[:5]:
        return
    end = calendar.end(period)
    # The headline heads no section.
    heading = "y" in find.parts and reading.sentences[index].paragraph > 0 and is_heading(reading, index)
    if end is None or (find.before in ("plan", "until") and not heading):
        return
    state.period = period
    if find.read != "now":
        named = end.year + (find.before == "start")
        state.year, state.explicit = named, True
        if heading:
            state.section_year = named
