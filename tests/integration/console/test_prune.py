"""Retention removes what is old, and nothing that is still owed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from services.console.prune import prune
from services.writer.write import Writer
from shared.settings import RetentionSettings
from tests.fixtures.events import cleaned, extraction, observation, records
from tests.fixtures.store import store_of

pytestmark = pytest.mark.servers


async def test_old_texts_and_retired_readings_go_and_figures_stay(
    postgres_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.console.prune.CHUNK", 1)  # several rounds
    async with store_of(postgres_dsn, tmp_path) as store:
        write = Writer(store.pool)
        await write(
            records(
                cleaned("old", author="Nguyễn Văn A"), *extraction("old", observation("old", 0), observation("old", 1))
            )
        )
        await write(records(*extraction("old", observation("old", 0), version=2)))
        await store.pool.execute(
            "UPDATE observation SET retired_at = now() - interval '40 days' WHERE retired_at IS NOT NULL"
        )
        kept = RetentionSettings(text_days=30, dead_letter_days=0, retired_days=30)
        aged = replace(store, settings=store.settings.model_copy(update={"retention": kept}))
        assert await prune(aged, dry_run=True) == [
            "1 texts older than 30 days would go",
            "originals of dead letters: kept for ever (SOLIEU_RETENTION__DEAD_LETTER_DAYS=0)",
            "2 retired readings older than 30 days would go",
        ]
        assert await store.pool.fetchval("SELECT count(*) FROM observation") == 3
        assert (await prune(aged))[2] == "2 retired readings older than 30 days removed"
        assert await store.pool.fetchval("SELECT count(*) FROM observation") == 1
        assert await store.pool.fetchval("SELECT count(*) FROM observation_live") == 1
        assert await store.pool.fetchval("SELECT text IS NULL AND author IS NULL AND title <> '' FROM revision")
        assert (await prune(aged))[0] == "0 texts older than 30 days removed"


async def test_open_dead_letters_keep_their_originals(postgres_dsn: str, tmp_path: Path) -> None:
    async with store_of(postgres_dsn, tmp_path) as store:
        for name, decision in (("open", None), ("dropped", "drop")):
            await store.pool.execute(
                "INSERT INTO dead_letter (dead_letter_id, stage, error, message, failed_at, attempt, origin_topic,"
                " origin_partition, origin_offset, origin_value, origin_headers, decision, decided_at)"
                " VALUES ($1, 'cleaner', 'poison', '', '2020-01-01Z', 1, 't', 0, 0, 'x', '[]', $2::text,"
                " CASE WHEN $2::text IS NOT NULL THEN now() END)",
                name, decision,
            )  # fmt: skip
        await prune(store)
        rows = await store.pool.fetch("SELECT dead_letter_id FROM dead_letter WHERE origin_value IS NULL")
        assert [row[0] for row in rows] == ["dropped"]
