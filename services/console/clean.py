"""`solieu clean`: what the cleaner reads of a page, and with --explain what it struck and why."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from services.cleaner.clean import clean_page
from services.cleaner.model import Article, Discarded
from shared.clock import now


@click.command("clean")
@click.argument("file", type=click.Path(exists=True, allow_dash=True, path_type=Path))
@click.option("--url", default="", help="The page's address: resolves links, and tells home and print views.")
@click.option("--portal", default=None, help="Id of the portal that the page is of.")
@click.option("--content-type", default="", help="The answer's Content-Type header.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--explain", is_flag=True, help="Print what was removed, with the rule that did it.")
@click.option(
    "--against", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="An earlier audit's JSON."
)
def command(
    file: Path, url: str, portal: str | None, content_type: str, as_json: bool, explain: bool, against: Path | None
) -> None:
    """Show the article that the cleaner reads of FILE (HTML or plain text; - for standard input).

    Exit status 0 for an article, 3 for a page that is none. Of a directory: audit its pages, that is count on how many
    each rule struck something and each way of reading served, as JSON; with --against also what has moved since, and
    exit status 3 if anything has."""
    if file.is_dir():
        audit_folder(file, against)
        return
    body = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    outcome = clean_page(body, url=url, content_type=content_type, portal=portal, fetched_at=now())
    if as_json:
        click.echo(json.dumps(fields(outcome), ensure_ascii=False))
    else:
        show(outcome, explain)
    if isinstance(outcome, Discarded):
        click.get_current_context().exit(3)


def audit_folder(folder: Path, against: Path | None) -> None:
    from services.cleaner import drift

    pages = sorted(path for path in folder.rglob("*") if path.is_file())
    found = drift.audit(clean_page(path.read_bytes(), url="", fetched_at=now()) for path in pages)
    printed: dict[str, Any] = asdict(found)
    moved: list[drift.Drift] = []
    if against:
        earlier = json.loads(against.read_text("utf-8"))
        moved = drift.drifts(drift.Audit(earlier["pages"], earlier["counts"]), found)
        printed["drifts"] = [asdict(one) for one in moved]
    click.echo(json.dumps(printed, ensure_ascii=False, indent=1))
    if moved:
        click.get_current_context().exit(3)


def fields(outcome: Article | Discarded) -> dict[str, Any]:
    """The outcome as JSON values; `outcome` is `article` or the reason for discarding."""
    if isinstance(outcome, Discarded):
        return {
            "outcome": outcome.reason.value,
            "detail": outcome.detail,
            "removed": [asdict(removed) for removed in outcome.removed],
        }
    values = asdict(outcome)
    values["published"] = outcome.published.isoformat() if outcome.published else None
    return {"outcome": "article", **values}


def show(outcome: Article | Discarded, explain: bool) -> None:
    if isinstance(outcome, Discarded):
        click.echo(f"no article: {outcome.reason.value} ({outcome.detail})")
    else:
        click.echo(outcome.text)
        click.echo()
        day = outcome.published.isoformat() if outcome.published else "unknown"
        click.echo(f"published  {day} ({outcome.published_from or 'nowhere said'})")
        click.echo(f"author     {outcome.author or '-'}    source  {outcome.source or '-'}")
        click.echo(f"read by    {outcome.method}, confidence {outcome.method_confidence:.2f}")
        for attachment in outcome.attachments:
            click.echo(f"attached   {attachment.title}  {attachment.url}")
    if explain:
        click.echo()
        for removed in outcome.removed:
            click.echo(f"- {removed.rule:<16} {removed.text[:120]}")
