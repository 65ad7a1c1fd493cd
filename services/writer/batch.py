"""Records as the statements that write them: pure, and run in a thread while the database works on the slice before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from services.writer import rows
from services.writer.origin import origin_of
from services.writer.rows import Merge, Row
from shared.bus.api import Record
from shared.bus.codec import NotAnEvent, decode
from shared.copies import COPY_BITS_MAX
from shared.events import (
    ArticleCleaned,
    ArticleDiscarded,
    ArticleExtracted,
    DeadLetter,
    Event,
    IndicatorObserved,
)

Statements = dict[str, dict[str, Any]]
"""The name of a statement of sql/ and its parameters, in the order in which they are to run."""

REASON_MAX: Final = 500
"""Characters of a reason for rejection: enough to see what is wrong, too few to carry a page."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Some records, ready to be written."""

    taken: list[int]
    """Indices of the records that gave rows."""
    refused: dict[int, str]
    """Why the others gave none, by index."""
    statements: Statements


@dataclass(slots=True)
class _Batch:
    """The rows of some events, by statement."""

    claims: dict[str, datetime] = field(default_factory=dict)
    """Every article that the events concern, with when a page of it was first fetched."""
    pages: dict[Row, None] = field(default_factory=dict)
    """Every page that the events name, as far as each tells; an ordered set."""
    merges: dict[Merge, list[Row]] = field(default_factory=lambda: defaultdict(list))
    dead_pages: set[str] = field(default_factory=set)

    def add(self, event: Event) -> None:
        """Raises NotAnEvent for a kind that the writer does not keep, ValueError for what fits no column; then nothing
        of the event is added."""
        match event:
            case IndicatorObserved():
                self._row(rows.OBSERVATIONS, rows.observation_row(event))
                self._claim(event.article_id, event.revised_at)
            case ArticleExtracted(article_id=article, revised_at=at):
                self._row(rows.EXTRACTIONS, rows.extraction_row(event))
                self._row(rows.FIGURES, rows.figures_row(event))
                self._visit(event.page_id, article, event.portal, None, None, at)
            case ArticleCleaned(article_id=article, revised_at=at):
                self._row(rows.REVISIONS, rows.revision_row(event))
                self._row(rows.CLEANINGS, rows.cleaned_row(event))
                self._row(rows.HEADS, rows.head_row(event))
                self._visit(event.page_id, article, event.portal, event.url, event.canonical_url, at)
            case ArticleDiscarded(article_id=article, fetched_at=at):
                self._row(rows.CLEANINGS, rows.discarded_row(event))
                self._visit(event.page_id, article, event.portal, event.url, None, at)
            case DeadLetter():
                origin = origin_of(event.origin_value)
                self._row(rows.DEAD_LETTERS, rows.dead_letter_row(event, origin))
                if origin.names_a_page:
                    named = (origin.page_id, origin.article_id, origin.portal, origin.url, None, origin.fetched_at)
                    self.pages[named] = None
                if origin.page_id:
                    self.dead_pages.add(origin.page_id)
            case _:
                raise NotAnEvent(f"the writer keeps no {event.TYPE}")

    def _row(self, merge: Merge, row: Row) -> None:
        self.merges[merge].append(row)

    def _claim(self, article: str, at: datetime) -> None:
        self.claims[article] = min(at, self.claims.get(article, at))

    def _visit(
        self, page: str, article: str, portal: str, url: str | None, canonical_url: str | None, at: datetime
    ) -> None:
        self._claim(article, at)
        self.pages[page, article, portal, url, canonical_url, at] = None

    def statements(self) -> Statements:
        """Articles are locked before anything else of theirs is read or written, settled when all of it is there."""
        found: Statements = {}
        portals = {row[2] for row in self.pages} - {None}
        if portals:
            found["add_portals"] = {"portals": sorted(portals)}
        if self.claims:
            found["claim_articles"] = rows.columns(("article", "fetched_at"), sorted(self.claims.items()))
        if self.pages:
            found["add_pages"] = rows.columns(rows.PAGE, list(self.pages))
        self._merge(found, rows.CLEANINGS)
        if rows.REVISIONS in self.merges:
            found["lock_copies"] = {}
            self._merge(found, rows.REVISIONS, rows.HEADS)
            found["settle_copies"] = {"articles": found["settle_heads"]["article"], "bits": COPY_BITS_MAX}
        self._merge(found, rows.OBSERVATIONS, rows.EXTRACTIONS, rows.FIGURES)
        if self.claims:
            found["settle_observations"] = {"articles": sorted(self.claims)}
        self._merge(found, rows.DEAD_LETTERS)
        if self.dead_pages:
            found["mark_dead"] = {"pages": sorted(self.dead_pages)}
        return found

    def _merge(self, found: Statements, *merges: Merge) -> None:
        for merge in merges:
            if merge in self.merges:
                found[merge.statement] = merge.columns(self.merges[merge])


def prepare(records: Sequence[Record], indices: Iterable[int]) -> Prepared:
    """What writes the records at `indices`. Never raises."""
    batch = _Batch()
    taken: list[int] = []
    refused: dict[int, str] = {}
    for index in indices:
        try:
            batch.add(decode(records[index]))
            taken.append(index)
        except ValueError as error:
            refused[index] = reason(error)
    return Prepared(taken, refused, batch.statements())


def reason(error: Exception) -> str:
    """`error` in one line, without the input that pydantic repeats."""
    if isinstance(error, ValidationError):
        lines = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_input=False)]
        return "; ".join(lines)[:REASON_MAX]
    return " ".join(f"{type(error).__name__}: {error}".split())[:REASON_MAX]
