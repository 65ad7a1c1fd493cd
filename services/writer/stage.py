"""The writer as a stage: every topic but the pages in, Postgres out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Final

from services.writer import gauges
from services.writer.write import Writer
from shared.bus.api import Stage, Transient, Write
from shared.errors import SolieuError
from shared.events import ARTICLES_CLEANED, DEAD_LETTERS, INDICATORS_OBSERVED
from shared.store.pool import LOST, open_pool

if TYPE_CHECKING:
    from shared.settings import Settings


@asynccontextmanager
async def open_writer(settings: Settings) -> AsyncIterator[Write]:
    """Raises Transient while no database answers, SolieuError where none is named or it refuses us."""
    if settings.database_url is None:
        raise SolieuError("database-url", "the writer has no database", "set SOLIEU_DATABASE_URL")
    async with AsyncExitStack() as stack:
        try:
            url = str(settings.database_url.get_secret_value())
            pool = await stack.enter_async_context(open_pool(url, pgbouncer=settings.database_pgbouncer))
        except LOST as error:
            raise Transient(f"database: {error}") from error
        await stack.enter_async_context(gauges.shown(pool))
        yield Writer(pool)


WRITER: Final = Stage(
    name="writer",
    sources=(ARTICLES_CLEANED, INDICATORS_OBSERVED, DEAD_LETTERS),
    open=open_writer,
    records_max=4000,
    bytes_max=16 * 1024 * 1024,
)
"""Batches of 1,000 and more give the full rate; one row at a time gives a tenth of it (measured with asyncpg 0.32)."""
