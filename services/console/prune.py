"""`solieu prune`: removes what the settings say is kept no longer. For a daily job."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from services.console.database import Store, ask, data_option, queries

WHAT: Final = {
    "text_days": ("prune_texts", "texts"),
    "dead_letter_days": ("prune_dead_letters", "originals of dead letters"),
    "retired_days": ("prune_retired", "retired readings"),
}
"""Setting of the retention group -> statement, what it removes."""


@click.command("prune")
@click.option("--dry-run", is_flag=True, help="Count, and remove nothing.")
@data_option
def command(dry_run: bool, data: Path) -> None:
    """Remove old texts, dead letters' originals and retired readings, by the settings SOLIEU_RETENTION__…

    The archive of pages is cut by the crawler itself (SOLIEU_CRAWL__KEEP_DAYS)."""

    async def work(store: Store) -> None:
        for line in await prune(store, dry_run=dry_run):
            click.echo(line)

    ask(data, work)


async def prune(store: Store, *, dry_run: bool = False) -> list[str]:
    """One line for each setting: what was (or would be) removed."""
    said = []
    async with store.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        for setting, (statement, what) in WHAT.items():
            days = getattr(store.settings.retention, setting)
            if days:
                count = await getattr(queries("prune"), statement)(connection, days=days)
                said.append(f"{count} {what} older than {days} days {'would go' if dry_run else 'removed'}")
            else:
                said.append(f"{what}: kept for ever (SOLIEU_RETENTION__{setting.upper()}=0)")
        await (transaction.rollback() if dry_run else transaction.commit())
    return said
