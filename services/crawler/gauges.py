"""What the crawl as a whole looks like, for Prometheus: read from the database once a minute.

Every crawler shows the same numbers, since all share one database: ask for their maximum, not their sum.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Final

from services.crawler.model import FAILING, LIVE, NEW, SILENT
from services.crawler.postgres_state import queries
from shared import metrics
from shared.background import in_background
from shared.clock import day_in_vietnam, now
from shared.store.pool import LOST, Pool

EVERY_S: Final = 60.0
OPEN_AFTER: Final = timedelta(hours=1)
"""A page without an outcome is no longer merely under way. The crawler publishes it again from then on."""


@contextlib.asynccontextmanager
async def shown(pool: Pool) -> AsyncIterator[None]:
    """Keeps the gauges fresh while inside. While the database is away they stay as they were: the crawl says so."""
    async with in_background(_keep(pool)):
        yield


async def _keep(pool: Pool) -> None:
    while True:
        with contextlib.suppress(*LOST):
            await show(pool, now())
        await asyncio.sleep(EVERY_S)


async def show(pool: Pool, at: datetime) -> None:
    """Sets every gauge to what holds at `at`. Raises what `LOST` names."""
    async with pool.acquire() as connection:
        pages = await queries().pages_open(connection, before=at - OPEN_AFTER)
        sources = {row["status"]: row["n"] async for row in queries().sources_by_status(connection)}
        overdue_s = await queries().overdue_s(connection, now=at)
        requests = [row async for row in queries().requests_of(connection, day=day_in_vietnam(at))]
    metrics.PAGES_OPEN.set(pages)
    metrics.POLL_OVERDUE.set(overdue_s)
    for status in (NEW, LIVE, SILENT, FAILING):
        metrics.SOURCES.labels(status).set(sources.get(status, 0))
    metrics.REQUESTS_TODAY.clear()  # at midnight a word of yesterday would stay
    for row in requests:
        metrics.REQUESTS_TODAY.labels(row["what"], row["outcome"]).set(row["n"])
