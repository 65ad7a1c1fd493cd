"""An honest baseline: each number with a unit goes to the nearest name in its sentence whose indicator has that unit.

No roles, clauses, ellipsis, lists, statuses or periods: a level of the article's year and area, always actual.
"""

from __future__ import annotations

from typing import Any

from services.extractor.indicators import lexicon, read_mentions, read_words
from services.extractor.model import ArticleText, Mention, Quantity
from services.extractor.quantities import read_quantities
from services.extractor.reading import Reading, read
from shared.vietnam.catalogue import catalogue


def nearest_phrase(article: ArticleText) -> list[dict[str, Any]]:
    reading = read(article.text)
    words = lexicon()
    mentions = [m for m in read_mentions(read_words(reading, words), words) if m.kind == "pattern" and m.indicator]
    year = str(article.published.year) if article.published else ""
    found = []
    for quantity in read_quantities(reading):
        mention = _nearest(quantity, mentions, reading)
        if mention is not None:
            found.append(
                {
                    "indicator": mention.indicator,
                    "measure": "level",
                    "value": quantity.value,
                    "unit": quantity.unit,
                    "status": "actual",
                    "period": year,
                    "area": article.area,
                    "quote": reading.quote(quantity.start, quantity.end),
                }
            )
    return found


def _nearest(quantity: Quantity, mentions: list[Mention], reading: Reading) -> Mention | None:
    if quantity.non_value or quantity.unit is None:
        return None
    at = reading.sentence_at(quantity.start)
    near = [
        m
        for m in mentions
        if reading.sentence_at(m.start) == at and quantity.unit in catalogue()[m.indicator or ""].units
    ]
    return min(near, key=lambda m: (max(m.start - quantity.end, quantity.start - m.end, 0), -m.weight), default=None)
