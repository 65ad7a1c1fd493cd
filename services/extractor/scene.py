"""Everything that the layers below read of one article, laid out by sentence."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from services.extractor.areas import article_area, article_locality, read_areas
from services.extractor.indicators import Lexicon, Words, lexicon, read_mentions, read_words
from services.extractor.model import AreaMention, ArticleText, Mention, PeriodMention, Quantity, StatusCue
from services.extractor.periods import article_period, read_periods
from services.extractor.quantities import read_quantities
from services.extractor.reading import Reading, Sentence, read
from services.extractor.statuses import read_statuses


class Spanned(Protocol):
    @property
    def start(self) -> int: ...


Item = TypeVar("Item", bound=Spanned)


@dataclass(frozen=True, slots=True)
class SentenceView:
    """One sentence with what was found in it."""

    index: int
    sentence: Sentence
    quantities: Sequence[Quantity]
    mentions: Sequence[Mention]
    periods: Sequence[PeriodMention]
    areas: Sequence[AreaMention]
    statuses: Sequence[StatusCue]


@dataclass(frozen=True, slots=True)
class Scene:
    article: ArticleText
    reading: Reading
    lexicon: Lexicon
    words: Words
    sentences: Sequence[SentenceView]
    statuses: Sequence[StatusCue]
    period: str | None
    """The period that the article as a whole speaks of."""
    area: str | None
    """The area whose figures an article of this source tells."""
    locality: str | None
    """The district that the article as a whole is about, if it is about one."""
    published: date | None
    spans: frozenset[str]
    """The spans that the article names anywhere, as periods or in a programme's name."""


def see(article: ArticleText) -> Scene:
    """Run the lower layers over `article`. Pure; linear; never raises on any text."""
    reading = read(article.text)
    lexemes = lexicon()
    words = read_words(reading, lexemes)
    statuses = read_statuses(reading, article.published)
    area = article_area(reading, article.published, article.area, article.url)
    areas = read_areas(reading, article.published, area)
    periods = read_periods(reading, article.published)
    return Scene(
        article=article,
        reading=reading,
        lexicon=lexemes,
        words=words,
        sentences=_views(
            reading,
            read_quantities(reading),
            read_mentions(words, lexemes),
            periods,
            areas,
            statuses,
        ),
        statuses=statuses,
        period=article_period(reading, article.published),
        area=area,
        locality=article_locality(reading, areas, article.published, area, article.url),
        published=article.published,
        spans=frozenset(mention.period for mention in periods if mention.role in ("span", "name")),
    )


def _views(
    reading: Reading,
    quantities: Iterable[Quantity],
    mentions: Iterable[Mention],
    periods: Iterable[PeriodMention],
    areas: Iterable[AreaMention],
    statuses: Iterable[StatusCue],
) -> list[SentenceView]:
    size = len(reading.sentences)
    spread = [_spread(reading, items, size) for items in (quantities, mentions, periods, areas, statuses)]
    return [
        SentenceView(at, sentence, *(column[at] for column in spread))  # type: ignore[arg-type]
        for at, sentence in enumerate(reading.sentences)
    ]


def _spread(reading: Reading, items: Iterable[Item], size: int) -> list[list[Item]]:
    columns: list[list[Item]] = [[] for _ in range(size)]
    for item in items:
        at = reading.sentence_at(item.start)
        if at >= 0:
            columns[at].append(item)
    return columns


def between(items: Sequence[Item], start: int, end: int) -> Sequence[Item]:
    """Those of sorted `items` that begin in [start, end)."""
    first = bisect_left(items, start, key=lambda item: item.start)
    return items[first : bisect_left(items, end, key=lambda item: item.start)]
