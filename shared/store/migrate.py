"""Brings a database to this release: applies the SQL files of migrations/, then loads areas and catalogue.

`python -m shared.store.migrate` does it for the database of the settings (compose runs it before the services). Rules
for the files and why no library: docs/decisions/0004-migrations.md.

Invariant: what was applied is never edited; a file whose text differs from what was applied is refused.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg

from shared.errors import SolieuError
from shared.store.pool import LOST
from shared.store.reference import load_reference

FOLDER: Final = Path(__file__).with_name("migrations")
LOCK: Final = 0x50_11_E0
"""Key of the advisory lock that lets one migration run at a time; an arbitrary number of ours."""
LOCK_WAIT: Final = "5s"
"""A migration that waits longer for a table's lock gives up, so that queries do not queue behind it; run it again."""
ALONE_S_MAX: Final = 600.0
"""Waiting for a migration that runs elsewhere."""
BARE: Final = "-- no-transaction\n"
"""First line of a file whose statements no transaction may hold: CREATE INDEX CONCURRENTLY. Each ends with `;` at the
end of a line, and all must be fit to run again after a kill half-way (DROP INDEX CONCURRENTLY IF EXISTS before)."""
BARE_S_MAX: Final = 6 * 3600.0
"""For one such statement: it reads the table twice and waits for every older transaction, but blocks nobody."""
APPLIED: Final = """
CREATE TABLE IF NOT EXISTS migration (
    migration text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"""


@dataclass(frozen=True, slots=True)
class Migration:
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()

    @property
    def bare(self) -> tuple[str, ...]:
        """Its statements, where each is to be run outside a transaction; else none."""
        if not self.sql.startswith(BARE):
            return ()
        return tuple(part for part in re.split(r"(?<=;)[ \t]*\n", self.sql + "\n") if part.strip())


def migrations(folder: Path = FOLDER) -> list[Migration]:
    """The files `NNNN_words.sql` in the order of their numbers. Raises SolieuError migration-name."""
    found = [Migration(path.stem, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.sql"))]
    numbers = [each.name[:4] for each in found]
    for each in found:
        if not re.fullmatch(r"\d{4}_[a-z0-9_]+", each.name) or numbers.count(each.name[:4]) > 1:
            raise SolieuError(
                "migration-name", f"{each.name}.sql is misnamed or its number is taken", "name it NNNN_words.sql"
            )
    return found


async def migrate(url: str, wanted: Sequence[Migration] | None = None) -> list[str]:
    """Applies what the database at `url` has not, each file in its own transaction, and loads the reference data.

    Returns the names of what was applied. Safe to run from several places at once and again after a kill.
    Raises SolieuError migration-edited, migration-failed, migration-busy; pool.LOST where no database answers."""
    # No prepared statements: behind pgbouncer they belong to a server connection that another transaction may not have.
    connection = await asyncpg.connect(url, timeout=10, command_timeout=600, statement_cache_size=0)
    try:
        applied = [each.name for each in wanted or migrations() if await _apply(url, connection, each)]
        async with connection.transaction():
            await _alone(connection)
            await load_reference(connection)
        return applied
    finally:
        await connection.close(timeout=10)


async def _alone(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """Holds the migrations' lock until the transaction ends.

    Asked for again and again rather than waited for: whoever waits inside a statement holds a snapshot, for whose end
    the other side's CREATE INDEX CONCURRENTLY would wait. So does an open portal; `execute` leaves none."""
    loop = asyncio.get_running_loop()
    give_up = loop.time() + ALONE_S_MAX
    while await connection.execute(f"SELECT FROM pg_try_advisory_xact_lock({LOCK}) AS had WHERE had") == "SELECT 0":
        if loop.time() > give_up:
            raise SolieuError(
                "migration-busy",
                f"another migration has been running for {ALONE_S_MAX / 60:.0f} minutes",
                "see pg_stat_activity for what it waits for, then run this again",
            )
        await asyncio.sleep(0.1)
    await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")


async def _apply(url: str, connection: asyncpg.Connection[asyncpg.Record], migration: Migration) -> bool:
    async with connection.transaction():
        await _alone(connection)
        await connection.execute(APPLIED)
        known = await connection.fetchval("SELECT sha256 FROM migration WHERE migration = $1", migration.name)
        if known == migration.sha256:
            return False
        if known:
            raise SolieuError(
                "migration-edited",
                f"{migration.name}.sql is not the file that this database has applied",
                "undo the edit and put the change into a new migration",
            )
        if migration.bare:
            await connection.execute("SELECT")  # ends the portal of the question above, and with it its snapshot
            await _run_bare(url, migration)
        else:
            await _run(connection, migration)
        await connection.execute(
            "INSERT INTO migration (migration, sha256) VALUES ($1, $2)", migration.name, migration.sha256
        )
        return True


async def _run(connection: asyncpg.Connection[asyncpg.Record], migration: Migration) -> None:
    try:
        await connection.execute(migration.sql)
    except asyncpg.PostgresError as error:
        raise SolieuError(
            "migration-failed",
            f"{migration.name}.sql: {error}",
            "nothing of it was applied; if a lock was not to be had, run it again when the database is quieter",
        ) from error


async def _run_bare(url: str, migration: Migration) -> None:
    """On a connection of its own, while the caller's idle transaction, which has no snapshot, holds the lock."""
    connection = await asyncpg.connect(url, timeout=10, statement_cache_size=0)
    try:
        for statement in migration.bare:
            await connection.execute(statement, timeout=BARE_S_MAX)
    except asyncpg.PostgresError as error:
        raise SolieuError(
            "migration-failed",
            f"{migration.name}.sql: {error}",
            "what stands before that statement was applied; mend the cause and run it again: it begins anew",
        ) from error
    finally:
        await connection.close(timeout=10)


def main() -> int:
    """Exit code: 0 done, 2 for what the user can put right."""
    from shared import settings

    try:
        url = settings.load().database_url
        if url is None:
            raise SolieuError("database-url", "no database is named", "set SOLIEU_DATABASE_URL")
        applied = asyncio.run(migrate(str(url.get_secret_value())))
    except (SolieuError, settings.SettingsError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except LOST as error:
        sys.stderr.write(f"the database does not answer ({error}): is it running? see SOLIEU_DATABASE_URL\n")
        return 2
    except asyncpg.PostgresError as error:
        sys.stderr.write(f"the database refuses this ({error}): see SOLIEU_DATABASE_URL\n")
        return 2
    sys.stdout.write("".join(f"applied {name}\n" for name in applied) or "the database is up to date\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
