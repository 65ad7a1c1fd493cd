"""`solieu status`: the account of every page, by portal and stage."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from services.console.database import Store, ask, check_portal, data_option, queries
from services.console.feeding import kafka_is_named
from services.console.times import age

if TYPE_CHECKING:
    from rich.console import Group

COUNTS: Final = {
    "pages": "pages",
    "written": "written",
    "no_figures": "empty",
    "discarded": "discarded",
    "duplicate": "copies",
    "dead": "dead",
    "unaccounted": "open",
    "figures": "figures",
}
"""Columns of the table of portals, and their headings."""


RATES_COLUMNS: Final = 100
"""So wide must a terminal be for the columns of the last hour."""
PIPE_COLUMNS: Final = 200
"""Off a terminal nothing is cut off."""
LINES_BESIDE: Final = 13
"""Of both tables without the portals, and of the prompt below."""


@dataclass(frozen=True, slots=True)
class Status:
    at: datetime
    portals: list[dict[str, Any]]
    stages: list[dict[str, Any]]


@click.command("status")
@click.option("--portal", help="This portal alone.")
@click.option(
    "--watch", type=click.FloatRange(min=0.5), metavar="SECONDS", help="Show it again so often, until Ctrl-C."
)
@click.option(
    "--lag/--no-lag", default=None, help="Ask Kafka how many records wait (default: where the settings name it)."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@data_option
def command(portal: str | None, watch: float | None, lag: bool | None, as_json: bool, data: Path) -> None:
    """Show pages by portal and outcome, and what waits for each stage.

    empty: an article without figures. open: fetched, but without an outcome yet; the crawler publishes such pages again
    after a time; oldest: since when the oldest of them waits. in/h and out/h: pages that were fetched, and got their
    outcome, during the last hour; of a stage, pages that it was done with. Exit code 1 if dead letters are open."""

    async def work(store: Store) -> int:
        wanted = kafka_is_named() if lag is None else lag
        await check_portal(store, portal)
        while True:
            status = await take(store, portal, with_lag=wanted)
            if as_json:
                click.echo(json.dumps(_plain(status), ensure_ascii=False, default=str))
            else:
                _show(status, watched=watch is not None)
            if watch is None:
                return 1 if any(stage["open"] for stage in status.stages) else 0
            await asyncio.sleep(watch)

    ask(data, work, stopped="")


async def take(store: Store, portal: str | None = None, *, with_lag: bool = False) -> Status:
    """Raises SolieuError kafka-away."""
    sql = queries("status")
    async with store.pool.acquire() as connection:
        portals = [dict(row) async for row in sql.portals(connection, portal=portal)]
        stages = [dict(row) async for row in sql.stages(connection, portal=portal)]
    if with_lag:
        from services.cleaner.stage import CLEANER
        from services.console.lag import lags
        from services.extractor.stage import EXTRACTOR
        from services.writer.stage import WRITER

        found = await lags([CLEANER, EXTRACTOR, WRITER], store.settings.kafka)
        stages = [{**stage, "lag": found.get(stage["stage"])} for stage in stages]
    return Status(datetime.now(UTC), portals, stages)


def _plain(status: Status) -> dict[str, Any]:
    return {"at": status.at.isoformat(), "portals": status.portals, "stages": status.stages}


def _show(status: Status, *, watched: bool) -> None:
    from rich.console import Console

    console = Console()
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = PIPE_COLUMNS
    if watched:
        console.clear()
    room = max(console.height - LINES_BESIDE, 3) if watched and console.is_terminal else None
    console.print(render(status, rates=console.width >= RATES_COLUMNS, portals_max=room))


def render(status: Status, *, rates: bool = True, portals_max: int | None = None) -> Group:
    """`rates`: with what came in and out during the last hour; for wide terminals. `portals_max`: the first so many
    alone, those with most open pages; all of them are counted below."""
    from rich.console import Group
    from rich.table import Table

    portals = Table(title="pages by portal and outcome", title_justify="left", box=None, padding=(0, 1, 0, 0))
    portals.add_column("portal", no_wrap=True)
    for name in (*COUNTS.values(), "oldest", *(("in/h", "out/h", "last") if rates else ())):
        portals.add_column(name, justify="right", no_wrap=True)
    for row in status.portals[:portals_max]:
        more = (_count(row["fetched_last_hour"]), _count(row["settled_last_hour"]), age(row["last_fetched"], status.at))
        portals.add_row(
            row["portal"] or "?",
            *(_count(row[name]) for name in COUNTS),
            age(row["oldest_unaccounted"], status.at),
            *(more if rates else ()),
        )
    left = len(status.portals) - len(status.portals[:portals_max])
    if left:
        portals.add_row(f"… and {left} more")
    portals.add_row(*_all(status, rates))
    return Group(portals, "", _stages(status, rates))


def _all(status: Status, rates: bool) -> list[str]:
    def total(name: str) -> int:
        return sum(row[name] for row in status.portals)

    waiting = [row["oldest_unaccounted"] for row in status.portals if row["oldest_unaccounted"]]
    last = [row["last_fetched"] for row in status.portals]
    hour = [_count(total("fetched_last_hour")), _count(total("settled_last_hour"))]
    more = [*hour, age(max(last, default=None), status.at)] if rates else []
    return ["all", *(_count(total(name)) for name in COUNTS), age(min(waiting, default=None), status.at), *more]


def _stages(status: Status, rates: bool) -> Any:
    from rich.table import Table

    title = "waiting for, and given up by, each stage"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1, 0, 0))
    table.add_column("stage")
    hour = ("out/h",) if rates else ()
    for name in ("waiting", "oldest", "tries", "lag", *hour, "dead letters", "retried", "dropped", "last"):
        table.add_column(name, justify="right")
    for row in status.stages:
        lag: int | None = row.get("lag")
        table.add_row(
            row["stage"],
            _count(row["waiting"]),
            age(row["oldest"], status.at),
            _count(row["attempts"]),
            "" if lag is None else _count(lag) if lag else "0",
            *([_count(row["done_last_hour"])] if rates else []),
            _count(row["open"]),
            _count(row["retried"]),
            _count(row["dropped"]),
            age(row["last_failure"], status.at),
        )
    return table


def _count(number: int) -> str:
    return f"{number:,}".replace(",", ".") if number else "-"
