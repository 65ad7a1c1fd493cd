"""Any order, repetition and batching of any history leaves the same tables, and what a plain model says they hold.

A world is drawn first: what a page showed on which day, what each cleaner read of that, what each extractor read of it;
so its events are a function of it, as the real ones are. Then a history of some of these, then deliveries of that.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.writer.write import Writer
from shared import ids
from shared.bus.api import Rejected
from shared.events import (
    ArticleCleaned,
    ArticleDiscarded,
    ArticleExtracted,
    DeadLetter,
    Event,
    IndicatorObserved,
    Observation,
)
from shared.store.pool import Pool
from tests.fixtures.events import at, cleaned, discarded, extraction, observation, record, records

pytestmark = pytest.mark.servers

ARTICLES, BODIES, DAYS, CLEANERS, EXTRACTORS = ("a", "b"), ("x", "y"), (0, 1, 2), (1, 2), (1, 2)
TEXTS = {"một": "00000000000000ff", "hai": "00000000000000fe", "ba 3": "00000000000000fd", "tư": "ffff0000ffff0000"}
"""The first two are copies; the third is as near and has another number."""
FIGURES = (0, 1, 2)
REFUSED = 0


@dataclass(frozen=True)
class World:
    visits: frozenset[tuple[str, str, int]]
    """article, body, day"""
    readings: dict[tuple[str, str, int], str | None]
    """article, body, cleaner -> text, or None where it is no article"""
    figures: dict[tuple[str, int], dict[int, int]]
    """text, extractor -> number of the observation -> value; `REFUSED` for one that the database will not take"""
    letters: frozenset[tuple[str, str]]
    """article, body of pages on which a cleaner failed once"""

    def events(self) -> list[Event]:
        found: list[Event] = []
        for article, body, day in sorted(self.visits):
            page = ids.page_id(article, body)
            for cleaner in CLEANERS:
                text = self.readings[article, body, cleaner]
                if text is None:
                    found.append(discarded(article, day=day, page_id=page, cleaner_version=cleaner))
                    continue
                found.append(
                    cleaned(article, day=day, text=text, simhash=TEXTS[text], page_id=page, cleaner_version=cleaner)
                )
                for extractor in EXTRACTORS:
                    said = [_reading(article, n, value) for n, value in self.figures[text, extractor].items()]
                    events = extraction(article, *said, day=day, text=text, version=extractor, cleaner_version=cleaner)
                    found += [each.model_copy(update={"page_id": page}) if isinstance(each, ArticleExtracted) else each
                              for each in events]  # fmt: skip
            if (article, body) in self.letters:
                found.append(_letter(discarded(article, day=day, page_id=page), f"{article}{body}", day))
        return found


def _reading(article: str, n: int, value: int) -> Observation:
    return observation(article, n, value=value, area="63-99" if value == REFUSED else "63-27")  # no such area


def _letter(origin: Event, name: str, day: int) -> DeadLetter:
    # stands for the page itself: the same fields name it
    return DeadLetter(
        dead_letter_id=name, stage="cleaner", error="poison", message="", failed_at=at(day) + timedelta(hours=1),
        origin_topic="pages.fetched", origin_partition=0, origin_offset=day, origin_key=None,
        origin_value=b"",
    ).model_copy(update={"origin_value": record(origin).value})  # fmt: skip


@st.composite
def worlds(draw: st.DrawFn) -> World:
    visits = draw(st.frozensets(st.tuples(*map(st.sampled_from, (ARTICLES, BODIES, DAYS))), min_size=1, max_size=5))
    pages = sorted({(article, body) for article, body, _ in visits})
    texts = st.sampled_from([None, *TEXTS])
    values = st.dictionaries(st.sampled_from(FIGURES), st.integers(REFUSED, 3), max_size=3)
    return World(
        visits,
        {(*page, cleaner): draw(texts) for page in pages for cleaner in CLEANERS},
        {(text, extractor): draw(values) for text in TEXTS for extractor in EXTRACTORS},
        draw(st.frozensets(st.sampled_from(pages), max_size=2)),
    )


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Event], list[list[Event]]]:
    """Some or all events of a world, in order; and the same in any order, with repeats, cut into batches."""
    events = draw(worlds()).events()
    if draw(st.booleans()):
        events = draw(st.lists(st.sampled_from(events), min_size=1, max_size=len(events), unique_by=id))
    shuffled = draw(st.permutations(events + draw(st.lists(st.sampled_from(events), max_size=6))))
    cuts = sorted(draw(st.sets(st.integers(1, len(shuffled)), max_size=4)))
    return events, [shuffled[low:high] for low, high in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]


TABLES = {
    "article": "article_id, portal, url, title, revision, revised_at, cleaner_version, first_fetched_at, copy_of,"
    " extracted_revision, extracted_revised_at, extracted_cleaner_version, extractor_version, observation_ids",
    "revision": "article_id, revision, page_id, revised_at, cleaner_version, text",
    "observation": "observation_id, revision, extractor_version, revised_at, cleaner_version, value,"
    " retired_at IS NULL AS live",
    "page": "page_id, article_id, portal, url, fetched_at, cleaner_version, cleaned_revision, discard_reason,"
    " extractor_version, figures, copy_of, dead_letter_id, outcome",
    "dead_letter": "dead_letter_id, failed_at, origin_offset, state",
}


async def emptied(pool: Pool) -> Writer:
    await pool.execute("TRUNCATE article, revision, observation, page, dead_letter, portal CASCADE")
    return Writer(pool)


async def deliver(write: Writer, events: list[Event]) -> None:
    """Writes them; the runner makes dead letters of what is refused, as little a part of the history as here."""
    with suppress(Rejected):
        await write(records(*events))


async def dump(pool: Pool) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    for table, wanted in TABLES.items():
        found[table] = sorted((tuple(row) for row in await pool.fetch(f"SELECT {wanted} FROM {table}")), key=repr)
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=deliveries())
async def test_the_tables_are_a_function_of_the_set_of_events(
    database: Pool, history: tuple[list[Event], list[list[Event]]]
) -> None:
    in_order, batches = history
    write = await emptied(database)
    await deliver(write, in_order)
    expected = await dump(database)
    write = await emptied(database)
    for batch in batches:
        await deliver(write, batch)
    assert await dump(database) == expected


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=deliveries())
async def test_the_tables_hold_what_the_model_says(
    database: Pool, history: tuple[list[Event], list[list[Event]]]
) -> None:
    events, batches = history
    write = await emptied(database)
    for batch in batches:
        await deliver(write, batch)
    rows = await database.fetch("SELECT observation_id, value FROM observation WHERE retired_at IS NULL")
    assert {row["observation_id"]: int(row["value"]) for row in rows} == model_live(events)
    pages = await database.fetch("SELECT page_id, outcome FROM page WHERE outcome IS DISTINCT FROM 'duplicate'")
    views = await database.fetch("SELECT observation_id, value FROM observation_live")
    assert {tuple(row) for row in views} == {tuple(row) for row in rows}, "table and view agree"
    expected = model_outcomes(events)
    assert {row["page_id"]: row["outcome"] for row in pages}.items() <= expected.items()


def model_live(events: list[Event]) -> dict[str, int]:
    """What a subscriber would hold who sorts all events by rank and believes the last."""
    live: dict[str, int] = {}
    for article in ARTICLES:
        ours = [e for e in events if getattr(e, "article_id", None) == article]
        closings = [e for e in ours if isinstance(e, ArticleExtracted)]
        last = max(closings, key=lambda e: (*_rank(e), e.page_id), default=None)
        verdict = model_verdicts(ours).get(last.page_id) if last else None
        void = isinstance(verdict, ArticleDiscarded)
        latest: dict[str, IndicatorObserved] = {}
        taken = [e for e in ours if isinstance(e, IndicatorObserved) and e.observation.value != REFUSED]
        for event in sorted(taken, key=_rank):
            latest[event.observation.observation_id] = event
        for name, event in latest.items():
            newer = last is None or _rank(event) > _rank(last)
            if newer or (
                last and not void and name in last.observation_ids and _reading_of(event) == _reading_of(last)
            ):
                live[name] = int(event.observation.value)
    return live


def _rank(event: IndicatorObserved | ArticleExtracted) -> tuple[Any, ...]:
    return event.revised_at, event.cleaner_version, event.extractor_version, event.revision


def _reading_of(event: IndicatorObserved | ArticleExtracted) -> tuple[Any, ...]:
    return event.revision, event.extractor_version


def model_verdicts(events: list[Event]) -> dict[str, ArticleCleaned | ArticleDiscarded]:
    said = [e for e in events if isinstance(e, ArticleCleaned | ArticleDiscarded)]
    return {e.page_id: e for e in sorted(said, key=lambda e: e.cleaner_version)}


def model_outcomes(events: list[Event]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    verdicts = model_verdicts(events)
    pages = {e.page_id for e in events if isinstance(e, ArticleCleaned | ArticleDiscarded | ArticleExtracted)}
    dead = {ids.page_id(e.dead_letter_id[0], e.dead_letter_id[1:]) for e in events if isinstance(e, DeadLetter)}
    for page in pages | dead:
        extracted = [e for e in events if isinstance(e, ArticleExtracted) and e.page_id == page]
        newest = max(
            ((e.cleaner_version, e.extractor_version, len(e.observation_ids)) for e in extracted), default=None
        )
        if isinstance(verdicts.get(page), ArticleDiscarded):
            found[page] = "discarded"
        elif newest:
            found[page] = "written" if newest[2] else "no_figures"
        else:
            found[page] = "dead" if page in dead else None
    return found
