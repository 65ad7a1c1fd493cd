"""The extractor's speed, as a ratio to plain work on the same texts in the same run, and to itself on longer ones."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from services.extractor.extract import extract
from tests.accuracy import sets

PASSES_MAX = 150
"""Passes of the regular expression below over the same text that take as long as reading its figures. Measured 97 on
the composed articles, which hold four times the figures of an ordinary one."""
LONGER = 12
_WORD = re.compile(r"\w+")


def _seconds(work: Callable[[], object], times: int = 5) -> float:
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def test_an_article_takes_no_longer_than_so_many_passes_over_its_words() -> None:
    own = sets.folder("composed")
    assert own is not None
    articles = [gold.article for gold in sets.articles(own) if gold.article]
    for article in articles:  # lexicons and caches
        extract(article)
    ours = _seconds(lambda: [extract(article) for article in articles])
    plain = _seconds(lambda: [_WORD.findall(article.text) for article in articles])
    size = sum(len(article.text.encode()) for article in articles)
    assert ours / plain <= PASSES_MAX, f"{size / 3000 / ours:.0f} articles/s of 3 KB"


def test_a_text_many_times_as_long_takes_as_many_times_as_long() -> None:
    own = sets.folder("composed")
    assert own is not None
    article = next(gold.article for gold in sets.articles(own) if gold.article)
    longer = type(article)(f"{article.text}\n\n" * LONGER, article.published, article.area)
    extract(article)
    one, many = _seconds(lambda: extract(article)), _seconds(lambda: extract(longer), 2)
    assert many / one <= 2 * LONGER
