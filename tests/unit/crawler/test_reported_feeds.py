"""Feeds and listing pages composed after faults that users of feed readers reported in public.

tests/golden/reported/feeds.yaml: a feed, and the items that a reader expects of it (address, title, day in Viet Nam).
`bytes_of` names its encoding on the wire, `compress` packs it; `gap` says why a case is known to fail.
"""

from __future__ import annotations

import gzip
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.crawler.feeds import read_feed
from shared.clock import VIETNAM

REPORTED = Path(__file__).resolve().parents[2] / "golden" / "reported" / "feeds.yaml"
FETCHED = datetime(2024, 3, 1, 9, tzinfo=VIETNAM)


def cases() -> list[Any]:
    return [
        pytest.param(
            case,
            id=case["name"],
            marks=[pytest.mark.xfail(strict=True, reason=case["gap"])] if "gap" in case else [],
        )
        for case in yaml.safe_load(REPORTED.read_text("utf-8"))
    ]


@pytest.mark.parametrize("case", cases())
def test_items_are_those_a_reader_expects(case: dict[str, Any]) -> None:
    body = case["feed"].encode(case.get("bytes_of", "utf-8"))
    body = gzip.compress(body) if case.get("compress") else body
    reading = read_feed(body, url=case.get("url", "https://bao.tinh.example/rss/"), fetched_at=FETCHED)
    read = [
        [item.url, item.title, item.published.astimezone(VIETNAM).date() if item.published else None]
        for item in reading.items
    ]
    assert read == case["items"], reading.problems
