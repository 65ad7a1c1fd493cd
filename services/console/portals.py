"""`solieu portals`: list the sources that are followed, probe them, and draft an entry for a new one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from shared.clock import VIETNAM
from shared.paths import PORTALS

if TYPE_CHECKING:
    from services.crawler.fetch import Fetcher
    from services.crawler.portals import Portal
    from services.crawler.probe import Probed

FILE: Final = click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=PORTALS / "vietnam.yaml",
    show_default="deploy/portals/vietnam.yaml",
    help="The portals file.",
)
DETAILED_MAX: Final = 5
"""Of so many portals every source is shown; of more, those with something wrong."""
AT_ONCE: Final = 8
"""Portals probed at the same time; each host still gets one request in two seconds."""


@click.group("portals")
def command() -> None:
    """List the sources that are followed, probe them, draft an entry for a new one."""


@command.command("list")
@FILE
@click.option("--area", metavar="AREA_KEY", help="Only sources on this province (63-27, 34-24, VN).")
@click.option("--kind", help="Only sources of this kind.")
@click.option("--unverified", is_flag=True, help="Only sources that no probe has seen alive.")
def list_portals(file: Path, area: str | None, kind: str | None, unverified: bool) -> None:
    """Show the entries of the portals file."""
    portals = [
        portal
        for portal in _load(file)
        if (area is None or area in {portal.area, *(past.area for past in portal.past_areas)})
        and (kind is None or portal.kind == kind)
        and not (unverified and portal.verified)
    ]
    rows = [
        (
            portal.id,
            portal.kind,
            portal.area or "",
            portal.cms or "?",
            str(len(portal.feeds)),
            str(len(portal.listings)),
            str(len(portal.sitemaps)),
            "yes" if portal.verified else "no",
            portal.base[0],
        )
        for portal in portals
    ]
    _table(("id", "kind", "area", "system", "feeds", "listings", "sitemaps", "verified", "address"), rows)
    click.echo(f"{len(rows)} sources")


@command.command()
@click.argument("ids", nargs=-1, metavar="[ID…]")
@FILE
@click.option("--write", is_flag=True, help="Write what was found into the file: feeds, system, verified.")
def probe(ids: tuple[str, ...], file: Path, write: bool) -> None:
    """Visit portals: find and check their feeds, time them, and say what is wrong with each.

    Without ID all are probed. Exit code 1 if one of them gives no articles."""
    portals = _load(file)
    wanted = [portal for portal in portals if not ids or portal.id in ids]
    _check_known(ids, portals)
    results = asyncio.run(_probe(wanted))
    _show(results)
    if write:
        from services.crawler.probe import written

        text = file.read_text("utf-8")
        for result in results:
            text = written(text, result)
        new = file.with_name(f"{file.name}.new")  # beside it, since entries may name files relative to theirs
        new.write_text(text, "utf-8")
        _load(new)
        new.replace(file)
        click.echo(f"{sum(result.alive for result in results)} entries written to {file}")
    sys.exit(0 if all(result.alive for result in results) else 1)


@command.command()
@click.argument("url")
@click.option("--id", "identity", help="Id of the entry; default: made of the host.")
def add(url: str, identity: str | None) -> None:
    """Draft an entry from the live site at URL and print it. Paste it into a portals file after reading it."""
    from services.crawler.canonical import clean_address
    from services.crawler.probe import draft, entry_of

    address = clean_address(url)
    if address is None:
        raise click.BadParameter(f"{url!r} is no http or https address", param_hint="URL")
    portal = draft(address, identity)
    (result,) = asyncio.run(_probe([portal]))
    _show([result])
    click.echo()
    click.echo(entry_of(result))
    if result.alive:
        click.echo("Left to you: name, kind, area (see services/crawler/portals.py); then `solieu portals probe ID`.")
    sys.exit(0 if result.alive else 1)


async def _probe(portals: Sequence[Portal]) -> list[Probed]:
    from services.crawler.probe import probe_portal

    fetcher = _fetcher(portals)
    free = asyncio.Semaphore(AT_ONCE)

    async def one(portal: Portal) -> Probed:
        async with free:
            result = await probe_portal(portal, fetcher.fetch)
            click.echo(f"  {portal.id}: {result.verdict}", err=True)
            return result

    try:
        return list(await asyncio.gather(*(one(portal) for portal in portals)))
    finally:
        await fetcher.close()


def _fetcher(portals: Sequence[Portal]) -> Fetcher:
    from services.crawler.service import open_fetcher
    from shared.errors import SolieuError
    from shared.settings import SettingsError, load

    try:
        return open_fetcher(load().crawl, portals)
    except (SettingsError, SolieuError) as error:
        click.echo(str(error), err=True)
        sys.exit(2)


def _load(file: Path) -> tuple[Portal, ...]:
    from services.crawler.portals import PortalsFileError, load_portals
    from services.crawler.service import environment

    try:
        return load_portals(file, environment())
    except PortalsFileError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


def _check_known(ids: Sequence[str], portals: Sequence[Portal]) -> None:
    import difflib

    known = [portal.id for portal in portals]
    for identity in ids:
        if identity not in known:
            near = difflib.get_close_matches(identity, known, n=3)
            hint = f" Did you mean {', '.join(near)}?" if near else " See solieu portals list."
            click.echo(f"error portal-unknown: no portal named {identity!r}.{hint}", err=True)
            sys.exit(2)


def _show(results: Sequence[Probed]) -> None:
    rows = [
        (
            result.portal.id,
            result.verdict,
            result.cms or "?",
            str(len(result.found())),
            str(sum(each.articles for each in result.sources)),
            f"{result.elapsed_s:.1f} s",
            "; ".join(result.problems) or "-",
        )
        for result in results
    ]
    _table(("id", "verdict", "system", "sources", "articles", "time", "what is wrong"), rows)
    sources = [
        (
            each.url,
            each.kind,
            str(each.articles),
            f"{each.newest.astimezone(VIETNAM):%Y-%m-%d}" if each.newest else "-",
            f"{each.elapsed_s:.1f} s",
            "; ".join(each.problems) or "-",
        )
        for result in results
        for each in result.sources
        if each.problems or len(results) <= DETAILED_MAX
    ]
    if sources:
        click.echo()
        _table(("source", "kind", "articles", "newest", "time", "what is wrong"), sources)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        numbers = ("feeds", "listings", "sitemaps", "sources", "articles")
        table.add_column(heading, overflow="fold", justify="right" if heading in numbers else "left")
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 160).print(table, markup=False) if rows else click.echo("none")
