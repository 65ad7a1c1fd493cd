"""With Kafka named in the settings, messages go onto its topics for the running services, and lag is read from it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.cleaner.stage import CLEANER
from services.console.feeding import Settled, feed
from services.console.lag import lags
from services.console.status import take
from services.extractor.stage import EXTRACTOR
from shared.bus import topics
from shared.bus.api import Message
from shared.bus.codec import encode
from shared.errors import SolieuError
from shared.settings import KafkaSettings
from tests.fixtures.events import START, cleaned
from tests.fixtures.store import store_of

pytestmark = pytest.mark.servers


async def test_fed_messages_wait_for_the_services(
    kafka_servers: str, postgres_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOLIEU_KAFKA__BOOTSTRAP_SERVERS", kafka_servers)
    kafka = KafkaSettings(bootstrap_servers=kafka_servers, partitions=3)
    await topics.create(kafka)

    async def messages(settled: Settled) -> AsyncIterator[Message]:
        for n in range(30):
            yield encode(cleaned(f"a{n}"), source="test", at=START)
        await settled()

    async with store_of(postgres_dsn, tmp_path) as store:
        store = replace(store, settings=store.settings.model_copy(update={"kafka": kafka}))
        before = await lags([CLEANER, EXTRACTOR], kafka)
        assert await feed(store, messages) == 30
        after = await lags([CLEANER, EXTRACTOR], kafka)
        assert after["extractor"] - before["extractor"] == 30
        assert after["cleaner"] == before["cleaner"]
        status = await take(store, with_lag=True)
        assert {row["stage"]: row["lag"] for row in status.stages}["extractor"] == after["extractor"]
        assert await store.pool.fetchval("SELECT count(*) FROM article") == 0  # nothing ran here


async def test_without_a_broker_one_sentence() -> None:
    with pytest.raises(SolieuError, match=r"Kafka does not answer at 127\.0\.0\.1:1"):
        await lags([CLEANER], KafkaSettings(bootstrap_servers="127.0.0.1:1"))
