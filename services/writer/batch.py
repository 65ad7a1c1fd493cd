"""A batch of records as rows of the tables: pure, so that what is written can be tested without a database.

Each `…_rows` function turns events into the columns of one statement of sql/, one row a key: of events with the same
key the one of highest rank stays, as the statements themselves decide between a row that is there and a new one.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from services.writer.origin import Origin, origin_of
from shared.bus.api import Record
from shared.bus.codec import NotAnEvent, decode
from shared.events import (
    ArticleCleaned,
    ArticleDiscarded,
    ArticleExtracted,
    DeadLetter,
    Event,
    IndicatorObserved,
)

E = TypeVar("E")
Columns = dict[str, list[Any]]
Read = tuple[list[tuple[int, Event]], dict[int, str]]

REASON_MAX: Final = 500
"""Characters of a reason for rejection: enough to see what is wrong, too few to carry a page."""


@dataclass(slots=True)
class Batch:
    """The events of some records, by kind, in the order of arrival."""

    cleaned: list[ArticleCleaned] = field(default_factory=list)
    discarded: list[ArticleDiscarded] = field(default_factory=list)
    observed: list[IndicatorObserved] = field(default_factory=list)
    extracted: list[ArticleExtracted] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)

    def add(self, event: Event) -> None:
        """Raises NotAnEvent for a kind that the writer does not keep."""
        match event:
            case IndicatorObserved():
                self.observed.append(event)
            case ArticleExtracted():
                self.extracted.append(event)
            case ArticleCleaned():
                self.cleaned.append(event)
            case ArticleDiscarded():
                self.discarded.append(event)
            case DeadLetter():
                self.dead.append(event)
            case _:
                raise NotAnEvent(f"the writer keeps no {event.TYPE}")

    def fetches(self) -> Columns:
        """Every article that the events concern, with when a page of it was fetched; several rows an article."""
        rows = [(e.article_id, e.revised_at) for each in (self.cleaned, self.observed, self.extracted) for e in each]
        rows += [(e.article_id, e.fetched_at) for e in self.discarded]
        return columns("article fetched_at", list(dict.fromkeys(rows)))


def read(records: Sequence[Record], low: int = 0, high: int | None = None) -> Read:
    """The events of `records[low:high]`, each with its index; and why there is none, by index. Never raises."""
    events: list[tuple[int, Event]] = []
    refused: dict[int, str] = {}
    for index, record in enumerate(records[low:high], low):
        try:
            events.append((index, decode(record)))
        except (NotAnEvent, ValidationError) as error:
            refused[index] = reason(error)
    return events, refused


def reason(error: Exception) -> str:
    """`error` in one line, without the input that pydantic repeats."""
    if isinstance(error, ValidationError):
        lines = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_input=False)]
        return "; ".join(lines)[:REASON_MAX]
    return " ".join(f"{type(error).__name__}: {error}".split())[:REASON_MAX]


def newest(events: Iterable[E], key: Callable[[E], Any], rank: Callable[[E], Any]) -> list[E]:
    """Of each key the event of highest rank, in the order of the keys: so two writers lock rows in the same order."""
    kept: dict[Any, E] = {}
    for event in events:
        at = key(event)
        if at not in kept or rank(event) > rank(kept[at]):
            kept[at] = event
    return [kept[at] for at in sorted(kept)]


def columns(names: str, rows: Sequence[tuple[Any, ...]]) -> Columns:
    """Rows as named columns, the form that `unnest` takes. Empty where there are no rows."""
    if not rows:
        return {}
    return dict(zip(names.split(), map(list, zip(*rows, strict=True)), strict=True))


def revision_rows(events: Sequence[ArticleCleaned]) -> Columns:
    kept = newest(events, lambda e: (e.article_id, e.revision), lambda e: (e.revised_at, e.cleaner_version, e.page_id))
    return columns(
        "article revision page revised_at cleaner_version title lead text published published_from author source method"
        " method_confidence simhash bands copy_of removed attachments",
        [
            (
                e.article_id,
                e.revision,
                e.page_id,
                e.revised_at,
                e.cleaner_version,
                e.title,
                e.lead,
                e.text,
                e.published,
                e.published_from,
                e.author,
                e.source,
                e.method,
                e.method_confidence,
                e.simhash,
                bands(e.simhash),
                e.copy_of,
                _json([each.model_dump() for each in e.removed]),
                _json([each.model_dump() for each in e.attachments]),
            )
            for e in kept
        ],
    )


def bands(simhash: str) -> str:
    """The four 16-bit parts of a simhash, each told from the others by its place, as a Postgres array.

    Hashes that differ in at most three bits agree in one part at least (Manku, Jain, Das Sarma 2007), and most of those
    that differ in a few more. Texts with three numbers and more find each other by these (numbers_key in SQL)."""
    value = int(simhash, 16)
    parts = (place << 16 | (value >> (16 * place)) & 0xFFFF for place in range(4))
    return "{" + ",".join(map(str, parts)) + "}"


def head_rows(events: Sequence[ArticleCleaned]) -> Columns:
    kept = newest(events, lambda e: e.article_id, lambda e: (e.revised_at, e.cleaner_version, e.revision))
    return columns(
        "article revision portal area url canonical_url title published revised_at cleaner_version",
        [
            (
                e.article_id,
                e.revision,
                e.portal,
                e.area,
                e.url,
                e.canonical_url,
                e.title,
                e.published,
                e.revised_at,
                e.cleaner_version,
            )
            for e in kept
        ],
    )


def page_rows(batch: Batch, origins: Sequence[Origin]) -> Columns:
    """Every page that the events name, as far as each tells."""
    rows: list[tuple[Any, ...]] = [
        (e.page_id, e.article_id, e.portal, e.url, e.canonical_url, e.revised_at) for e in batch.cleaned
    ]
    rows += [(e.page_id, e.article_id, e.portal, e.url, None, e.fetched_at) for e in batch.discarded]
    rows += [(e.page_id, e.article_id, e.portal, None, None, e.revised_at) for e in batch.extracted]
    rows += [(o.page_id, o.article_id, o.portal, o.url, None, o.fetched_at) for o in origins if o.names_a_page]
    return columns("page article portal url canonical_url fetched_at", rows)


def cleaning_rows(batch: Batch) -> Columns:
    said: list[tuple[str, int, str | None, str | None, str | None]] = [
        (e.page_id, e.cleaner_version, e.revision, None, None) for e in batch.cleaned
    ]
    said += [(e.page_id, e.cleaner_version, None, e.reason, e.detail or None) for e in batch.discarded]
    kept = newest(said, lambda row: row[0], lambda row: (row[1], row[2] or ""))
    return columns("page cleaner_version revision reason detail", kept)


def figure_rows(events: Sequence[ArticleExtracted]) -> Columns:
    rows = [(e.page_id, e.cleaner_version, e.extractor_version, len(e.observation_ids)) for e in events]
    kept = newest(rows, lambda row: row[0], lambda row: row[1:])
    return columns("page cleaner_version extractor_version figures", kept)


def extraction_rows(events: Sequence[ArticleExtracted]) -> Columns:
    kept = newest(
        events,
        lambda e: e.article_id,
        lambda e: (e.revised_at, e.cleaner_version, e.extractor_version, e.revision, e.page_id),
    )
    return columns(
        "article revision revised_at cleaner_version extractor_version page observation_ids",
        [
            (
                e.article_id,
                e.revision,
                e.revised_at,
                e.cleaner_version,
                e.extractor_version,
                e.page_id,
                " ".join(e.observation_ids),
            )
            for e in kept
        ],
    )


def observation_rows(events: Sequence[IndicatorObserved]) -> Columns:
    kept = newest(
        events,
        lambda e: (e.observation.observation_id, e.revision, e.extractor_version),
        lambda e: (e.revised_at, e.cleaner_version),
    )
    return columns(
        "revision extractor_version revised_at cleaner_version article observation indicator label measure value"
        " value_high unit comparator status period area locality target_value target_value_high plan_ratio change"
        " quote quote_start quote_end sentence confidence breakdown flags rules",
        [
            (
                *_OF_EVENT(event),
                *_OF_OBSERVATION(event.observation),
                _json(event.observation.breakdown) if event.observation.breakdown else "{}",
                "\n".join(event.observation.flags),
                "\n".join(event.observation.rules),
            )
            for event in kept
        ],
    )


_OF_EVENT: Final = attrgetter("revision", "extractor_version", "revised_at", "cleaner_version", "article_id")
_OF_OBSERVATION: Final = attrgetter(
    "observation_id", "indicator", "label", "measure", "value", "value_high", "unit", "comparator", "status", "period",
    "area", "locality", "target_value", "target_value_high", "plan_ratio", "change", "quote", "start", "end",
    "sentence", "confidence",
)  # fmt: skip


def dead_letter_rows(events: Sequence[DeadLetter], origins: Sequence[Origin]) -> Columns:
    both = zip(events, origins, strict=True)
    pairs = newest(both, lambda pair: pair[0].dead_letter_id, lambda pair: pair[0].failed_at)
    return columns(
        "dead_letter stage error message failed_at attempt topic partition offset key value headers portal"
        " article page url",
        [
            (
                e.dead_letter_id,
                e.stage,
                e.error,
                e.message.replace("\0", "\N{REPLACEMENT CHARACTER}"),
                e.failed_at,
                e.attempt,
                e.origin_topic,
                e.origin_partition,
                e.origin_offset,
                e.origin_key,
                e.origin_value,
                _json([[name, base64.b64encode(value).decode()] for name, value in e.origin_headers]),
                o.portal,
                o.article_id,
                o.page_id,
                o.url,
            )
            for e, o in pairs
        ],
    )


def origins(events: Sequence[DeadLetter]) -> list[Origin]:
    return [origin_of(event.origin_value) for event in events]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
