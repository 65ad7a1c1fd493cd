"""Messages put into the pipeline again: onto Kafka where the settings name it, else through stages in this process."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from services.console.database import Stopped, Store
from shared.errors import SolieuError

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
    the stages have dealt with it. Returns how many. Raises Stopped on Ctrl-C, SolieuError feed-stopped, and what
    `messages` raises."""
    from shared import logs
    from shared.bus.api import TooLarge
    from shared.bus.dead_letters import TooManyDeadLetters
    from shared.bus.pool import PoolBroken
    from shared.bus.runner import Stuck

    logs.configure(store.settings.log.model_copy(update={"level": "warning"}))
    published = 0

    with stopped_by_signals() as stop:

        async def publish_all(publish: Publish, settled: Settled) -> None:
            nonlocal published
            began = time.monotonic()
            async for message in messages(partial(_unless, stop, settled)):
                await _unless(stop, partial(publish, [message]))
                published += 1
                early = published / rate - (time.monotonic() - began) if rate else 0
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), max(early, 0))
                if stop.is_set():
                    raise Stopped

        try:
            if kafka_is_named():
                await _on_kafka(store.settings, publish_all)
            else:
                await _in_this_process(store.settings, publish_all)
        except (TooManyDeadLetters, PoolBroken, Stuck, TooLarge) as error:
            hint = "solieu dead-letters list shows what failed; mend that, and the same command goes on"
            raise SolieuError("feed-stopped", f"stopped after {published} messages: {error}", hint) from None
    return published


@contextlib.contextmanager
def stopped_by_signals() -> Iterator[asyncio.Event]:
    """An event that the first Ctrl-C or SIGTERM sets; the next one ends the process as ever."""
    loop, stop, numbers = asyncio.get_running_loop(), asyncio.Event(), (signal.SIGINT, signal.SIGTERM)

    def told() -> None:
        stop.set()
        for number in numbers:
            loop.remove_signal_handler(number)

    for number in numbers:
        loop.add_signal_handler(number, told)
    try:
        yield stop
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


async def _unless(stop: asyncio.Event, wait: Settled) -> None:
    """Raises Stopped where `stop` comes first."""
    waits = asyncio.ensure_future(wait()), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        if not waits[0].done():
            raise Stopped
        waits[0].result()
    finally:
        for each in waits:
            each.cancel()


async def run_source(settings: Settings, source: Source) -> None:
    """Runs a source to its end: onto Kafka where the settings name it, else with the stages in this process."""
    from shared.bus.run import run

    if kafka_is_named():
        from shared.bus.kafka import KafkaBus

        with stopped_by_signals() as stop:
            await run(source, settings, bus=KafkaBus(settings.kafka), stop=stop)
    else:
        with stopped_by_signals() as stop:
            await _with_stages(settings, source, stop=stop)


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


async def _with_stages(
    settings: Settings, source: Source, bus: EmbeddedBus | None = None, stop: asyncio.Event | None = None
) -> None:
    from services.cleaner.stage import CLEANER
    from services.extractor.stage import EXTRACTOR
    from services.writer.stage import WRITER
    from shared.bus.api import Service
    from shared.bus.embedded import EmbeddedBus
    from shared.bus.run import run_services

    bus = bus or EmbeddedBus()
    services: list[Service] = [source, CLEANER, EXTRACTOR, WRITER]
    await run_services(services, settings, bus=bus, stop=stop or asyncio.Event(), idle=bus.wait_idle)
