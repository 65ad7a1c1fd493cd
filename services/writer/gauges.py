"""Has the cleaning of pages changed by itself? For Prometheus, read from the database every few minutes.

Every writer shows the same numbers, since all share one database: ask for their maximum, not their sum.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final

import asyncpg
import structlog

from services.writer.queries import queries
from shared import metrics
from shared.background import in_background
from shared.clock import now
from shared.store.pool import ACQUIRE_S_MAX, LOST, Pool

log = structlog.get_logger(__name__)

EVERY_S: Final = 300.0
WEEK_MIN: Final = 20
"""Articles of a portal in the seven days before the last: fewer tell no share."""
DAY_MIN: Final = 5
"""Articles of a portal in the last day, for the share that its profile did not read."""
ARTICLES_MIN: Final = 50
"""Articles in the last day, over all portals with a week before it, for the rules."""
EVEN: Final = 10
"""Added to both counts of a ratio: a rule that strikes a few articles a day moves by chance alone, and one that never
struck would have none. A ratio of 3 then takes at least 20 articles more than expected, one of 1/3 as many missing."""
_UNREAD: Final[tuple[type[Exception], ...]] = (*LOST, asyncpg.PostgresError)


@contextlib.asynccontextmanager
async def shown(pool: Pool) -> AsyncIterator[None]:
    """Keeps the gauges fresh while inside, beside the batches. While the database is away there are none."""
    async with in_background(_keep(pool)):
        yield


async def _keep(pool: Pool) -> None:
    while True:
        try:
            await show(pool, now())
        except _UNREAD as error:  # the batches tell of it; the gauges must not end them
            log.warning("gauges_not_read", error=str(error))
            _clear()
        await asyncio.sleep(EVERY_S)


async def show(pool: Pool, at: datetime) -> None:
    """Sets the gauges to what holds at `at`. Raises what `LOST` names, and PostgresError."""
    async with pool.acquire(timeout=ACQUIRE_S_MAX) as connection:
        rules = [row async for row in queries().rule_strikes(connection, now=at, week_min=WEEK_MIN)]
        lost = [row async for row in queries().containers_lost(connection, now=at, week_min=WEEK_MIN, day_min=DAY_MIN)]
    _clear()  # a rule or portal without enough articles now would stay
    for row in rules:
        if row["articles"] >= ARTICLES_MIN:
            ratio = (row["found"] + EVEN) / (row["expected"] + EVEN)
            metrics.RULE_DRIFT.labels(row["rule"]).set(ratio)
    for row in lost:
        metrics.CONTAINER_LOST.labels(row["portal"]).set(row["share"])


def _clear() -> None:
    metrics.RULE_DRIFT.clear()
    metrics.CONTAINER_LOST.clear()
