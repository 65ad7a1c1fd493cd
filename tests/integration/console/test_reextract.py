"""Stored texts read again: the diff first, then the tables."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path

import pytest

from services.console.diff import compare
from services.console.reextract import Comparison, lines, reread, write
from services.writer.write import Writer
from shared.store.pool import Pool
from tests.fixtures.events import cleaned, extraction, observation, records
from tests.fixtures.store import store_of

TEXT = "Năm 2023, toàn tỉnh giải quyết việc làm cho {quote}, đạt 104% kế hoạch năm. Bài số {n}."


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (None, {"value": 1}, "added"),
        ({"value": 1}, None, "retired"),
        ({"value": 1}, {"value": 2}, "changed"),
        ({"value": 1, "unit": "person"}, {"value": 1, "unit": "turn"}, "changed"),
        ({"value": 1, "confidence": 0.4}, {"value": 1, "confidence": 0.5}, "evidence"),
        ({"value": Decimal("24.82"), "rules": ["a"]}, {"value": 24.82, "rules": ["a"]}, "same"),
        ({"value": 1, "flags": []}, {"value": 1, "flags": ()}, "same"),
    ],
)
def test_kinds_of_change(before: dict[str, object] | None, after: dict[str, object] | None, kind: str) -> None:
    [change] = compare({"x": before} if before else {}, {"x": after} if after else {})
    assert change.kind == kind


async def live(pool: Pool) -> dict[str, Decimal]:
    rows = await pool.fetch(
        "SELECT article_id, value FROM observation_live WHERE indicator = 'employment.jobs_created'"
    )
    return {row["article_id"]: row["value"] for row in rows}


@pytest.mark.servers
@pytest.mark.timeout(900)
@pytest.mark.parametrize("articles", [40, pytest.param(10_000, marks=pytest.mark.slow)])
async def test_the_diff_is_shown_then_applied_then_empty(postgres_dsn: str, tmp_path: Path, articles: int) -> None:
    async with store_of(postgres_dsn, tmp_path) as store:
        events = []
        for n in range(1, articles + 1):  # what an older extractor left: a wrong figure in each
            quote = f"{100_000 + n:,} lao động".replace(",", ".")
            text = TEXT.format(n=n, quote=quote)
            start = text.index(quote)
            wrong = observation(f"a{n}", value=7, quote=quote, start=start, end=start + len(quote))
            events += [cleaned(f"a{n}", text=text), *extraction(f"a{n}", wrong, text=text, version=10_000)]
        await Writer(store.pool)(records(*events))
        assert set((await live(store.pool)).values()) == {7}
        with tempfile.TemporaryFile("w+", encoding="utf-8") as spool:
            found = await reread(store, None, spool)
            assert (found.articles, found.differing, found.failed) == (articles, articles, [])
            assert found.diff.counts["employment.jobs_created", "added"] == articles
            assert found.diff.counts["employment.jobs_created", "retired"] == articles  # ids of the test's own
            assert "100.001 người" in "\n".join(lines(found, 5))
            assert set((await live(store.pool)).values()) == {7}, "nothing is written before it is applied"
            await write(store, spool)
        assert sorted((await live(store.pool)).values()) == [100_000 + n for n in range(1, articles + 1)]
        with tempfile.TemporaryFile("w+", encoding="utf-8") as spool:
            assert (await reread(store, None, spool)).differing == 0
        retired = "SELECT count(*) FROM observation WHERE value = 7 AND retired_at IS NOT NULL"
        assert await store.pool.fetchval(retired) == articles


@pytest.mark.servers
async def test_texts_that_retention_removed_are_left_as_they_are(postgres_dsn: str, tmp_path: Path) -> None:
    async with store_of(postgres_dsn, tmp_path) as store:
        await Writer(store.pool)(records(cleaned(), *extraction("a", observation(value=7))))
        await store.pool.execute("UPDATE revision SET text = NULL")
        with tempfile.TemporaryFile("w+", encoding="utf-8") as spool:
            found = await reread(store, None, spool)
        assert isinstance(found, Comparison)
        assert found.articles == 0
