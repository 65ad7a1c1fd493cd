"""The words that set the status of figures, with their reach."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Final

from services.extractor.cues import HEADING_CHARACTERS_MAX, Triggers, is_heading, load, pattern
from services.extractor.model import StatusCue
from services.extractor.reading import Reading
from services.extractor.statuses.openings import opening_periods
from shared.vietnam.text import fold

_WORDS: Final = load(Path(__file__).with_name("words.yaml"))
_BEFORE_MAX: Final = 60


@dataclass(frozen=True, slots=True)
class _Rule:
    order: int
    id: str
    status: str
    scope: str
    form: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    opens: bool


def _rules() -> dict[str, list[_Rule]]:
    found: dict[str, list[_Rule]] = {}
    for order, rule in enumerate(_WORDS["rules"]):
        form = re.compile(pattern(rule["form"], {})) if "form" in rule else None
        unless = re.compile(rf"(?<![^\W\d])(?:{pattern(rule['unless'], {})})\Z") if "unless" in rule else None
        for word in rule["at"]:
            made = _Rule(order, rule["id"], rule["status"], rule["scope"], form, unless, rule.get("opens", False))
            found.setdefault(fold(word), []).append(made)
    return found


_RULES: Final = _rules()
_TRIGGERS: Final = Triggers(_RULES)
_OPENING: Final = re.compile(r"[^\wđ]*(?:[a-e\divx]{1,4}[.)] *)?(?:về |trong |trước mắt, )?")
_LIST_OPENS: Final = re.compile(r".? *: *(?:\n|\Z)")
_HEADS: Final = {
    status: re.compile(
        r"[^\wđ]*(?:[a-e\divx]{1,4}[.)] *)?(?:về |các |một số |những |công tác )?(?:"
        + pattern(_WORDS["headings"][status], {})
        + r")(?!\w)"
    )
    for status in ("actual", "target")
}


def read_statuses(reading: Reading, published: date | None) -> list[StatusCue]:
    """Words of `reading` that set a status, in order, not overlapping. Never raises; linear in the text's length."""
    sections = _headings(reading)
    heads = {cue.start for cue in sections}
    words = [cue for cue in _worded(reading) if cue.start not in heads]
    cues: list[StatusCue] = []
    # Words in a section's head govern no more than it does; an opening period is outdone by words at its place.
    for cue in sorted([*sections, *words, *opening_periods(reading, published)], key=attrgetter("start")):
        if (not cues or cue.start >= cues[-1].end) and not (cues and _of_what_is_planned(cue, cues[-1], reading)):
            cues.append(cue)
    return cues


def _of_what_is_planned(cue: StatusCue, before: StatusCue, reading: Reading) -> bool:
    """A share of plan in a sentence that tells of a target or an estimate: `phấn đấu đạt 105% kế hoạch`."""
    shares = "status.share_of_plan" in cue.rules and before.status != "actual"
    return shares and reading.sentence_at(before.start) == reading.sentence_at(cue.start)


def _worded(reading: Reading) -> list[StatusCue]:
    text = reading.folded
    cues: list[StatusCue] = []
    done = 0
    hits = [(start, rule.order, len(word), rule) for start, word in _TRIGGERS.find(text) for rule in _RULES[word]]
    hits.sort(key=itemgetter(0, 1))  # of those at one place the rules in their order, the longest word first
    for start, _, length, rule in hits:
        if start < done:
            continue
        match = rule.form.match(text, start) if rule.form else None
        if (rule.form and match is None) or (rule.opens and not _opens_sentence(reading, start)):
            continue
        if rule.unless and rule.unless.search(text[max(0, start - _BEFORE_MAX) : start]):
            continue
        done = match.end() if match and match.end() > start else start + length
        scope = "list" if rule.scope == "quote" and _opens_list(text, done) else rule.scope
        cues.append(StatusCue(start, done, rule.status, scope, (rule.id,)))
    return cues


def _opens_sentence(reading: Reading, start: int) -> bool:
    """Nothing but a list mark or `về` stands before it in its sentence."""
    sentence = reading.sentences[max(0, reading.sentence_at(start))]
    return _OPENING.fullmatch(reading.folded, sentence.start, start) is not None


def _opens_list(text: str, end: int) -> bool:
    """A colon that ends the line: the items of the list are the paragraphs after it."""
    return _LIST_OPENS.match(text, end - 1) is not None


def _headings(reading: Reading) -> list[StatusCue]:
    """Lines that head a section. The headline is none: what an article announces is not all that it reports."""
    cues: list[StatusCue] = []
    start, paragraph, past_lead = 0, -1, False
    for index, sentence in enumerate(reading.sentences):
        if sentence.paragraph != paragraph:
            start, paragraph = sentence.start, sentence.paragraph
        past_lead = past_lead or sentence.kind in ("paragraph", "item")
        if not past_lead or sentence.end - start > HEADING_CHARACTERS_MAX or not is_heading(reading, index):
            continue
        if ":" in reading.text[start : sentence.end]:
            continue  # what it heads stands in the line itself
        for status, head in _HEADS.items():
            if head.match(reading.folded, start):
                rules = (f"status.{status}_section",)
                cues.append(StatusCue(start, sentence.end, status, "section", rules))
                break
    return cues
