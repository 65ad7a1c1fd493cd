"""Dead letters from failure to retry: with the real stages, in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.console.database import Store
from services.console.dead_letters import RETRIES_MAX, Wanted, find, retry, select
from services.writer.write import Writer
from shared.bus.api import Record
from shared.bus.codec import decode
from shared.bus.dead_letters import Failure, dead_letter
from shared.errors import SolieuError
from tests.fixtures.events import at, cleaned, page_id, record, records
from tests.fixtures.store import store_of

pytestmark = pytest.mark.servers


async def given_a_letter(store: Store, origin: Record, *, day: float = 1) -> str:
    message = dead_letter(origin, Failure("poison", "ValueError: a bug"), stage="extractor", at=at(day))
    letter = decode(Record(message.topic, 0, 0, message.key, message.value, message.headers))
    await Writer(store.pool)(records(letter))
    return letter.key


async def test_what_is_mended_goes_through_and_the_page_has_its_outcome(postgres_dsn: str, tmp_path: Path) -> None:
    async with store_of(postgres_dsn, tmp_path) as store:
        await Writer(store.pool)(records(cleaned()))
        letter = await given_a_letter(store, record(cleaned()))
        assert [row["url"] for row in await select(store, Wanted(stage="extractor"))] == ["https://tinh.example/a"]
        assert await select(store, Wanted(portal="other")) == []
        outcome = "SELECT outcome FROM page WHERE page_id = $1"
        assert await store.pool.fetchval(outcome, page_id("a", 0)) == "dead"
        await retry(store, [letter])
        assert await store.pool.fetchval(outcome, page_id("a", 0)) == "written"
        assert await store.pool.fetchval("SELECT count(*) FROM observation_live") >= 1
        assert await select(store, Wanted()) == []
        assert [row["state"] for row in await select(store, Wanted(), state=None)] == ["retried"]


async def test_what_fails_again_is_open_again_and_not_retried_for_ever(postgres_dsn: str, tmp_path: Path) -> None:
    async with store_of(postgres_dsn, tmp_path) as store:
        origin = record(cleaned())
        broken = Record(origin.topic, 0, 0, origin.key, b"{}", origin.headers)  # fails in extractor and writer alike
        letter = await given_a_letter(store, broken)
        for tries in range(1, RETRIES_MAX + 1):
            await retry(store, [letter])
            again = await find(store, letter[:10])
            assert (again["state"], again["retries"]) == ("open", tries)
        assert again["message"] != "ValueError: a bug"  # of the last failure


async def test_an_unknown_or_ambiguous_id_is_told(postgres_dsn: str, tmp_path: Path) -> None:
    async with store_of(postgres_dsn, tmp_path) as store:
        with pytest.raises(SolieuError, match="no dead letter"):
            await find(store, "zz")
        await given_a_letter(store, record(cleaned("a")))
        await given_a_letter(store, record(cleaned("b")))
        with pytest.raises(SolieuError, match="more than one"):
            await find(store, "")
