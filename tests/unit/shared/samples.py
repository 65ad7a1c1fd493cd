"""One made-up event of each kind."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from typing import Final

from shared.events import EVENTS, Event

AT: Final = datetime(2024, 1, 5, 8, 30, tzinfo=UTC)
_ARTICLE: Final = {"page_id": "p1", "article_id": "a1", "portal": "so-mau", "url": "https://so.example/1"}

_FIELDS: Final = {
    "PageFetched": {
        **_ARTICLE,
        "canonical_url": "https://so.example/1",
        "fetched_at": AT,
        "status": 200,
        "body": b64encode(b"<p>\xe1\xbb\x87\xff</p>"),
        "body_sha256": "00",
    },
    "ArticleCleaned": {
        **_ARTICLE,
        "canonical_url": "https://so.example/1",
        "revision": "r1",
        "revised_at": AT,
        "title": "Việc làm",
        "text": "Việc làm",
        "method": "text",
        "method_confidence": 0.5,
        "simhash": "00",
        "removed": [{"rule": "toolbar", "text": "In trang"}],
    },
    "ArticleDiscarded": {**_ARTICLE, "fetched_at": AT, "reason": "listing"},
    "IndicatorObserved": {
        **_ARTICLE,
        "revision": "r1",
        "revised_at": AT,
        "extractor_version": 1,
        "observation": {
            "observation_id": "o1",
            "indicator": "employment.jobs_created",
            "measure": "level",
            "value": "28500",
            "unit": "person",
            "comparator": "eq",
            "status": "actual",
            "period": "2023",
            "area": "63-27",
            "quote": "28.500 lao động",
            "start": 0,
            "end": 15,
            "sentence": "28.500 lao động.",
            "confidence": 0.9,
        },
    },
    "ArticleExtracted": {
        **_ARTICLE,
        "revision": "r1",
        "revised_at": AT,
        "extractor_version": 1,
        "observation_ids": ["o1"],
    },
    "DeadLetter": {
        "dead_letter_id": "d1",
        "stage": "cleaner",
        "error": "poison",
        "message": "ValueError: no",
        "failed_at": AT,
        "origin_topic": "pages.fetched",
        "origin_partition": 0,
        "origin_offset": 7,
        "origin_key": None,
        "origin_value": b64encode(b"\xff\x00"),
        "origin_headers": [("ce_id", b64encode(b"\xfe"))],
    },
}

SAMPLES: Final[list[Event]] = [event.model_validate(_FIELDS[event.__name__]) for event in EVENTS]
