"""Messages put into the pipeline again: onto Kafka where the settings name it, else through stages in this process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING

from services.console.database import Store

if TYPE_CHECKING:
    from shared.bus.api import Message, Publish
    from shared.settings import Settings

    PublishAll = Callable[[Publish, asyncio.Event], Awaitable[None]]


def kafka_is_named() -> bool:
    """Whether somebody set SOLIEU_KAFKA__BOOTSTRAP_SERVERS; its default alone does not mean that there is a broker."""
    from shared.settings import explain, load

    origin = {setting.name: setting.origin for setting in explain(load())}
    return origin["SOLIEU_KAFKA__BOOTSTRAP_SERVERS"] != "default"


async def feed(store: Store, messages: AsyncIterator[Message], *, rate: float | None = None) -> int:
    """Publishes `messages` in order, at most `rate` a second; in this process also waits until all are dealt with.

    Returns how many. Raises what the bus, the stages and `messages` raise."""
    published = 0

    async def publish_all(publish: Publish, stop: asyncio.Event) -> None:
        nonlocal published
        began = time.monotonic()
        async for message in messages:
            if stop.is_set():
                return
            await publish([message])
            published += 1
            if rate and (early := published / rate - (time.monotonic() - began)) > 0:
                await asyncio.sleep(early)

    if kafka_is_named():
        await _on_kafka(store.settings, publish_all)
    else:
        await _in_this_process(store.settings, publish_all)
    return published


async def _on_kafka(settings: Settings, publish_all: PublishAll) -> None:
    from shared.bus.kafka import KafkaBus
    from shared.bus.publisher import Publisher
    from shared.health import Progress

    publisher = Publisher(KafkaBus(settings.kafka), Progress("console"))
    try:
        await publish_all(publisher.publish, asyncio.Event())
    finally:
        await publisher.close()


async def _in_this_process(settings: Settings, publish_all: PublishAll) -> None:
    from services.cleaner.stage import CLEANER
    from services.extractor.stage import EXTRACTOR
    from services.writer.stage import WRITER
    from shared.bus.api import Service, Source
    from shared.bus.embedded import EmbeddedBus
    from shared.bus.run import run_services

    async def run(_: Settings, publish: Publish, stop: asyncio.Event) -> None:
        await publish_all(publish, stop)

    bus = EmbeddedBus()
    services: list[Service] = [Source("console", run), CLEANER, EXTRACTOR, WRITER]
    await run_services(services, settings, bus=bus, stop=asyncio.Event(), idle=bus.wait_idle)
