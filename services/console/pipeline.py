"""The whole pipeline in one process: embedded Postgres, embedded bus, crawler, cleaner, extractor and writer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pydantic import PostgresDsn, Secret

from services.cleaner.stage import CLEANER
from services.console.account import Account, take
from services.console.live import PortalLine, View, row
from services.crawler.service import crawler
from services.extractor.stage import EXTRACTOR
from services.writer.stage import WRITER
from shared.bus.api import Record, Stage, Write
from shared.bus.codec import decode
from shared.bus.embedded import EmbeddedBus
from shared.bus.run import run_services
from shared.events import INDICATORS_OBSERVED, IndicatorObserved
from shared.settings import Settings
from shared.store.embedded import embedded_postgres
from shared.store.migrate import migrate
from shared.store.pool import open_pool

LOOPBACK: Final = ("127.0.0.0/8", "::1/128")
"""What the sample portals live on: allowed to the crawler only where they are followed."""


@dataclass(frozen=True, slots=True)
class Run:
    """What to run. `sample`: serve the bundled portals and follow them; then `portals` is their file."""

    data: Path
    """Folder of the database and the archive."""
    portals: Path
    sample: bool
    once: bool


@asynccontextmanager
async def embedded(settings: Settings, run: Run) -> AsyncIterator[Settings]:
    """Settings of a running embedded Postgres with today's tables and an archive in `run.data`. Raises SolieuError."""
    async with embedded_postgres(run.data / "postgres") as url:
        await migrate(url)
        networks = (*settings.crawl.private_networks, *(LOOPBACK if run.sample else ()))
        crawl = settings.crawl.model_copy(update={"archive": run.data / "archive", "private_networks": networks})
        yield settings.model_copy(update={"database_url": Secret(PostgresDsn(url)), "crawl": crawl})


async def follow(settings: Settings, run: Run, view: View, stop: asyncio.Event) -> Account:
    """Runs until `stop` is set; with `run.once`, until every page that could be fetched has an outcome.

    `settings` come from `embedded`. Raises SolieuError and what a service raises."""
    assert settings.database_url is not None  # set by `embedded`
    async with AsyncExitStack() as stack:
        variables = {}
        if run.sample:
            variables["SAMPLE_URL"] = await stack.enter_async_context(sample_on_its_port(run.data / "sample.port"))
        source = crawler(portals=run.portals, variables=variables, once=run.once, alone=True, report=progress_of(view))
        bus = EmbeddedBus()
        await run_services(
            [source, CLEANER, EXTRACTOR, WRITER, shown(view)],
            settings,
            bus=bus,
            stop=stop,
            idle=bus.wait_idle if run.once else None,
        )
        pool = await stack.enter_async_context(open_pool(str(settings.database_url.get_secret_value())))
        return await take(pool)


@asynccontextmanager
async def sample_on_its_port(memory: Path) -> AsyncIterator[str]:
    """The sample portals on the port of the run before, which `memory` holds: addresses that were found and not fetched
    yet lead there. A free port where there was no run, or another program has taken it."""
    from services.console.sample.server import sample_portals

    async with AsyncExitStack() as stack:
        try:
            port = int(await asyncio.to_thread(memory.read_text))
            base = await stack.enter_async_context(sample_portals(port=port))
        except (OSError, ValueError):
            base = await stack.enter_async_context(sample_portals())
        await asyncio.to_thread(memory.write_text, str(urlsplit(base).port))
        yield base.rstrip("/")


def shown(view: View) -> Stage:
    """A stage that shows each observation."""

    async def write(records: Sequence[Record]) -> None:
        for record in records:
            event = decode(record)
            if isinstance(event, IndicatorObserved):
                observation = event.observation.model_dump(mode="json")
                view.observed(row(observation, datetime.now(UTC)))

    @asynccontextmanager
    async def opened(_: Settings) -> AsyncIterator[Write]:
        yield write

    return Stage("console", (INDICATORS_OBSERVED,), open=opened)


def progress_of(view: View) -> Callable[[str, str, int], None]:
    """The crawler's reports, added up by portal and shown."""
    lines: dict[str, PortalLine] = {}

    def report(portal: str, what: str, count: int) -> None:
        line = lines.get(portal, PortalLine(portal))
        match what:
            case "polled":
                line = replace(line, polled=line.polled + count)
            case "found":
                line = replace(line, known=line.known + count)
            case "fetched" | "unchanged":
                line = replace(line, fetched=line.fetched + count)
            case "failed":
                line = replace(line, failed=line.failed + count)
        lines[portal] = replace(line, done=0 < line.known <= line.fetched + line.failed)
        view.portal(lines[portal])

    return report
