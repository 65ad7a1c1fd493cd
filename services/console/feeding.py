"""Messages put into the pipeline again: onto Kafka where the settings name it, else through stages in this process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING

from services.console.database import Store

if TYPE_CHECKING:
    from shared.bus.api import Message, Publish, Source
    from shared.bus.embedded import EmbeddedBus
    from shared.settings import Settings

    PublishAll = Callable[[Publish, "Settled"], Awaitable[None]]

Settled = Callable[[], Awaitable[None]]


def kafka_is_named() -> bool:
    """Whether somebody set SOLIEU_KAFKA__BOOTSTRAP_SERVERS; its default alone does not mean that there is a broker."""
    from shared.settings import explain, load

    origin = {setting.name: setting.origin for setting in explain(load())}
    return origin["SOLIEU_KAFKA__BOOTSTRAP_SERVERS"] != "default"


async def feed(
    store: Store, messages: Callable[[Settled], AsyncIterator[Message]], *, rate: float | None = None
) -> int:
    """Publishes in order what `messages` yields, at most `rate` a second. In this process also waits for its effects.

    `messages` is given a function that returns when all published so far is safe: on Kafka that is at once, here when
    the stages have dealt with it. Returns how many. Raises what the bus, the stages and `messages` raise."""
    from shared import logs

    logs.configure(store.settings.log.model_copy(update={"level": "warning"}))
    published = 0

    async def publish_all(publish: Publish, settled: Settled) -> None:
        nonlocal published
        began = time.monotonic()
        async for message in messages(settled):
            await publish([message])
            published += 1
            if rate and (early := published / rate - (time.monotonic() - began)) > 0:
                await asyncio.sleep(early)

    if kafka_is_named():
        await _on_kafka(store.settings, publish_all)
    else:
        await _in_this_process(store.settings, publish_all)
    return published


async def run_source(settings: Settings, source: Source) -> None:
    """Runs a source to its end: onto Kafka where the settings name it, else with the stages in this process."""
    from shared.bus.run import run

    if kafka_is_named():
        from shared.bus.kafka import KafkaBus

        await run(source, settings, bus=KafkaBus(settings.kafka), stop=asyncio.Event())
    else:
        await _with_stages(settings, source)


async def _on_kafka(settings: Settings, publish_all: PublishAll) -> None:
    from shared.bus.kafka import KafkaBus
    from shared.bus.publisher import Publisher
    from shared.health import Progress

    async def settled() -> None:
        """Acknowledged is safe."""

    publisher = Publisher(KafkaBus(settings.kafka), Progress("console"))
    try:
        await publish_all(publisher.publish, settled)
    finally:
        await publisher.close()


async def _in_this_process(settings: Settings, publish_all: PublishAll) -> None:
    from shared.bus.api import Source
    from shared.bus.embedded import EmbeddedBus

    bus = EmbeddedBus()

    async def run(_: Settings, publish: Publish, __: asyncio.Event) -> None:
        await publish_all(publish, bus.wait_idle)

    await _with_stages(settings, Source("console", run), bus)


async def _with_stages(settings: Settings, source: Source, bus: EmbeddedBus | None = None) -> None:
    from services.cleaner.stage import CLEANER
    from services.extractor.stage import EXTRACTOR
    from services.writer.stage import WRITER
    from shared.bus.api import Service
    from shared.bus.embedded import EmbeddedBus
    from shared.bus.run import run_services

    bus = bus or EmbeddedBus()
    services: list[Service] = [source, CLEANER, EXTRACTOR, WRITER]
    await run_services(services, settings, bus=bus, stop=asyncio.Event(), idle=bus.wait_idle)
