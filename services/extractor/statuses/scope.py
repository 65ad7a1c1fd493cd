"""How far each status cue reaches, and which one governs a figure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.extractor.model import StatusCue
from services.extractor.periods import period_end
from services.extractor.reading import Reading, Sentence

_QUOTES: Final = re.compile("[“”«»]")
_BRACKET_CHARACTERS_MAX: Final = 200
_RESULTS: Final = frozenset(("status.past_period", "status.share_of_plan"))
"""Rules of cues that end a section of targets: what follows them reports."""


@dataclass(frozen=True, slots=True)
class Governance:
    """Which cue governs each stretch of a text: from `starts[i]` to `starts[i + 1]` it is `cues[i]`."""

    starts: tuple[int, ...]
    cues: tuple[StatusCue | None, ...]

    def at(self, offset: int) -> StatusCue | None:
        """The cue that sets the status of a figure at `offset`: the latest before it whose reach holds it. None where
        none does, which means an actual."""
        index = bisect_right(self.starts, offset) - 1
        return self.cues[index] if index >= 0 else None


def governance(cues: Sequence[StatusCue], reading: Reading) -> Governance:
    """The stretches that `cues` (all of the reading, in order) govern. Linear in their number and the text's length."""
    starts: list[int] = []
    governing: list[StatusCue | None] = []
    open_: list[tuple[int, StatusCue]] = []

    def close(until: int) -> None:
        while open_ and open_[-1][0] <= until:
            end, _ = open_.pop()
            while open_ and open_[-1][0] <= end:
                open_.pop()
            starts.append(end)
            governing.append(open_[-1][1] if open_ else None)

    for cue, end in zip(cues, _ends(cues, reading), strict=True):
        close(cue.start)
        if end > cue.start:
            open_.append((end, cue))
            starts.append(cue.start)
            governing.append(cue)
    close(len(reading.text))
    return Governance(tuple(starts), tuple(governing))


def status_of_period(period: str, published: date | None) -> str | None:
    """`target` for a period that began after the publication, or had hardly begun (a year, in January and February);
    None where the words must decide. Source: figures of a year to come are plans."""
    end = period_end(period)
    if end is None or published is None or end <= published:
        return None
    if int(period[:4]) > published.year:
        return "target"
    return "target" if len(period) == 4 and published.month <= 2 else None


def _ends(cues: Sequence[StatusCue], reading: Reading) -> list[int]:
    """Offset after the last character that each cue governs."""
    text, sentences = reading.text, reading.sentences
    paragraph_ends = _ends_of_runs(reading, lambda before, after: before.paragraph == after.paragraph)
    item_ends = _ends_of_runs(
        reading, lambda before, after: before.paragraph == after.paragraph and text[before.end - 1] == ";"
    )
    list_ends = _ends_of_runs(reading, lambda _, after: after.kind == "item")
    quotes = [match.start() for match in _QUOTES.finditer(text)]
    sections = [cue.start for cue in cues if cue.scope == "section"]
    actuals = [cue.start for cue in cues if cue.status == "actual"]
    results = [cue.start for cue in cues if not _RESULTS.isdisjoint(cue.rules)]
    ends = []
    for cue in cues:
        index = max(0, reading.sentence_at(cue.start))
        sentence = sentences[index]
        if cue.scope == "bracket":
            close = text.find(")", cue.end, cue.end + _BRACKET_CHARACTERS_MAX)
            end = close if close >= 0 else sentence.end
        elif cue.scope == "clause":
            end = sentence.end
        elif cue.scope == "sentence":
            end = sentences[item_ends[index]].end
        elif cue.scope == "section":
            later = bisect_right(sections, cue.start)
            end = sections[later] if later < len(sections) else len(text)
            result = bisect_right(results, cue.end) if cue.status == "target" else len(results)
            if result < len(results):
                end = min(end, sentences[reading.sentence_at(results[result])].start)
        elif cue.scope == "list":
            end = sentences[list_ends[paragraph_ends[index]]].end
        else:
            end = sentences[paragraph_ends[index]].end
            # A later sentence with an actual word is no longer governed, from its beginning on.
            later = bisect_right(actuals, sentences[item_ends[index]].end)
            if later < len(actuals):
                end = min(
                    end, max(sentences[reading.sentence_at(actuals[later])].start, sentences[item_ends[index]].end)
                )
            last = paragraph_ends[index]
            if cue.status == "target" and index == last and text[sentence.end - 1] == ":" and end == sentence.end:
                end = sentences[list_ends[last]].end  # `Phấn đấu đến năm 2015 đạt các chỉ tiêu sau:`, and its items
            # Inside a quotation its closing mark is the next mark of all, and ends the cue's reach.
            mark = bisect_left(quotes, cue.end)
            if mark < len(quotes) and quotes[mark] < end and text[quotes[mark]] in "”»":
                end = quotes[mark]
        ends.append(end)
    return ends


def _ends_of_runs(reading: Reading, joined: Callable[[Sentence, Sentence], bool]) -> list[int]:
    """For each sentence the index of the last one of its run; `joined` says whether two neighbours belong to one."""
    sentences = reading.sentences
    last = list(range(len(sentences)))
    for index in range(len(sentences) - 2, -1, -1):
        if joined(sentences[index], sentences[index + 1]):
            last[index] = last[index + 1]
    return last
