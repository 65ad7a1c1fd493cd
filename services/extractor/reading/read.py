"""The passes of repair, in order."""

from __future__ import annotations

from services.extractor.reading.model import Reading
from services.extractor.reading.sentences import split
from shared.vietnam.text import fold, nfc


def read(text: str) -> Reading:
    """The reading of `text`. Never raises on any string; linear in its length."""
    repaired = nfc(text)
    sentences = split(repaired)
    return Reading(
        original=text,
        text=repaired,
        folded=fold(repaired),
        sentences=sentences,
        sentence_starts=tuple(sentence.start for sentence in sentences),
    )
