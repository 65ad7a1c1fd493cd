"""The life of an article, found by any of its names."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.console.trace import lines, take
from services.writer.write import Writer
from shared.errors import SolieuError
from tests.fixtures.events import cleaned, discarded, extraction, observation, page_id, records, url
from tests.fixtures.store import store_of

pytestmark = pytest.mark.servers


@pytest.mark.parametrize("key", [url("a"), "a", "a-0", page_id("a", 0), page_id("a", 1)])
async def test_every_name_leads_to_the_same_life(postgres_dsn: str, tmp_path: Path, key: str) -> None:
    async with store_of(postgres_dsn, tmp_path) as store:
        write = Writer(store.pool)
        block = {"rule": "share-bar", "text": "Chia sẻ bài viết"}
        await write(records(cleaned(removed=(block,)), *extraction("a", observation(rules=("pair",)))))
        await write(records(cleaned(day=1, text="mới"), *extraction("a", observation(value=9), day=1, text="mới")))
        await write(records(cleaned("b"), discarded("c")))
        text = "\n".join(lines(await take(store, key), rules=True))
    assert text.startswith("article a\n")
    assert text.count("\npage ") == 2
    assert "share-bar" in text
    assert "Chia sẻ bài viết" in text
    assert "employment.jobs_created level: 12.840 người" in text
    assert "employment.jobs_created level: 9 người" in text
    assert text.count("  holds") == 1
    assert text.count("  retired 20") == 1
    assert "    pair" in text


async def test_an_unknown_address_is_told_what_is_near(postgres_dsn: str, tmp_path: Path) -> None:
    async with store_of(postgres_dsn, tmp_path) as store:
        await Writer(store.pool)(records(cleaned("giai-quyet-viec-lam")))
        with pytest.raises(SolieuError) as raised:
            await take(store, "https://www.tinh.example/giai-quyet-viec-lam/")
    assert url("giai-quyet-viec-lam") in raised.value.hint
