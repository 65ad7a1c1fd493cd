"""Behind a real pgbouncer in transaction mode: each transaction may get another server connection, and does here.

Opt-in: runs where pgbouncer is installed (`apt install pgbouncer`), else skips.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from services.console.dead_letters import Wanted, select
from services.console.status import take
from services.crawler.portals import Portal
from services.crawler.postgres_state import PostgresState
from services.writer.write import Writer
from shared.store.migrate import Migration, migrate, migrations
from shared.store.pool import open_pool
from tests.fixtures.events import cleaned, extraction, observation, records
from tests.fixtures.store import store_of

pytestmark = pytest.mark.servers

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
ARTICLES = 40
BARE = Migration("9998_bare", "-- no-transaction\nCREATE INDEX CONCURRENTLY page_bare ON page (canonical_url);\n")


@pytest.fixture
def pooled(empty_database: str) -> Iterator[str]:
    """URL of an empty database through a pgbouncer that has two connections to it, for however many clients."""
    if PROGRAM is None:
        pytest.skip("pgbouncer is not installed here (Debian: apt install pgbouncer)")
    server = urlsplit(empty_database)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="solieu-pgbouncer-") as folder:
        config = Path(folder) / "pgbouncer.ini"
        config.write_text(
            f"[databases]\n* = host={server.hostname} port={server.port} user={server.username}"
            f" password={server.password}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
            "unix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 2\n"
            "server_round_robin = 1\n",
            encoding="utf-8",
        )
        as_root = os.geteuid() == 0  # which pgbouncer refuses to run as
        if as_root:
            shutil.chown(folder, "nobody")
            shutil.chown(config, "nobody")
        command = [PROGRAM, *(["--user", "nobody"] if as_root else []), str(config)]
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _wait_for(port, process)
            yield urlunsplit(server._replace(netloc=f"{server.username}@127.0.0.1:{port}"))
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + 10
    while process.poll() is None and time.monotonic() < give_up:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("pgbouncer did not start")


async def test_migrations_writers_crawlers_and_the_console(pooled: str, tmp_path: Path) -> None:
    assert await migrate(pooled) == [each.name for each in migrations()]
    assert await migrate(pooled, [*migrations(), BARE]) == ["9998_bare"]

    async def write(n: int) -> None:
        async with open_pool(pooled, pgbouncer=True) as pool:
            for number in range(n, ARTICLES, 4):
                article = f"a{number}"
                await Writer(pool)(records(cleaned(article), *extraction(article, observation(article))))

    async def crawl(n: int) -> None:
        async with open_pool(pooled, pgbouncer=True) as pool:
            state, now = PostgresState(pool), datetime.now(UTC)
            for _ in range(20):
                await state.enrol((Portal(f"p{n}", "P", "department", (f"https://p{n}.example/",)),), [])
                await state.claim(f"crawler-{n}", now, 60, 10, None)
                await state.unaccounted(now - timedelta(days=1), 5, 50)

    await asyncio.gather(*(write(n) for n in range(4)), *(crawl(n) for n in range(4)))
    async with store_of(pooled, tmp_path, pgbouncer=True) as store:
        seen, letters = await asyncio.gather(
            asyncio.gather(*(take(store) for _ in range(20))),
            asyncio.gather(*(select(store, Wanted()) for _ in range(20))),
        )
        assert [each.portals[0]["pages"] for each in seen] == [ARTICLES] * 20
        assert letters == [[]] * 20
        assert await store.pool.fetchval("SELECT count(*) FROM observation_live") == ARTICLES
