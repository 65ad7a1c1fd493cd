"""The database that a console command asks: the one of the settings, else the embedded one of `solieu run`."""

from __future__ import annotations

import asyncio
import errno
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from shared.errors import SolieuError
from shared.paths import ROOT

if TYPE_CHECKING:
    from shared.settings import Settings
    from shared.store.pool import Pool

SQL: Final = Path(__file__).with_name("sql")
OUTPUT_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""What only our own writing can fail of."""
data_option: Final = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=ROOT / ".solieu",
    show_default=".solieu beside the program",
    help="Folder of `solieu run`, where SOLIEU_DATABASE_URL names no database.",
)


@dataclass(frozen=True, slots=True)
class Store:
    """An open database, with the settings that fit it (database_url and the archive's folder are set)."""

    pool: Pool
    settings: Settings
    embedded: bool


@lru_cache(maxsize=8)
def queries(name: str) -> Any:
    """The statements of sql/<name>.sql."""
    import aiosql

    return aiosql.from_path(SQL / f"{name}.sql", "asyncpg")


class Stopped(Exception):
    """By Ctrl-C or SIGTERM, before all was done."""


def ask(
    data: Path, work: Callable[[Store], Awaitable[int | None]], *, create: bool = False, stopped: str = "stopped"
) -> None:
    """Runs `work` on the database and ends the process: 0, its own code, 2 with what the user can put right, 130 after
    Ctrl-C, saying `stopped`.

    `create`: an embedded database that is not there is made."""
    from shared.store.pool import LOST

    try:
        code = asyncio.run(_ask(data, work, create))
    except SolieuError as error:
        click.echo(str(error), err=True)
        code = 2
    except (KeyboardInterrupt, Stopped):
        click.echo(stopped, err=True, nl=stopped != "")
        code = 130
    except BrokenPipeError:  # the reader, `head` say, has enough; it is one of LOST too, so first
        sys.stdout = None
        code = 0
    except LOST as error:
        if isinstance(error, OSError) and error.errno in OUTPUT_FULL:
            trouble = SolieuError("output", f"cannot write: {error.strerror}", "free some space, or write elsewhere")
        else:
            trouble = SolieuError(
                "database-away", f"the database does not answer ({error})", "is it running? see SOLIEU_DATABASE_URL"
            )
        click.echo(str(trouble), err=True)
        code = 2
    sys.exit(code)


async def _ask(data: Path, work: Callable[[Store], Awaitable[int | None]], create: bool) -> int:
    import asyncpg

    async with open_store(data, create=create) as store:
        try:
            return await work(store) or 0
        except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError) as error:
            raise SolieuError(
                "database-schema",
                f"the database has not the tables of this release ({error})",
                "run python -m shared.store.migrate with the same SOLIEU_DATABASE_URL",
            ) from None
        except (asyncpg.InsufficientPrivilegeError, asyncpg.ReadOnlySQLTransactionError) as error:
            raise SolieuError(
                "database-rights",
                f"who SOLIEU_DATABASE_URL names may read, and not do this ({error})",
                "name the owner of the tables there, or use status, trace and export alone",
            ) from None


async def check_portal(store: Store, portal: str | None) -> None:
    """Raises SolieuError portal-unknown for an id that no page came from and no portals file named, with what is near
    it."""
    import difflib

    if portal is None:
        return
    rows = await store.pool.fetch("SELECT portal FROM portal UNION SELECT portal FROM page WHERE portal = $1", portal)
    known = [row["portal"] for row in rows]
    if portal not in known:
        near = difflib.get_close_matches(portal, known, n=3) or [each for each in known if portal in each][:3]
        hint = f"near it: {', '.join(near)}" if near else "solieu status lists them"
        raise SolieuError("portal-unknown", f"no portal {portal!r} in this database", hint)


@asynccontextmanager
async def open_store(data: Path, *, create: bool = False) -> AsyncIterator[Store]:
    """Raises SolieuError no-database where there is none yet, and what embedded_postgres and open_pool raise."""
    from pydantic import PostgresDsn, Secret

    from shared.settings import load
    from shared.store.embedded import embedded_postgres
    from shared.store.migrate import migrate
    from shared.store.pool import open_pool

    settings = load()
    if settings.database_url is not None:
        url = str(settings.database_url.get_secret_value())
        async with open_pool(url, pgbouncer=settings.database_pgbouncer) as pool:
            yield Store(pool, settings, embedded=False)
        return
    if not create and not (data / "postgres").exists():
        raise SolieuError(
            "no-database",
            f"SOLIEU_DATABASE_URL is not set, and there is no database in {data}",
            "run solieu run first, or name its folder with --data",
        )
    async with embedded_postgres(data / "postgres", join=True) as url:
        await migrate(url)
        crawl = settings.crawl.model_copy(update={"archive": data / "archive"})
        fitting = settings.model_copy(update={"database_url": Secret(PostgresDsn(url)), "crawl": crawl})
        async with open_pool(url) as pool:
            yield Store(pool, fitting, embedded=True)
