"""Pages composed after faults that users of other extractors reported in public, with what a reader gets from each.

tests/golden/reported/clean-*.yaml: a page, and either the reason why it is no article (`outcome`) or title, published
(day in Viet Nam, null for none), must, must_not and once (in the text, blanks folded), lines (whole lines), same_line
(within one line). `bytes_of` and `normal_form` tell how the page is encoded; `gap` says why a case is known to fail.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
import yaml

from services.cleaner.clean import clean_page
from services.cleaner.model import Article, Discarded
from services.cleaner.scripted import article_page
from shared.clock import VIETNAM

REPORTED = Path(__file__).resolve().parents[2] / "golden" / "reported"
VISIT = datetime(2025, 6, 1, 8, 0, tzinfo=VIETNAM)


def cases() -> list[Any]:
    found = []
    for path in sorted(REPORTED.glob("clean-*.yaml")):
        for case in yaml.safe_load(path.read_text("utf-8")):
            marks = [pytest.mark.xfail(strict=True, reason=case["gap"])] if "gap" in case else []
            found.append(pytest.param(case, id=f"{path.stem}:{case['name']}", marks=marks))
    return found


def fold(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("case", cases())
def test_page_gives_what_a_reader_gets(case: dict[str, Any]) -> None:
    page = unicodedata.normalize(case.get("normal_form", "NFC"), case["page"])
    outcome = clean_page(
        page.encode(case.get("bytes_of", "utf-8")),
        url=case.get("url", ""),
        content_type=case.get("content_type", ""),
        fetched_at=VISIT,
    )
    if "outcome" in case:
        assert isinstance(outcome, Discarded), outcome.text
        assert outcome.reason.value == case["outcome"]
        return
    assert isinstance(outcome, Article), f"{outcome.reason}: {outcome.detail}"
    assert outcome.title == case["title"]
    if "published" in case:
        day = outcome.published.astimezone(VIETNAM).date() if outcome.published else None
        assert day == case["published"]
    _assert_text(case, outcome.text)


def _assert_text(case: dict[str, Any], raw: str) -> None:
    text, lines = fold(raw), raw.splitlines()
    assert [part for part in case.get("must", []) if fold(part) not in text] == [], raw
    assert [part for part in case.get("must_not", []) if fold(part) in text] == [], raw
    assert [part for part in case.get("once", []) if text.count(fold(part)) != 1] == [], raw
    assert [line for line in case.get("lines", []) if line not in lines] == [], raw
    torn = [parts for parts in case.get("same_line", []) if not any(all(p in line for p in parts) for line in lines)]
    assert torn == [], raw


DATELINES = {
    "Cập nhật lúc 08:00 Thứ tư, 04/01/2023 (GMT+7)": "2023-01-04",
    "04/01/2023 - 15 giờ 30 phút": "2023-01-04",
    "Wednesday, 4 January 2023 10:00": "2023-01-04",
    "04-Jan-2023": "2023-01-04",
    "4 tháng 1, 2023": "2023-01-04",
    "Hà Nội, ngày 04 tháng 01 năm 2023": "2023-01-04",
    "Nguyễn Văn A - 04/01/2023": "2023-01-04",
    "Viết bởi Admin, ngày 04/01/2023": "2023-01-04",
    "Lượt xem: 1024 | 04/01/2023": "2023-01-04",
    "T4, 04/01/23": "2023-01-04",
    "Thứ tư - 04/01/2023 15:52 - Người đăng bài viết: Admin": "2023-01-04",
    "2023-01-04T17:30:00Z": "2023-01-05",
    "1/4/2023 3:30:00 PM": "2023-04-01",
    "Cập nhật 04 Tháng Mười Hai, 2022": "2022-12-04",
    "20230104": None,
    "Số 12/2023": None,
    "4/1": None,
}


@pytest.mark.parametrize("line", DATELINES)
def test_line_under_the_title_dates_the_article(line: str) -> None:
    page = f"""<html><head><title>Lâm Đồng: Kết nối việc làm</title></head><body><h1>Lâm Đồng: Kết nối việc làm</h1>
      <div>{line}</div><p>Tỉnh Lâm Đồng kết nối việc làm cho 1.120 lao động trong dịp đầu năm.</p></body></html>"""
    outcome = clean_page(page.encode(), url="", fetched_at=VISIT)
    assert isinstance(outcome, Article)
    day = outcome.published.astimezone(VIETNAM).date().isoformat() if outcome.published else None
    assert day == DATELINES[line]


def test_scripts_never_closed_cost_linear_time() -> None:
    """A search for each closing tag to the page's end took 9 minutes for 50,000 of them."""

    def seconds(count: int) -> float:
        page = "<html><body>" + '<script type="application/json">' * count + "</body></html>"
        started = perf_counter()
        article_page(page, "")
        return perf_counter() - started

    assert seconds(20_000) < 40 * max(seconds(2_000), 0.001)
