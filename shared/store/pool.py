"""Connections to Postgres, with a time-out on everything that can wait."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any, Final, TypeAlias

import asyncpg

from shared.errors import SolieuError

CONNECT_S_MAX: Final = 10.0
ACQUIRE_S_MAX: Final = 30.0
"""Waiting for a free connection; asyncpg's default is for ever (its issue 431)."""
COMMAND_S_MAX: Final = 120.0
"""Client's limit on one command; above the server's, so that the server's clearer message comes first."""
SESSION: Final = {
    "statement_timeout": "110s",
    "lock_timeout": "60s",
    "idle_in_transaction_session_timeout": "180s",
    "timezone": "UTC",
    "application_name": "solieu",
}

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

LOST: Final[tuple[type[Exception], ...]] = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,  # "connection is closed", "pool is closing"
    asyncpg.PostgresConnectionError,
    asyncpg.TransactionRollbackError,  # deadlock, serialisation failure
    asyncpg.InsufficientResourcesError,  # too many connections, disk full, out of memory
    asyncpg.OperatorInterventionError,  # shutdown, starting up, statement time-out
    asyncpg.LockNotAvailableError,
    asyncpg.InternalClientError,  # an answer cut off in its middle
)
"""What a later try of the same command may heal. Everything else is a mistake of the command or its data."""


@contextlib.asynccontextmanager
async def open_pool(url: str, *, size_max: int = 4, pgbouncer: bool = False) -> AsyncIterator[Pool]:
    """A pool on `url`. `pgbouncer`: no prepared statements, no session settings, as a transaction pooler wants it.

    The settings of a session are then the role's own (`ALTER ROLE … SET statement_timeout`); jsonb travels as Python
    values. Raises SolieuError database-refused where the server answers no; OSError and others of `LOST` where it does
    not answer.
    """
    try:
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=size_max,
            timeout=CONNECT_S_MAX,
            command_timeout=COMMAND_S_MAX,
            server_settings={} if pgbouncer else SESSION,
            statement_cache_size=0 if pgbouncer else 100,
            max_inactive_connection_lifetime=120.0,
            init=_with_json,
        )
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError, ValueError) as error:
        raise SolieuError(
            "database-refused",
            f"the database does not let us in: {error}",
            "look at user, password and database name in SOLIEU_DATABASE_URL (solieu config shows where it came from)",
        ) from None
    try:
        yield pool
    finally:
        try:
            async with asyncio.timeout(CONNECT_S_MAX):
                await pool.close()
        except LOST:  # the server went away first
            pool.terminate()


async def _with_json(connection: Any) -> None:
    await connection.set_type_codec("jsonb", encoder=_dump, decoder=json.loads, schema="pg_catalog")


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
