"""The pool's time-outs, and what it leaves out behind pgbouncer."""

from __future__ import annotations

import asyncpg
import pytest

from services.writer.write import Writer
from shared.errors import SolieuError
from shared.store.pool import LOST, open_pool
from tests.fixtures.events import cleaned, extraction, observation, records

pytestmark = pytest.mark.servers


async def test_every_wait_has_an_end(postgres_dsn: str) -> None:
    async with open_pool(postgres_dsn, size_max=1) as pool:
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            assert await pool.fetchval("SELECT current_setting($1)", name) not in ("0", "")
        async with pool.acquire():
            with pytest.raises(TimeoutError):
                async with pool.acquire(timeout=0.05):
                    pass


async def test_behind_pgbouncer_nothing_belongs_to_a_session(postgres_dsn: str) -> None:
    async with open_pool(postgres_dsn, size_max=1, pgbouncer=True) as pool:
        await Writer(pool)(records(cleaned(), *extraction("a", observation())))
        assert await pool.fetchval("SELECT count(*) FROM pg_prepared_statements WHERE name <> ''") == 0
        assert await pool.fetchval("SELECT current_setting('statement_timeout')") == "0"
        assert await pool.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0
        assert await pool.fetchval("SELECT breakdown FROM observation") == {}


async def test_a_wrong_password_is_told_and_no_server_is_waited_for(postgres_dsn: str) -> None:
    user, _, host = postgres_dsn.partition("@")
    wrong = f"{user.rsplit(':', 1)[0]}:guess@{host}"
    with pytest.raises(SolieuError, match="database-refused"):
        async with open_pool(wrong):
            pass
    with pytest.raises(LOST):
        async with open_pool("postgresql://x:y@127.0.0.1:1/z"):
            pass


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(),
        TimeoutError(),
        asyncpg.DeadlockDetectedError(""),
        asyncpg.SerializationError(""),
        asyncpg.AdminShutdownError(""),
        asyncpg.CannotConnectNowError(""),
        asyncpg.TooManyConnectionsError(""),
        asyncpg.DiskFullError(""),
        asyncpg.ConnectionDoesNotExistError(""),
        asyncpg.QueryCanceledError(""),
    ],
)
def test_what_time_may_heal(error: Exception) -> None:
    assert isinstance(error, LOST)


@pytest.mark.parametrize("error", [asyncpg.UndefinedTableError(""), asyncpg.UniqueViolationError(""), KeyError()])
def test_what_it_does_not(error: Exception) -> None:
    assert not isinstance(error, LOST)
