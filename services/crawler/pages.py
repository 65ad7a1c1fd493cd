"""A fetched page as the event that is published, as the ledger's row, and as the note of both in the archive."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.crawler.archive import Place
from services.crawler.fetch import Exchange, Fetched
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


def page_of(address: Address, fetched: Fetched, at: datetime) -> Page:
    """Not archived yet: without a place."""
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
        warc_file="",
        warc_offset=0,
    )


def placed(page: Page, place: Place) -> Page:
    return replace(page, warc_file=place.file, warc_offset=place.offset)


def noted(exchanges: Sequence[Exchange], page: Page, address: Address) -> list[Exchange]:
    """The exchanges of a page, its own answer last, with all that its event and its row in the ledger will say.

    From such a note both can be made again though the database was lost, and just as they were."""
    about = {name: getattr(page, name) for name in page.__slots__ if not name.startswith("warc_")}
    told = {"title": address.title, "published": address.published, "summary": address.summary}
    note = json.dumps({"page": about, "feed": told}, ensure_ascii=False, default=datetime.isoformat).encode()
    return [*exchanges[:-1], replace(exchanges[-1], note=note)]


def read_note(note: bytes, place: Place) -> Unaccounted:
    """What `noted` put into the archive, with the place where it was found. Raises ValueError, KeyError, TypeError for
    a note of another making."""
    said: dict[str, dict[str, Any]] = json.loads(note)
    about, told = said["page"], said["feed"]
    moment = datetime.fromisoformat(about["fetched_at"])
    page = Page(**{**about, "fetched_at": moment, "warc_file": place.file, "warc_offset": place.offset})
    published = datetime.fromisoformat(told["published"]) if told["published"] else None
    return Unaccounted(page, 0, told["title"], published, told["summary"])


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
