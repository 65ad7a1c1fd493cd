"""Composed pages of every family of content systems, each with the outcome a person wrote down from reading it.

tests/golden/cleaner/<name>.html beside <name>.yaml: outcome, and for an article title, published, author, source, lead,
text, attachments as far as given. `bytes_of` names the encoding of the page on the wire (default UTF-8).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.cleaner.clean import clean_page
from services.cleaner.model import Article, Discarded
from shared.clock import VIETNAM

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "cleaner"
PAGES = sorted(GOLDEN.glob("*.html"))
VISIT = datetime(2025, 6, 1, 8, 0, tzinfo=VIETNAM)


def expected(page: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(page.with_suffix(".yaml").read_text("utf-8"))
    return found


def body_of(page: Path, want: dict[str, Any]) -> bytes:
    text = page.read_text("utf-8")
    return text.encode(want.get("bytes_of", "utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_page_reads_as_written_down(page: Path) -> None:
    want = expected(page)
    outcome = clean_page(body_of(page, want), url=want.get("url", ""), fetched_at=VISIT)
    if want["outcome"] != "article":
        assert isinstance(outcome, Discarded), outcome.text
        assert outcome.reason.value == want["outcome"], outcome.detail
        return
    assert isinstance(outcome, Article), f"{outcome.reason}: {outcome.detail}"
    assert outcome.text == want["text"]
    assert outcome.title == want["title"]
    published = outcome.published.isoformat() if outcome.published else None
    assert published == want.get("published")
    for field in ("author", "source", "lead"):
        if field in want:
            assert getattr(outcome, field) == want[field]
    assert [one.url for one in outcome.attachments] == want.get("attachments", [])


def test_there_are_pages_of_all_families() -> None:
    articles = [page for page in PAGES if expected(page)["outcome"] == "article"]
    assert len(articles) >= 25
