"""`solieu crawl`: fetch once what is new, or read a portal back to a day."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from services.console.database import Store, ask, data_option

if TYPE_CHECKING:
    from services.crawler.tools import Report

BUDGET: Final = 500
"""Articles of a source that a back-fill takes up unless told otherwise: a quarter of an hour at one in two seconds."""


@click.command("crawl")
@click.option("--portal", "portals", multiple=True, metavar="ID", help="This portal alone; may be given again.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Back-fill: read back to this day.")
@click.option(
    "--budget",
    type=click.IntRange(min=1),
    default=BUDGET,
    show_default=True,
    help="Most articles a source of a back-fill.",
)
@click.option(
    "--file", type=click.Path(path_type=Path, dir_okay=False), help="Another portals file than the settings'."
)
@data_option
def command(portals: tuple[str, ...], since: datetime | None, budget: int, file: Path | None, data: Path) -> None:
    """Poll every source once and fetch what is new, or with --since read listing pages and sitemaps back to a day.

    Pages go onto Kafka where the settings name it, else through cleaner, extractor and writer in this process. Delays,
    robots.txt and leases hold as ever, so a running crawler need not be stopped."""
    if since and not portals:
        raise click.UsageError("--since needs --portal: a back-fill of every portal at once would take weeks.")

    async def work(store: Store) -> int:
        return await _crawl(store, frozenset(portals), since, budget, file)

    ask(data, work)


async def _crawl(store: Store, portals: frozenset[str], since: datetime | None, budget: int, file: Path | None) -> int:
    from services.console.feeding import run_source
    from services.crawler.portals import cms_table, load_portals
    from services.crawler.service import crawler, environment
    from shared import logs
    from shared.clock import VIETNAM
    from shared.errors import SolieuError

    logs.configure(store.settings.log.model_copy(update={"level": "warning"}))
    path = file or store.settings.crawl.portals
    entries = load_portals(path, environment())
    unknown = portals - {portal.id for portal in entries}
    if unknown:
        raise SolieuError(
            "portal-unknown", f"{path} has no portal {', '.join(sorted(unknown))}", "see solieu portals list"
        )
    for portal in (each for each in entries if since and each.id in portals):
        if not (portal.listings or portal.sitemaps or "feed_page" in cms_table()[portal.cms or "generic"]):
            click.echo(f"{portal.id} has feeds only: they name their newest articles and no older ones", err=True)
    day = since.replace(tzinfo=VIETNAM) if since else None
    with _progress() as (report, counts):
        source = crawler(portals=path, once=True, report=report, only=portals, since=day, budget=budget)
        await run_source(store.settings, source)
    click.echo(", ".join(f"{counts[what]} {what}" for what in ("polled", "found", "fetched", "unchanged", "failed")))
    if counts["quiet"]:
        click.echo("not asked, since it is in its quiet hours (`quiet` in its entry)", err=True)
    return 0 if counts["polled"] else 1


@contextmanager
def _progress() -> Iterator[tuple[Report, Counter[str]]]:
    """A bar of articles fetched of those found; off a terminal nothing."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    counts: Counter[str] = Counter()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("articles", total=None)

        def report(portal: str, what: str, n: int) -> None:
            counts[what] += n
            done = counts["fetched"] + counts["unchanged"] + counts["failed"]
            bar.update(task, description=portal, completed=done, total=max(counts["found"], done) or None)

        yield report, counts
