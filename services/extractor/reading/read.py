"""The passes of repair, in order: encodings, characters, line breaks, lost letters. Each knows the way back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.extractor.reading.alignment import Alignment, Edit, apply
from services.extractor.reading.characters import character_edits, plain_characters
from services.extractor.reading.line_breaks import break_edits
from services.extractor.reading.lost_letters import is_damaged, letter_edits
from services.extractor.reading.model import Reading, Repair
from services.extractor.reading.sentences import split
from shared.vietnam import legacy
from shared.vietnam.text import fold


def read(text: str) -> Reading:
    """The reading of `text`. Never raises on any string; linear in its length."""
    passes = Passes(text)
    if legacy.looks_legacy(text):
        passes.run("legacy_encoding", _encoding_edits(text))
    passes.text = plain_characters(passes.text)
    passes.run("", character_edits(passes.text))
    passes.run("line_break", break_edits(passes.text))
    folded = fold(passes.text)
    if is_damaged(folded):
        passes.run("lost_letter", letter_edits(passes.text, folded))
        folded = fold(passes.text)
    sentences = split(passes.text)
    return Reading(
        original=text,
        text=passes.text,
        folded=folded,
        sentences=sentences,
        repairs=tuple(passes.repairs),
        alignments=tuple(passes.alignments),
        sentence_starts=tuple(sentence.start for sentence in sentences),
    )


class Passes:
    """The text as it stands after the passes made so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.alignments: list[Alignment] = []
        self.repairs: list[Repair] = []

    def run(self, rule: str, edits: Iterable[Edit]) -> None:
        """Make `edits`; those of a rule with a name are kept as repairs, at their place in the text after all
        passes."""
        self.text, alignment, spans = apply(self.text, edits)
        if alignment is not None:
            self.alignments.append(alignment)
            self.repairs = [
                Repair(alignment.forward(repair.start), alignment.forward(repair.end), repair.rule)
                for repair in self.repairs
            ]
        if rule and spans:
            self.repairs += [Repair(start, end, rule) for start, end in spans]
            self.repairs.sort(key=lambda repair: repair.start)


def _encoding_edits(text: str) -> Iterator[Edit]:
    start = 0
    for line in text.split("\n"):
        if legacy.looks_legacy(line) and (encoding := legacy.detect(line)):
            for first, last, new in legacy.replacements(line, encoding):
                yield Edit(start + first, start + last, new)
        start += len(line) + 1
