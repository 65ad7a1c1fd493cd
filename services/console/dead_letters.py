"""`solieu dead-letters`: what stages could not process; put it back, or give it up."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from services.console.database import Store, ask, check_portal, data_option, queries
from services.console.feeding import kafka_is_named
from services.console.times import when
from shared.errors import SolieuError

if TYPE_CHECKING:
    from shared.bus.api import Message

STAGES: Final = ("cleaner", "extractor", "writer")
ERRORS: Final = ("poison", "time_limit", "worker_died", "too_large", "refused")
NAMED_MAX: Final = 5
MESSAGE_CHARS_MAX: Final = 140
RETRIES_MAX: Final = 3
"""A message that failed after so many retries will not heal by another: it is left out until somebody drops it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which dead letters; None matches all."""

    stage: str | None = None
    error: str | None = None
    portal: str | None = None


def filters(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--stage", type=click.Choice(STAGES), help="Of this stage."),
        click.option("--error", type=click.Choice(ERRORS), help="With this error."),
        click.option("--portal", help="Of this portal."),
    ):
        command = option(command)
    return command


@click.group("dead-letters")
def command() -> None:
    """List, show, retry and drop messages that a stage could not process."""


@command.command("list")
@filters
@click.option("--state", type=click.Choice(["open", "retried", "dropped", "all"]), default="open", show_default=True)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@data_option
def list_command(
    limit: int, as_json: bool, data: Path, state: str, stage: str | None, error: str | None, portal: str | None
) -> None:
    """The newest first."""

    async def work(store: Store) -> None:
        await check_portal(store, portal)
        wanted = Wanted(stage, error, portal)
        rows = await select(store, wanted, state=None if state == "all" else state, limit=limit + 1)
        for row in rows[:limit]:
            click.echo(json.dumps(row, ensure_ascii=False, default=str) if as_json else _line(row))
        if not rows and not as_json:
            click.echo(f"no dead letters{'' if state == 'all' else f' that are {state}'}")
        if len(rows) > limit:
            click.echo(f"the newest {limit}; there are more: --limit, --stage, --error, --portal", err=True)

    ask(data, work)


@command.command("show")
@click.argument("letter", metavar="ID")
@click.option("--value", is_flag=True, help="The original message alone, byte for byte.")
@data_option
def show_command(letter: str, value: bool, data: Path) -> None:
    """One dead letter; the first letters of its id are enough."""

    async def work(store: Store) -> None:
        row = await find(store, letter)
        if value:
            if row["origin_value"] is None:
                raise SolieuError(
                    "dead-letter-pruned", "retention has removed the original", "its page may be archived"
                )
            sys.stdout.buffer.write(row["origin_value"])
            return
        for name, said in row.items():
            click.echo(f"{name:17} {_shown(name, said)}")

    ask(data, work)


@command.command("retry")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@filters
@click.option("--all", "everything", is_flag=True, help="All that are open.")
@data_option
def retry_command(
    ids: tuple[str, ...], everything: bool, data: Path, stage: str | None, error: str | None, portal: str | None
) -> None:
    """Put originals back on their topics, as they were. Mend the stage first.

    Without ids those that are open. What fails again is open again; after three retries a message is left out: drop it,
    or mend what fails and replay its page."""

    async def work(store: Store) -> None:
        rows = await _chosen(store, Wanted(stage, error, portal), ids, everything)
        gone = [row for row in rows if not row["has_original"]]
        worn = [row for row in rows if row["has_original"] and row["retries"] >= RETRIES_MAX]
        again = [row["dead_letter_id"] for row in rows if row["has_original"] and row["retries"] < RETRIES_MAX]
        if again:
            await retry(store, again)
        failed = [] if kafka_is_named() or not again else await select(store, Wanted(), ids=again)
        click.echo(f"{len(again)} put back" + (f", {len(failed)} of them failed again" if failed else ""))
        if worn:
            click.echo(f"{len(worn)} left out, retried {RETRIES_MAX} times already: {_drop(worn)}")
        if gone:
            click.echo(f"{len(gone)} left out, their originals were removed by retention: {_drop(gone)}")

    ask(
        data,
        work,
        stopped="stopped; what was not put back yet can be, by its id: solieu dead-letters list --state retried",
    )


@command.command("drop")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@filters
@click.option("--all", "everything", is_flag=True, help="All that are open.")
@data_option
def drop_command(
    ids: tuple[str, ...], everything: bool, data: Path, stage: str | None, error: str | None, portal: str | None
) -> None:
    """Give messages up. They stay in the table, and their pages stay counted as dead.

    Without ids those that are open."""

    async def work(store: Store) -> None:
        rows = await _chosen(store, Wanted(stage, error, portal), ids, everything)
        async with store.pool.acquire() as connection:
            names = [row["dead_letter_id"] for row in rows]
            await queries("dead_letters").decide(connection, ids=names, decision="drop")
        click.echo(f"{len(rows)} dropped")

    ask(data, work)


async def select(
    store: Store, wanted: Wanted, *, state: str | None = "open", ids: list[str] | None = None, limit: int | None = None
) -> list[dict[str, Any]]:
    """Dead letters without their originals, the newest first. None matches all."""
    async with store.pool.acquire() as connection:
        rows = queries("dead_letters").list_letters(connection, **asdict(wanted), state=state, ids=ids, limit=limit)
        return [dict(row) async for row in rows]


async def find(store: Store, prefix: str) -> dict[str, Any]:
    """The one dead letter whose id begins so. Raises SolieuError dead-letter-unknown."""
    async with store.pool.acquire() as connection:
        rows = [dict(row) async for row in queries("dead_letters").find_letters(connection, prefix=prefix)]
    if len(rows) != 1:
        many = "more than one dead letter's id begins" if rows else "no dead letter's id begins"
        raise SolieuError("dead-letter-unknown", f"{many} with {prefix!r}", "see solieu dead-letters list --state all")
    return rows[0]


async def retry(store: Store, ids: list[str]) -> None:
    """Marks first, then publishes, so that what fails again is open again. A kill in between leaves letters marked that
    were not published; retried by their ids they are."""
    from services.console.feeding import feed

    async with store.pool.acquire() as connection:
        await queries("dead_letters").decide(connection, ids=ids, decision="retry")
    await feed(store, lambda _: _originals(store, ids))


async def _originals(store: Store, ids: list[str]) -> AsyncIterator[Message]:
    from shared.bus.api import Message

    for each in ids:
        async with store.pool.acquire() as connection:
            row = await queries("dead_letters").get_letter(connection, id=each)
        if row["origin_value"] is None:  # retention took it
            continue
        headers = tuple((name, base64.b64decode(value)) for name, value in row["origin_headers"])
        yield Message(row["origin_topic"], row["origin_key"], row["origin_value"], headers)


async def _chosen(store: Store, wanted: Wanted, ids: tuple[str, ...], everything: bool) -> list[dict[str, Any]]:
    """Those named, whatever was decided on them; else those that are open and as wanted."""
    await check_portal(store, wanted.portal)
    if ids:
        named = [(await find(store, each))["dead_letter_id"] for each in ids]
        return await select(store, wanted, ids=named, state=None)
    if not everything and wanted == Wanted():
        raise SolieuError("dead-letters-which", "which ones?", "name ids, or --stage, --error, --portal, or --all")
    return await select(store, wanted)


def _drop(rows: list[dict[str, Any]]) -> str:
    more = " …" if len(rows) > NAMED_MAX else ""
    return "solieu dead-letters drop " + " ".join(row["dead_letter_id"][:12] for row in rows[:NAMED_MAX]) + more


def _line(row: dict[str, Any]) -> str:
    where = row["url"] or row["article_id"] or "-"
    tries = f", retried {row['retries']}x" if row["retries"] else ""
    message = " ".join(row["message"].split())
    return (
        f"{row['dead_letter_id'][:12]}  {when(row['failed_at'])}  {row['stage']:9} {row['error']:11}"
        f" {row['portal'] or '-':16} {row['state']}{tries}\n"
        f"              {where}\n"
        f"              {message[:MESSAGE_CHARS_MAX]}{'…' if len(message) > MESSAGE_CHARS_MAX else ''}"
    )


def _shown(name: str, said: Any) -> str:
    if said is None:
        return "-"
    if isinstance(said, bytes):
        return f"{len(said)} bytes: {said[:200].decode('utf-8', 'replace')}"
    if isinstance(said, datetime):
        return when(said)
    if name == "origin_headers":
        pairs = (f"{key}: {base64.b64decode(value).decode('utf-8', 'replace')}" for key, value in said)
        return f"\n{'':18}".join(pairs) or "-"
    return str(said)
