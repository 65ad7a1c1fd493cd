"""What earlier sentences leave for later ones: observations, and the indicators that headings and titles name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from services.extractor.draft import Draft
from services.extractor.scene import SentenceView

RECENT: Final = 12
"""Observations that a sentence may lean on."""
TITLE_PARAGRAPHS: Final = 4
"""Headlines stand among the first lines, after dates and the portal's name."""


@dataclass(slots=True)
class Memory:
    drafts: list[Draft] = field(default_factory=list)
    paragraph: int = -1
    paragraph_from: int = 0
    """Index in `drafts` of the first one of the paragraph before this one."""
    this_paragraph_from: int = 0
    topics: list[str] = field(default_factory=list)
    """Indicators that the sentence before named without a number."""
    mentioned: frozenset[str] = frozenset()
    """Indicators that the sentence before named, with or without numbers."""
    title: frozenset[str] = frozenset()
    """Indicators that the first lines of the article name."""
    heading: frozenset[str] = frozenset()
    """Indicators that the nearest heading names."""

    def enter(self, view: SentenceView) -> None:
        if view.sentence.paragraph != self.paragraph:
            self.topics, self.mentioned = [], frozenset()
            self.paragraph = view.sentence.paragraph
            if len(self.drafts) > self.this_paragraph_from or view.sentence.kind != "item":
                self.paragraph_from = self.this_paragraph_from
            self.this_paragraph_from = len(self.drafts)
        if view.sentence.paragraph < TITLE_PARAGRAPHS and view.sentence.kind == "heading":
            self.title |= frozenset(m.indicator for m in view.mentions if m.indicator and m.kind == "pattern")
        if view.sentence.kind == "heading":
            self.heading = frozenset(m.indicator for m in view.mentions if m.indicator and m.kind == "pattern")

    def recent(self) -> list[Draft]:
        return self.drafts[max(self.paragraph_from, len(self.drafts) - RECENT) :]
