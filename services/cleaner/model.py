"""What the cleaner returns. Plain frozen values: no element, no clock, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.cleaner.outcomes import Reason


@dataclass(frozen=True, slots=True)
class Removed:
    """A block or part of a line that was taken out, and the rule that did it."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document that the article links to. `url` is absolute where the page's address is known."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Article:
    """The article of a page.

    `text` is the whole reading text: the title as first line, a blank line, the lead, the body; a line a paragraph,
    heading, list item, caption or table row; each said once. It is NFC and never changes again: evidence offsets of
    every later stage are characters of exactly this string."""

    title: str
    lead: str | None
    text: str
    published: datetime | None
    """With zone. A page that names only a day gives its midnight in Viet Nam."""
    published_from: str | None
    """Where the date was read: `visible`, `json_ld`, `meta`, `time`, `updated`, `feed`, `url`."""
    author: str | None
    source: str | None
    """The paper or office that the article says it was taken from."""
    method: str
    """`profile:<id>`, `scorer`, `trafilatura` or `text`."""
    method_confidence: float
    """0..1: how much two independent ways of finding the body agree."""
    removed: tuple[Removed, ...]
    attachments: tuple[Attachment, ...]
    canonical_url: str | None
    simhash: str
    """64 bits as 16 hex digits, of the text without its title: near-duplicates differ in few bits."""


@dataclass(frozen=True, slots=True)
class Discarded:
    """A page that is no article."""

    reason: Reason
    detail: str = ""
    """What decided, for a person."""
    removed: tuple[Removed, ...] = ()
