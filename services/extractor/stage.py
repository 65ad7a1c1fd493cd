"""The extractor as a stage: `articles.cleaned` in, `indicators.observed` out.

An article gives its observations and then one ArticleExtracted that names them. A copy gives that alone, with none: it
is stored, not counted twice. A discarded page gives nothing: its outcome is known without us.
"""

from __future__ import annotations

import gc
from dataclasses import asdict
from typing import Final

from services.extractor.extract import extract
from services.extractor.model import ArticleText
from shared import events
from shared.bus.api import Message, Record, Stage
from shared.bus.codec import decode, encode, event_type
from shared.clock import day_in_vietnam

_FIRST: Final = "Năm 2022, tỉnh giải quyết việc làm cho 16.240 lao động."
VERSION: Final = 2
"""Raised when the same text gives other observations: the writer lets a newer version supersede."""


def work(record: Record) -> list[Message]:
    """Read one event of `articles.cleaned`. Raises `NotAnEvent` or `pydantic.ValidationError`: poison."""
    if event_type(record) is events.ArticleDiscarded:
        return []
    article = decode(record)
    if not isinstance(article, events.ArticleCleaned):
        raise TypeError(f"{article.TYPE} does not belong on {events.ARTICLES_CLEANED}")
    observed = [] if article.copy_of else observations(article)
    ids = tuple(each.observation.observation_id for each in observed)
    return [encode(event, source="extractor", at=article.revised_at) for event in (*observed, extracted(article, ids))]


def observations(article: events.ArticleCleaned) -> list[events.IndicatorObserved]:
    published = day_in_vietnam(article.published) if article.published else None
    found = extract(ArticleText(article.text, published, article.area, article.url, article.article_id))
    return [
        events.IndicatorObserved(
            article_id=article.article_id,
            revision=article.revision,
            revised_at=article.revised_at,
            cleaner_version=article.cleaner_version,
            extractor_version=VERSION,
            url=article.url,
            portal=article.portal,
            published=article.published,
            observation=events.Observation.model_validate(asdict(each)),
        )
        for each in found
    ]


def extracted(article: events.ArticleCleaned, ids: tuple[str, ...]) -> events.ArticleExtracted:
    return events.ArticleExtracted(
        page_id=article.page_id,
        article_id=article.article_id,
        revision=article.revision,
        revised_at=article.revised_at,
        cleaner_version=article.cleaner_version,
        extractor_version=VERSION,
        portal=article.portal,
        observation_ids=ids,
    )


def warm() -> None:
    """Load what the first article would wait for, and keep it out of the garbage collector's rounds."""
    extract(ArticleText(_FIRST, None, None))
    gc.collect()
    gc.freeze()


EXTRACTOR: Final = Stage(name="extractor", sources=(events.ARTICLES_CLEANED,), work=work, warm=warm)
