"""The cleaner as a stage: `pages.fetched` in, `articles.cleaned` out. One page gives exactly one event."""

from __future__ import annotations

from typing import Final

from services.cleaner.clean import clean_page
from services.cleaner.model import Article, Discarded
from shared import events, ids
from shared.bus.api import Message, Record, Stage

SOURCE: Final = "/solieu/cleaner"
VERSION: Final = 2
"""Raised when the same page gives another text: of two readings of one page the greater version holds."""


def work(record: Record) -> list[Message]:
    """Clean one `PageFetched`. Raises `pydantic.ValidationError` on a value that is none: poison."""
    page = events.PageFetched.model_validate_json(record.value)
    outcome = clean_page(
        page.body,
        url=page.url,
        content_type=page.content_type,
        portal=page.portal,
        profile=page.profile,
        feed_title=page.feed_title,
        feed_published=page.feed_published,
        feed_summary=page.feed_summary,
        fetched_at=page.fetched_at,
    )
    event = cleaned(page, outcome) if isinstance(outcome, Article) else discarded(page, outcome)
    return [
        Message(
            topic=event.TOPIC,
            key=event.key.encode(),
            value=event.model_dump_json().encode(),
            headers=tuple(events.headers(event, SOURCE, page.fetched_at)),
        )
    ]


def cleaned(page: events.PageFetched, article: Article) -> events.ArticleCleaned:
    """The event of an article. The article id stays the crawler's, so that all events of a page share a key."""
    return events.ArticleCleaned(
        page_id=page.page_id,
        article_id=page.article_id,
        revision=ids.revision_id(article.text),
        revised_at=page.fetched_at,
        url=page.url,
        canonical_url=article.canonical_url or page.canonical_url,
        portal=page.portal,
        area=page.area,
        title=article.title,
        lead=article.lead,
        text=article.text,
        published=article.published,
        published_from=article.published_from,
        author=article.author,
        source=article.source,
        method=article.method,
        method_confidence=article.method_confidence,
        cleaner_version=VERSION,
        simhash=article.simhash,
        removed=tuple(events.Removed(rule=r.rule, text=r.text) for r in article.removed),
        attachments=tuple(events.Attachment(url=a.url, title=a.title) for a in article.attachments),
    )


def discarded(page: events.PageFetched, outcome: Discarded) -> events.ArticleDiscarded:
    return events.ArticleDiscarded(
        page_id=page.page_id,
        article_id=page.article_id,
        url=page.url,
        portal=page.portal,
        fetched_at=page.fetched_at,
        reason=outcome.reason.value,
        detail=outcome.detail,
        cleaner_version=VERSION,
    )


CLEANER: Final = Stage(name="cleaner", sources=(events.PAGES_FETCHED,), work=work)
