"""The contracts: what travels on the topics, how it is named, keyed and identified.

Every event is a CloudEvents 1.0 message in the Kafka binary binding: the JSON of one model below as value, the
attributes as `ce_*` headers. Every id is a function of content, so a replay or a duplicate changes nothing.
JSON Schemas and the AsyncAPI document in deploy/schemas/ are generated from this file (`make schemas`).

Invariant: an event type is only ever extended with optional fields; anything else is a new version of the type.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Final, Literal

from pydantic import AwareDatetime, Base64Bytes, BaseModel, ConfigDict, Field, PlainSerializer

from shared.vocabulary import Comparator, Measure, Status, Unit

PAGES_FETCHED: Final = "pages.fetched"
ARTICLES_CLEANED: Final = "articles.cleaned"
INDICATORS_OBSERVED: Final = "indicators.observed"
DEAD_LETTERS: Final = "dead.letters"

PAGE_BYTES_MAX: Final = 8 * 1024 * 1024
"""Largest page body that is published. As base64 in JSON it is 10.7 MiB, below the topic's 12 MiB message limit."""
MESSAGE_BYTES_MAX: Final = 12 * 1024 * 1024


def _number(value: Decimal) -> int | float:
    """JSON number of a decimal: integers stay integers. Doubles hold every figure that the domain prints exactly enough
    (15 digits; the largest printed is of the order of 10^15 dong)."""
    return int(value) if value == value.to_integral_value() else float(value)


Number = Annotated[Decimal, PlainSerializer(_number, return_type=int | float, when_used="json")]


class Event(BaseModel):
    """Base of all contracts. Unknown fields are ignored, so that an older reader accepts a newer writer. Times by which
    events are ranked must carry their zone, as the schemas' `date-time` does: others could not be compared."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    TYPE: ClassVar[str]
    TOPIC: ClassVar[str]

    @property
    def key(self) -> str:
        """Partition key: the article id, so that an article's events keep their order."""
        raise NotImplementedError

    @property
    def event_id(self) -> str:
        """CloudEvents id: equal for equal content."""
        raise NotImplementedError


class PageFetched(Event):
    """One answer of a portal, archived before it was published."""

    TYPE = "solieu.page.fetched.v1"
    TOPIC = PAGES_FETCHED

    page_id: str
    article_id: str
    url: str
    canonical_url: str
    portal: str
    area: str | None = None
    profile: str | None = None
    """Cleaner profile that the portal's entry names, if any."""
    fetched_at: AwareDatetime
    status: int
    content_type: str = ""
    body: Base64Bytes
    """Of an article that its site splits over several pages, those joined (shared/parts.py)."""
    body_sha256: str
    feed_title: str | None = None
    feed_published: datetime | None = None
    feed_summary: str | None = None
    tls_verified: bool = True
    warc_file: str | None = None
    warc_offset: int | None = None
    attempt: int = 0
    """How often the page was published again from the archive because no outcome was seen."""

    @property
    def key(self) -> str:
        return self.article_id

    @property
    def event_id(self) -> str:
        return f"{self.page_id}-{self.attempt}"


class Removed(BaseModel):
    """A block that the cleaner removed, with the rule that did it."""

    model_config = ConfigDict(frozen=True)
    rule: str
    text: str


class Attachment(BaseModel):
    model_config = ConfigDict(frozen=True)
    url: str
    title: str


class ArticleCleaned(Event):
    """The article of a page. `text` is the whole text that a reader sees, title and lead included, NFC, frozen:
    evidence offsets of every later stage are characters of exactly this string."""

    TYPE = "solieu.article.cleaned.v1"
    TOPIC = ARTICLES_CLEANED

    page_id: str
    article_id: str
    revision: str
    revised_at: AwareDatetime
    """When the page with this text was fetched. Of two revisions the later one is the newer."""
    url: str
    canonical_url: str
    portal: str
    area: str | None = None
    title: str
    lead: str | None = None
    text: str
    published: datetime | None = None
    published_from: str | None = None
    author: str | None = None
    source: str | None = None
    method: str
    """Which way the text was found: `profile:<id>`, `scorer`, `trafilatura`, `scripted`, `text`."""
    method_confidence: float
    cleaner_version: int = 1
    """The cleaner that read the page. Of two readings of one page the greater version holds."""
    simhash: str
    copy_of: str | None = None
    """Article id of the original, where the text is a reprint: stored, not extracted twice."""
    removed: tuple[Removed, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    @property
    def key(self) -> str:
        return self.article_id

    @property
    def event_id(self) -> str:
        return f"{self.page_id}-{self.revision}-{self.cleaner_version}"


class ArticleDiscarded(Event):
    """A page that is no article, and why."""

    TYPE = "solieu.article.discarded.v1"
    TOPIC = ARTICLES_CLEANED

    page_id: str
    article_id: str
    url: str
    portal: str
    fetched_at: AwareDatetime
    reason: str
    """A word of the closed set in services/cleaner/outcomes.py: listing, home, soft_404, login, challenge, ..."""
    detail: str = ""
    cleaner_version: int = 1

    @property
    def key(self) -> str:
        return self.article_id

    @property
    def event_id(self) -> str:
        return f"{self.page_id}-discarded-{self.cleaner_version}"


class Observation(BaseModel):
    """One statement of an article that an indicator had, will have or should have a value. docs/observation.md."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    observation_id: str
    indicator: str | None
    label: str | None = None
    measure: Measure
    value: Number
    value_high: Number | None = None
    unit: Unit
    comparator: Comparator
    status: Status
    period: str
    area: str | None
    locality: str | None = None
    target_value: Number | None = None
    target_value_high: Number | None = None
    plan_ratio: Number | None = None
    change: str | None = None
    """Observation id of the rise or fall that the text gives beside this level."""
    breakdown: dict[str, str] = Field(default_factory=dict)
    quote: str
    start: int
    end: int
    sentence: str
    confidence: Annotated[float, Field(ge=0, le=1)]
    flags: tuple[str, ...] = ()
    """What the consistency checks found: `out_of_range`, `plan_mismatch`, ..."""
    rules: tuple[str, ...] = ()
    """The grammar rules that fired, in order."""


class IndicatorObserved(Event):
    """One observation, with the article and the revision of it that it was read from."""

    TYPE = "solieu.indicator.observed.v1"
    TOPIC = INDICATORS_OBSERVED

    article_id: str
    revision: str
    revised_at: AwareDatetime
    cleaner_version: int = 1
    extractor_version: int
    url: str
    portal: str
    published: datetime | None = None
    observation: Observation

    @property
    def key(self) -> str:
        return self.article_id

    @property
    def event_id(self) -> str:
        return f"{self.observation.observation_id}-{self.revision}-{self.extractor_version}"


class ArticleExtracted(Event):
    """Ends an article's observations of one revision: the writer retires what it does not name."""

    TYPE = "solieu.article.extracted.v1"
    TOPIC = INDICATORS_OBSERVED

    page_id: str
    article_id: str
    revision: str
    revised_at: AwareDatetime
    cleaner_version: int = 1
    extractor_version: int
    portal: str
    observation_ids: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.article_id

    @property
    def event_id(self) -> str:
        return f"{self.article_id}-{self.revision}-{self.extractor_version}"


class DeadLetter(Event):
    """A message that a stage could not process, with its original bytes, so that it can be put back as it was."""

    TYPE = "solieu.dead.letter.v1"
    TOPIC = DEAD_LETTERS

    dead_letter_id: str
    stage: str
    error: Literal["poison", "time_limit", "worker_died", "too_large", "refused"]
    message: str
    failed_at: AwareDatetime
    attempt: int = 1
    origin_topic: str
    origin_partition: int
    origin_offset: int
    origin_key: Base64Bytes | None
    origin_value: Base64Bytes
    origin_headers: tuple[tuple[str, Base64Bytes], ...] = ()

    @property
    def key(self) -> str:
        return self.dead_letter_id

    @property
    def event_id(self) -> str:
        return self.dead_letter_id


EVENTS: Final[tuple[type[Event], ...]] = (
    PageFetched,
    ArticleCleaned,
    ArticleDiscarded,
    IndicatorObserved,
    ArticleExtracted,
    DeadLetter,
)


def headers(event: Event, source: str, at: datetime) -> list[tuple[str, bytes]]:
    """CloudEvents 1.0 attributes of `event` in the Kafka binary binding. `at` must have a zone."""
    values = {
        "ce_specversion": "1.0",
        "ce_id": event.event_id,
        "ce_type": event.TYPE,
        "ce_source": source,
        "ce_subject": event.key,
        "ce_time": at.isoformat(),
        "content-type": "application/json",
    }
    return [(name, value.encode()) for name, value in values.items()]
