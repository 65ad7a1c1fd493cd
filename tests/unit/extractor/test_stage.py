"""The extractor's stage: which events give what. The contract that all stages share is in tests/conformance/stage."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest

from services.extractor.observe import Observation
from services.extractor.stage import VERSION, work
from shared import events
from shared.bus.api import Message, Record
from shared.bus.codec import decode, encode

AT = datetime(2024, 1, 5, 18, 30, tzinfo=UTC)
TEXT = "Năm 2023, tỉnh giải quyết việc làm cho 28.500 lao động."


def article(**changed: Any) -> events.ArticleCleaned:
    given = {
        "page_id": "p1",
        "article_id": "a1",
        "revision": "r1",
        "revised_at": AT,
        "url": "https://so-mau.example/a.html",
        "canonical_url": "https://so-mau.example/a.html",
        "portal": "so-mau",
        "area": "63-27",
        "title": "Việc làm",
        "text": TEXT,
        "published": AT,
        "method": "text",
        "method_confidence": 1.0,
        "simhash": "0" * 16,
    }
    return events.ArticleCleaned.model_validate(given | changed)


def worked(event: events.Event) -> list[events.Event]:
    sent = encode(event, source="test", at=AT)
    return [decode(_record(message)) for message in work(_record(sent))]


def _record(message: Message) -> Record:
    return Record(message.topic, 0, 0, message.key, message.value, message.headers)


def test_an_article_gives_its_observations_and_then_their_list() -> None:
    observed, extracted = worked(article())
    assert isinstance(observed, events.IndicatorObserved)
    assert isinstance(extracted, events.ArticleExtracted)
    assert observed.observation.indicator == "employment.jobs_created"
    assert observed.extractor_version == extracted.extractor_version == VERSION
    assert extracted.observation_ids == (observed.observation.observation_id,)


def test_the_day_of_publication_is_that_of_vietnam() -> None:
    late = datetime(2023, 12, 31, 18, tzinfo=UTC)  # 1 January in Vietnam
    observed, _ = worked(
        article(text="Từ đầu năm đến nay, tỉnh giải quyết việc làm cho 28.500 lao động.", published=late)
    )
    assert isinstance(observed, events.IndicatorObserved)
    assert observed.observation.period.startswith("2024")


def test_a_copy_is_not_counted_twice() -> None:
    [extracted] = worked(article(copy_of="a0"))
    assert isinstance(extracted, events.ArticleExtracted)
    assert extracted.observation_ids == ()


def test_a_discarded_page_gives_nothing() -> None:
    discarded = events.ArticleDiscarded(
        page_id="p1", article_id="a1", url="https://so-mau.example/", portal="so-mau", fetched_at=AT, reason="home"
    )
    assert worked(discarded) == []


def test_an_event_of_another_topic_is_poison() -> None:
    [observed, _] = worked(article())
    with pytest.raises(TypeError, match="does not belong on"):
        worked(observed)


def test_the_light_observation_has_the_fields_of_the_contract() -> None:
    assert {each.name for each in fields(Observation)} == set(events.Observation.model_fields)
