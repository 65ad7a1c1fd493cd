"""Events as rows of the tables: pure, so that what is written can be tested without a database.

Each `…_row` function gives one row for the statement of sql/ that its `Merge` names. Rows and not events are kept of a
batch: a row is one object, an event a dozen, and Python's cyclic collector walks them all (a third of decoding).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Any, Final

from services.writer.origin import Origin
from shared.events import ArticleCleaned, ArticleDiscarded, ArticleExtracted, DeadLetter, IndicatorObserved

Row = tuple[Any, ...]
Columns = dict[str, list[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Merge:
    """A statement that takes rows, one a key: of rows with the same key the one of highest rank stays, as the statement
    itself decides between a row that is there and a new one."""

    statement: str
    names: tuple[str, ...]
    key: Callable[[Row], Any]
    rank: Callable[[Row], Any]

    def columns(self, rows: Iterable[Row]) -> Columns:
        return columns(self.names, newest(rows, self.key, self.rank))


def newest(rows: Iterable[Row], key: Callable[[Row], Any], rank: Callable[[Row], Any]) -> list[Row]:
    """Of each key the row of highest rank, in the order of the keys: so two writers lock rows in the same order."""
    kept: dict[Any, Row] = {}
    for row in rows:
        other = kept.setdefault(key(row), row)
        if other is not row and rank(row) > rank(other):
            kept[key(row)] = row
    return [kept[at] for at in sorted(kept)]


def columns(names: Sequence[str], rows: Sequence[Row]) -> Columns:
    """Rows, at least one, as named columns, the form that `unnest` takes."""
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def _merge(statement: str, names: str, *, key: str, rank: str) -> Merge:
    places = tuple(names.split())

    def at(wanted: str) -> Callable[[Row], Any]:
        return itemgetter(*map(places.index, wanted.split()))

    return Merge(statement, places, at(key), at(rank))


PAGE: Final = ("page", "article", "portal", "url", "canonical_url", "fetched_at")
"""Columns of add_pages, which takes several rows a page."""

CLEANINGS: Final = Merge(
    "merge_cleanings",
    ("page", "cleaner_version", "revision", "reason", "detail"),
    key=itemgetter(0),
    rank=lambda row: (row[1], row[2] or ""),
)


def cleaned_row(event: ArticleCleaned) -> Row:
    return event.page_id, event.cleaner_version, event.revision, None, None


def discarded_row(event: ArticleDiscarded) -> Row:
    return event.page_id, event.cleaner_version, None, event.reason, event.detail or None


REVISIONS: Final = _merge(
    "merge_revisions",
    "article revision page revised_at cleaner_version title lead text published published_from author source method"
    " method_confidence simhash copy_of bands removed attachments",
    key="article revision",
    rank="revised_at cleaner_version page",
)
_REVISION: Final = attrgetter(
    "article_id", "revision", "page_id", "revised_at", "cleaner_version", "title", "lead", "text", "published",
    "published_from", "author", "source", "method", "method_confidence", "simhash", "copy_of",
)  # fmt: skip


def revision_row(event: ArticleCleaned) -> Row:
    """Raises ValueError for a simhash that is no number."""
    blocks = (_json([dict(each) for each in several]) for several in (event.removed, event.attachments))
    return *_REVISION(event), bands(event.simhash), *blocks


def bands(simhash: str) -> str:
    """The four 16-bit parts of a simhash, each told from the others by its place, as a Postgres array.

    Hashes that differ in at most three bits agree in one part at least (Manku, Jain, Das Sarma 2007), and most of those
    that differ in a few more. Texts with three numbers and more find each other by these (numbers_key in SQL).
    Raises ValueError for what is no hexadecimal number."""
    value = int(simhash, 16)
    parts = (place << 16 | (value >> (16 * place)) & 0xFFFF for place in range(4))
    return "{" + ",".join(map(str, parts)) + "}"


HEADS: Final = _merge(
    "settle_heads",
    "article revision portal area url canonical_url title published revised_at cleaner_version",
    key="article",
    rank="revised_at cleaner_version revision",
)
head_row: Final[Callable[[ArticleCleaned], Row]] = attrgetter(
    "article_id", "revision", "portal", "area", "url", "canonical_url", "title", "published", "revised_at",
    "cleaner_version",
)  # fmt: skip

OBSERVATIONS: Final = _merge(
    "merge_observations",
    "revision extractor_version revised_at cleaner_version article observation indicator label measure value"
    " value_high unit comparator status period area locality target_value target_value_high plan_ratio change"
    " quote quote_start quote_end sentence confidence breakdown flags rules",
    key="observation revision extractor_version",
    rank="revised_at cleaner_version",
)
_OF_EVENT: Final = attrgetter("revision", "extractor_version", "revised_at", "cleaner_version", "article_id")
_OF_OBSERVATION: Final = attrgetter(
    "observation_id", "indicator", "label", "measure", "value", "value_high", "unit", "comparator", "status", "period",
    "area", "locality", "target_value", "target_value_high", "plan_ratio", "change", "quote", "start", "end",
    "sentence", "confidence",
)  # fmt: skip


def observation_row(event: IndicatorObserved) -> Row:
    said = event.observation
    breakdown = _json(said.breakdown) if said.breakdown else "{}"
    return *_OF_EVENT(event), *_OF_OBSERVATION(said), breakdown, "\n".join(said.flags), "\n".join(said.rules)


EXTRACTIONS: Final = _merge(
    "merge_extractions",
    "article revision revised_at cleaner_version extractor_version page observation_ids",
    key="article",
    rank="revised_at cleaner_version extractor_version revision page",
)
_EXTRACTION: Final = attrgetter(
    "article_id", "revision", "revised_at", "cleaner_version", "extractor_version", "page_id"
)


def extraction_row(event: ArticleExtracted) -> Row:
    return *_EXTRACTION(event), " ".join(event.observation_ids)


FIGURES: Final = _merge(
    "merge_figures",
    "page cleaner_version extractor_version figures",
    key="page",
    rank="cleaner_version extractor_version figures",
)


def figures_row(event: ArticleExtracted) -> Row:
    return event.page_id, event.cleaner_version, event.extractor_version, len(event.observation_ids)


DEAD_LETTERS: Final = _merge(
    "merge_dead_letters",
    "dead_letter stage error failed_at attempt topic partition offset key value message headers portal article page"
    " url",
    key="dead_letter",
    rank="failed_at",
)
_DEAD_LETTER: Final = attrgetter(
    "dead_letter_id", "stage", "error", "failed_at", "attempt", "origin_topic", "origin_partition", "origin_offset",
    "origin_key", "origin_value",
)  # fmt: skip


def dead_letter_row(event: DeadLetter, origin: Origin) -> Row:
    message = event.message.replace("\0", "\N{REPLACEMENT CHARACTER}")
    headers = _json([[name, base64.b64encode(value).decode()] for name, value in event.origin_headers])
    return *_DEAD_LETTER(event), message, headers, origin.portal, origin.article_id, origin.page_id, origin.url


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
