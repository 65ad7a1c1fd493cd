"""`solieu prune`: removes what the settings say is kept no longer, once or day after day."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import click

from services.console.database import Store, ask, data_option, queries

CHUNK: Final = 5_000
"""Rows a statement: some tenths of a second, even of texts."""
WHAT: Final = {
    "text_days": ("texts", "texts"),
    "dead_letter_days": ("dead_letters", "originals of dead letters"),
    "retired_days": ("retired", "retired readings"),
}
"""Setting of the retention group -> what its statements are called, what they remove."""


@click.command("prune")
@click.option("--dry-run", is_flag=True, help="Count, and remove nothing.")
@click.option(
    "--every", type=click.FloatRange(min=0.01), metavar="HOURS", help="Again so often, until stopped (as a service)."
)
@data_option
def command(dry_run: bool, every: float | None, data: Path) -> None:
    """Remove old texts, dead letters' originals and retired readings, by the settings SOLIEU_RETENTION__…

    The archive of pages is cut by the crawler itself (SOLIEU_CRAWL__KEEP_DAYS)."""

    async def work(store: Store) -> None:
        while True:
            for line in await prune(store, dry_run=dry_run):
                click.echo(line)
            if every is None:
                return
            await asyncio.sleep(every * 3600)

    ask(data, work)


async def prune(store: Store, *, dry_run: bool = False) -> list[str]:
    """One line for each setting: what was (or would be) removed."""
    said = []
    for setting, (name, what) in WHAT.items():
        days = getattr(store.settings.retention, setting)
        if not days:
            said.append(f"{what}: kept for ever (SOLIEU_RETENTION__{setting.upper()}=0)")
        elif dry_run:
            said.append(f"{await _say(store, f'count_{name}', days=days)} {what} older than {days} days would go")
        else:
            count = 0
            while some := await _say(store, f"prune_{name}", days=days, n=CHUNK):
                count += some
            said.append(f"{count} {what} older than {days} days removed")
    return said


async def _say(store: Store, statement: str, **given: int) -> int:
    async with store.pool.acquire() as connection:
        count: int = await getattr(queries("prune"), statement)(connection, **given)
    return count
