"""The crawler as a service: a source that publishes pages.fetched. `crawler(...)` builds other ways to run it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import structlog

from services.crawler import gauges
from services.crawler.addresses import AddressPolicy
from services.crawler.archive import Archive, drop_old, read_body
from services.crawler.crawl import WAIT_S, Crawl
from services.crawler.fetch import Fetcher
from services.crawler.portals import Portal, load_portals
from services.crawler.postgres_state import PostgresState
from services.crawler.robots import AGENT
from services.crawler.tools import Knobs, Report, Tools
from shared.background import in_background
from shared.bus.api import Publish, Source
from shared.clock import now
from shared.errors import SolieuError
from shared.settings import CrawlSettings, Settings
from shared.store.pool import LOST, Pool, open_pool

VERSION: Final = "0.1"
CONNECTIONS_MAX: Final = 10
"""To the database. A step of a host holds one for some milliseconds between requests of seconds."""
DROP_EVERY_S: Final = 3600.0
"""Days are dropped, but when this process began must not matter."""

log = structlog.get_logger(__name__)


def crawler(
    *,
    portals: Path | None = None,
    variables: Mapping[str, str] | None = None,
    once: bool = False,
    alone: bool = False,
    report: Report | None = None,
    only: frozenset[str] = frozenset(),
    since: datetime | None = None,
    budget: int = 0,
) -> Source:
    """The crawler as a Source.

    `portals`: another file than the settings name. `variables`: what `${NAME}` stands for in it (default: the
    environment's SAMPLE_URL, if set). `once`: polls every source once, fetches what is new, and ends. `alone`: no other
    crawler can use this database. `report`: told of each step, with portal id, what (polled | found | fetched |
    unchanged | failed | quiet) and how many. `only`: ids of portals to work on. `since`, `budget`: back-fill, as
    tools.Tools has them."""
    more = {"only": only, "since": since, "budget": budget} | ({"report": report} if report else {})
    given = functools.partial(_run, portals=portals, variables=variables, once=once, alone=alone, more=more)
    return Source("crawler", given)


async def _run(
    settings: Settings,
    publish: Publish,
    stop: asyncio.Event,
    *,
    portals: Path | None,
    variables: Mapping[str, str] | None,
    once: bool,
    alone: bool,
    more: Mapping[str, Any],
) -> None:
    """Raises SolieuError where file or settings are wrong, ArchiveError, and what `publish` raises."""
    crawl = settings.crawl
    entries = load_portals(portals or crawl.portals, variables if variables is not None else environment())
    if settings.database_url is None:
        raise SolieuError(
            "database-missing",
            "the crawler needs a database for its state",
            "set SOLIEU_DATABASE_URL, or use solieu run",
        )
    async with AsyncExitStack() as stack:
        pool = await _open_patiently(stack, settings, str(settings.database_url.get_secret_value()), stop)
        if pool is None:
            return
        archive = Archive(crawl.archive)
        stack.push_async_callback(archive.close)
        fetcher = open_fetcher(crawl, entries)
        stack.push_async_callback(fetcher.close)
        tools = Tools(
            portals=entries,
            state=PostgresState(pool),
            fetch=fetcher.fetch,
            store=archive.store,
            load=functools.partial(read_body, crawl.archive),
            publish=publish,
            knobs=Knobs(lease_s=crawl.lease_s, hosts_max=crawl.hosts_max, alone=alone),
            **more,
        )
        await stack.enter_async_context(gauges.shown(pool))
        await stack.enter_async_context(in_background(_drop_old_days(crawl)))
        log.info("crawling", portals=len(entries))
        await Crawl(tools, stop).run(once=once)


async def _drop_old_days(crawl: CrawlSettings) -> None:
    """Keeps the archive to its days, from now on."""
    while True:
        try:
            removed = await asyncio.to_thread(drop_old, crawl.archive, now().date(), crawl.keep_days)
            if removed:
                log.info("archive cut", days_removed=removed, keep_days=crawl.keep_days)
        except OSError as error:
            log.warning("archive not cut", error=str(error))
        await asyncio.sleep(DROP_EVERY_S)


def open_fetcher(crawl: CrawlSettings, portals: Sequence[Portal]) -> Fetcher:
    """The fetcher that the settings allow for these portals. Raises SolieuError contact-missing. Close it."""
    _check_contact(portals, crawl.contact)
    policy = AddressPolicy.of((*crawl.private_networks, *_named_loopback(portals)))
    return Fetcher(user_agent(crawl.contact), policy=policy)


def user_agent(contact: str) -> str:
    """Who asks, in the words of the User-Agent header."""
    return f"{AGENT}/{VERSION} ({f'+{contact}' if contact else 'sample portals only'})"


CRAWLER: Final = crawler()


async def _open_patiently(stack: AsyncExitStack, settings: Settings, url: str, stop: asyncio.Event) -> Pool | None:
    """The pool, waited for while the database is away; None where `stop` came first."""
    while not stop.is_set():
        try:
            opening = open_pool(url, size_max=CONNECTIONS_MAX, pgbouncer=settings.database_pgbouncer)
            return await stack.enter_async_context(opening)
        except LOST as error:
            log.warning("waiting", doing="open", error=str(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), WAIT_S)
    return None


def environment() -> dict[str, str]:
    """What `${NAME}` stands for in a portals file, where nobody says it otherwise."""
    return {name: os.environ[name] for name in ("SAMPLE_URL",) if name in os.environ}


def _check_contact(portals: Sequence[Portal], contact: str) -> None:
    """Raises SolieuError where a portal beyond this machine would be asked by a crawler that can't be reached."""
    abroad = next((host for portal in portals for host in sorted(portal.hosts) if not _is_local(host)), None)
    if abroad and not contact:
        raise SolieuError(
            "contact-missing",
            f"{abroad} would be asked by a crawler that does not say whose it is",
            "set SOLIEU_CRAWL__CONTACT to a web or mail address where its operator can reach you",
        )


def _named_loopback(portals: Sequence[Portal]) -> list[str]:
    """Addresses of this machine that a base address is written with: who writes the portals file means them. They are
    allowed one by one; a name that resolves to such an address is not."""
    hosts = {urlsplit(url).hostname or "" for portal in portals for url in portal.base}
    return sorted(host for host in hosts if host.startswith("127.") and _is_local(host))


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return "." not in host  # localhost, or a container's name: no host of the Internet
