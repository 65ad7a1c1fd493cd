"""`solieu feed`: what the crawler reads of a feed, a listing page or a sitemap."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import IO, TYPE_CHECKING

import click

if TYPE_CHECKING:
    from services.crawler.feeds import FeedReading


@click.command("feed")
@click.argument("file", type=click.File("rb"))
@click.option("--url", default="", help="Address that FILE was fetched from; relative links are resolved against it.")
@click.option("--fetched", metavar="ISO_TIME", help="When it was fetched; later dates are refused. Default: now.")
@click.option("--content-type", default="", help="Content-Type header that came with it.")
@click.option("--links", metavar="REGEX", help="Which links of a listing page are articles.")
@click.option("--cms", help="Content management system of the portal, a key of services/crawler/cms.yaml.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(
    file: IO[bytes], url: str, fetched: str | None, content_type: str, links: str | None, cms: str | None, as_json: bool
) -> None:
    """Show the kind, items and problems of FILE (`-`: standard input)."""
    import re

    from services.crawler.feeds import read_feed
    from services.crawler.portals import cms_table

    try:
        re.compile(links or "")
    except re.error as error:
        raise click.BadParameter(f"no regular expression: {error}", param_hint="--links") from None
    if cms is not None and cms not in cms_table():
        raise click.BadParameter(f"known are {', '.join(cms_table())}", param_hint="--cms")
    reading = read_feed(
        file.read(), url=url, fetched_at=_moment(fetched), content_type=content_type, links=links, cms=cms
    )
    click.echo(_json(reading) if as_json else _lines(reading))


def _moment(text: str | None) -> datetime:
    from shared.clock import VIETNAM, now

    if text is None:
        return now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no ISO time (2023-02-10T08:00+07:00)", param_hint="--fetched") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)


def _json(reading: FeedReading) -> str:
    items = [{**asdict(item), "published": _iso(item.published)} for item in reading.items]
    whole = {"kind": reading.kind, "items": items, "problems": reading.problems}
    return json.dumps({**whole, "next_page": reading.next_page, "feeds": reading.feeds}, ensure_ascii=False)


def _lines(reading: FeedReading) -> str:
    lines = [f"{reading.kind}, {len(reading.items)} items"]
    for item in reading.items:
        lines += ["", item.title or "(no title)", f"  {_iso(item.published) or '(no date)'}  {item.url}"]
        lines += [f"  {item.summary[:200]}"] if item.summary else []
    lines += [f"\nproblem: {problem}" for problem in reading.problems]
    return "\n".join(lines)


def _iso(moment: datetime | None) -> str | None:
    from shared.clock import VIETNAM

    return moment.astimezone(VIETNAM).isoformat() if moment else None
