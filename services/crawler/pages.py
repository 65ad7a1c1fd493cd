"""A fetched page as the event that is published and as the ledger's row."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime

from services.crawler.archive import Place
from services.crawler.fetch import Fetched
from services.crawler.model import Address, Page
from services.crawler.portals import Portal
from services.crawler.state import Unaccounted
from shared.bus.api import Message
from shared.bus.codec import encode
from shared.clock import VIETNAM
from shared.events import PageFetched
from shared.ids import page_id


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def page_of(address: Address, fetched: Fetched, place: Place, at: datetime) -> Page:
    digest = sha256(fetched.body)
    return Page(
        page_id(address.canonical_url, digest),
        address.article_id,
        address.portal,
        fetched.url,
        address.canonical_url,
        at,
        fetched.status,
        fetched.content_type,
        digest,
        len(fetched.body),
        fetched.tls_verified,
        place.file,
        place.offset,
    )


def message_of(page: Page, address: Address, portal: Portal, body: bytes) -> Message:
    found = Unaccounted(page, 0, address.title, address.published, address.summary)
    return message_again(found, portal, body, page.fetched_at)


def message_again(found: Unaccounted, portal: Portal | None, body: bytes, now: datetime) -> Message:
    """The event of a page, first or again. `portal` None: its entry has left the portals file."""
    page = found.page
    event = PageFetched(
        page_id=page.page_id,
        article_id=page.article_id,
        url=page.url,
        canonical_url=page.canonical_url,
        portal=page.portal,
        area=portal.area_on((found.published or page.fetched_at).astimezone(VIETNAM).date()) if portal else None,
        profile=portal.profile if portal else None,
        fetched_at=page.fetched_at,
        status=page.status,
        content_type=page.content_type,
        body=base64.b64encode(body),
        body_sha256=page.body_sha256,
        feed_title=found.title or None,
        feed_published=found.published,
        feed_summary=found.summary or None,
        tls_verified=page.tls_verified,
        warc_file=page.warc_file,
        warc_offset=page.warc_offset,
        attempt=found.attempt,
    )
    return encode(event, source="crawler", at=now)
