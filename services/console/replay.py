"""`solieu replay`: archived pages through the pipeline again, after a cleaner or grammar has learnt something."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from datetime import time as clock_time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from services.console.database import Store, ask, check_portal, data_option, queries
from shared.clock import VIETNAM
from shared.ids import content_id

if TYPE_CHECKING:
    from services.console.feeding import Settled
    from services.crawler.portals import Portal
    from shared.bus.api import Message

CHUNK: Final = 200
"""Pages between two savings of the place."""
OUTCOMES: Final = ("written", "no_figures", "discarded", "duplicate", "dead", "none")
DAY: Final = click.DateTime(["%Y-%m-%d"])


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which archived pages; None matches all. `until` is the first moment that is left out."""

    portal: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    pages: int
    missing: int
    """Their records are no longer in the archive."""


@click.command("replay")
@click.option("--from-archive", is_flag=True, default=True, help="The only source there is; may be left out.")
@click.option("--portal", help="Pages of this portal alone.")
@click.option("--since", type=DAY, help="Fetched on this day (in Viet Nam) or later.")
@click.option("--until", type=DAY, help="Fetched on this day or earlier.")
@click.option("--only-outcome", type=click.Choice(OUTCOMES), help="Pages with this outcome now; none: without one.")
@click.option("--rate", type=click.FloatRange(min=0.01), default=50, show_default=True, help="Pages a second at most.")
@click.option("--rebuild", is_flag=True, help="First enter archived pages that the ledger does not know.")
@click.option(
    "--restart", is_flag=True, help="From the first page on, though an earlier replay of the same was stopped."
)
@data_option
def command(
    from_archive: bool,
    portal: str | None,
    since: datetime | None,
    until: datetime | None,
    only_outcome: str | None,
    rate: float,
    rebuild: bool,
    restart: bool,
    data: Path,
) -> None:
    """Send archived pages through cleaner, extractor and writer again.

    Which pages there are is read from the ledger. What comes out the same changes nothing. A replay that was stopped
    goes on where it stood. With Kafka named in the settings the pages go onto its topic for the running services; else
    they are worked on in this process."""

    async def work(store: Store) -> None:
        if rebuild:
            from services.console.rebuild import rebuild as enter

            entered = await enter(store, portals_of(store), progress("files"))
            click.echo(f"{entered} pages entered from {store.settings.crawl.archive}")
        await check_portal(store, portal)
        wanted = Wanted(portal, day_start(since), day_start(until, after=True), only_outcome)
        done = await replay(store, wanted, rate=rate, restart=restart, say=progress("pages"))
        click.echo(f"{done.pages} pages replayed, {done.missing} no longer in the archive")
        if done == Replayed(0, 0):
            click.echo("the ledger has no such page" + ("" if rebuild else "; --rebuild enters what the archive holds"))
        elif not done.pages:
            click.echo(
                f"is {store.settings.crawl.archive} the archive? SOLIEU_CRAWL__ARCHIVE names its folder", err=True
            )

    if since and until and until < since:
        raise click.UsageError("--until is before --since.")
    ask(
        data,
        work,
        create=rebuild and (data / "archive").is_dir(),
        stopped="stopped; the same command goes on where it stood",
    )


def day_start(day: datetime | None, *, after: bool = False) -> datetime | None:
    """The first moment of the day in Viet Nam; `after`: of the next day."""
    if day is None:
        return None
    ordinal = day.date().toordinal() + after
    return datetime.combine(date.fromordinal(ordinal), clock_time(), VIETNAM)


async def replay(
    store: Store,
    wanted: Wanted,
    *,
    rate: float | None = None,
    restart: bool = False,
    say: Callable[[int, int], None] = lambda done, total: None,
) -> Replayed:
    """Publishes again every wanted page that is in the archive. Saves its place when what was published is safe."""
    from services.console.feeding import feed

    sql, which = queries("replay"), asdict(wanted)
    name = content_id("replay", *(str(each) for each in which.values()))
    async with store.pool.acquire() as connection:
        total = await sql.count_pages(connection, **which)
        plain = {key: str(value) for key, value in which.items() if value is not None}
        place = dict(await sql.begin(connection, replay=name, wanted=plain, restart=restart))
    if not total:
        return Replayed(0, 0)
    portals = portals_of(store)

    async def messages(settled: Settled) -> AsyncIterator[Message]:
        while rows := await _chunk(store, which, place):
            for row in rows:
                found = await asyncio.to_thread(_messages, store.settings.crawl.archive, portals, row)
                place["pages"] += bool(found)
                place["missing"] += not found
                for message in found:
                    yield message
                say(place["pages"] + place["missing"], total)
            await settled()
            place.update(fetched_at=rows[-1]["fetched_at"], page_id=rows[-1]["page_id"])
            async with store.pool.acquire() as connection:
                counts = {key: place[key] for key in ("fetched_at", "pages", "missing")}
                await sql.advance(connection, replay=name, page=place["page_id"], **counts)

    await feed(store, messages, rate=rate)
    async with store.pool.acquire() as connection:
        await sql.finish(connection, replay=name)
    return Replayed(place["pages"], place["missing"])


async def _chunk(store: Store, which: Mapping[str, Any], place: Mapping[str, Any]) -> list[dict[str, Any]]:
    async with store.pool.acquire() as connection:
        rows = queries("replay").pages(
            connection, **which, after_at=place["fetched_at"], after_id=place["page_id"], n=CHUNK
        )
        return [dict(row) async for row in rows]


def _messages(archive: Path, portals: Mapping[str, Portal], row: Mapping[str, Any]) -> list[Message]:
    """The page's event as the crawler made it, with the archived body, and the same anew for a body that came back;
    none where the record is gone.

    What the feed said stands in the record's note, or for an older record in the crawler's memory."""
    from services.crawler.archive import Place, read_archived
    from services.crawler.model import Page
    from services.crawler.pages import message_again, read_note
    from services.crawler.state import Unaccounted

    place = Place(row["warc_file"], row["warc_offset"])
    archived = read_archived(archive, place)
    if archived is None:
        return []
    page = Page(
        row["page_id"],
        row["article_id"],
        row["portal"],
        row["url"],
        row["canonical_url"],
        row["fetched_at"],
        row["http_status"],
        row["content_type"],
        row["body_sha256"],
        row["body_bytes"],
        row["tls_verified"] is not False,
        place.file,
        place.offset,
    )
    told = Unaccounted(page, row["attempts"], row["title"] or "", row["published"], row["summary"] or "")
    if archived.note:
        told = replace(read_note(archived.note, place), page=page, attempt=row["attempts"])
    moments = [each for each in (row["fetched_at"], row["last_fetched_at"]) if each]
    sights = [replace(told, page=replace(page, fetched_at=moment)) for moment in moments]
    return [message_again(each, portals.get(page.portal), archived.body, each.page.fetched_at) for each in sights]


def portals_of(store: Store) -> dict[str, Portal]:
    """Entries of the settings' portals file and of the bundled sample, by id: they give area and cleaner profile.

    Raises PortalsFileError."""
    from services.crawler.portals import load_portals
    from shared.paths import PORTALS

    files = (PORTALS / "sample.yaml", store.settings.crawl.portals)
    return {each.id: each for file in files for each in load_portals(file, {"SAMPLE_URL": "http://127.0.0.1"})}


def progress(of: str) -> Callable[[int, int], None]:
    """Says on standard error how many of what are done: a line that renews itself on a terminal, else one each 10 s."""
    live, said, began = sys.stderr.isatty(), 0.0, time.monotonic()

    def say(done: int, total: int) -> None:
        nonlocal said
        now = time.monotonic()
        if now - said < (0.2 if live else 10) and done < total:
            return
        said = now
        rate = done / max(now - began, 0.001)
        click.echo(f"{done} of {total} {of}, {rate:.0f} a second", err=True, nl=not live)
        if live:
            click.echo("\n" if done >= total else "\r", err=True, nl=False)

    return say
