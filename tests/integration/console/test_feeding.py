"""Messages put into the pipeline again: how that ends when it cannot go on."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.console.database import Stopped
from services.console.feeding import Settled, feed
from shared.bus.api import Message
from shared.bus.codec import encode
from shared.errors import SolieuError
from shared.events import MESSAGE_BYTES_MAX
from shared.settings import StageSettings
from tests.fixtures.events import at, cleaned
from tests.fixtures.store import store_of

pytestmark = pytest.mark.servers


async def test_a_message_that_no_topic_takes_is_told(postgres_dsn: str, tmp_path: Path) -> None:
    async def messages(_: Settled) -> AsyncIterator[Message]:
        yield replace(encode(cleaned(), source="test", at=at(0)), value=b" " * (MESSAGE_BYTES_MAX + 1))

    async with store_of(postgres_dsn, tmp_path) as store:
        with pytest.raises(SolieuError, match="stopped after 0 messages"):
            await feed(store, messages)


async def test_a_broken_release_stops_it_in_words(postgres_dsn: str, tmp_path: Path) -> None:
    async def messages(settled: Settled) -> AsyncIterator[Message]:
        for n in range(40):
            good = encode(cleaned(f"a{n}"), source="test", at=at(0))
            yield replace(good, value=b"{}")
        await settled()

    async with store_of(postgres_dsn, tmp_path) as store:
        touchy = store.settings.model_copy(update={"stage": StageSettings(workers=1, dead_letter_documents_min=20)})
        with pytest.raises(SolieuError, match="feed-stopped"):
            await feed(replace(store, settings=touchy), messages)


async def test_ctrl_c_ends_a_slow_feed_at_once(postgres_dsn: str, tmp_path: Path) -> None:
    async def messages(_: Settled) -> AsyncIterator[Message]:
        os.kill(os.getpid(), signal.SIGINT)
        for n in range(100):
            yield encode(cleaned(f"a{n}"), source="test", at=at(0))

    async with store_of(postgres_dsn, tmp_path) as store:
        with pytest.raises(Stopped):
            async with asyncio.timeout(30):
                await feed(store, messages, rate=0.01)
        assert await store.pool.fetchval("SELECT count(*) FROM article") <= 1
