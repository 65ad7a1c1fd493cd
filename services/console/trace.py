"""`solieu trace`: the whole life of one article or figure, from the address that was found to what holds."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click

from services.console.database import Store, ask, data_option, queries
from services.console.figures import area_name, figure
from services.console.times import when
from shared.errors import SolieuError

REMOVED_CHARS_MAX: Final = 70
ID: Final = re.compile(r"[0-9a-f]{6,32}")
"""An id, or the beginning of one, as lists show it."""


@click.command("trace")
@click.argument("key", metavar="URL|ARTICLE|OBSERVATION")
@click.option(
    "--rules", is_flag=True, help="With the grammar rules that fired, and every block that the cleaner removed."
)
@click.option(
    "--record",
    is_flag=True,
    help="Also print the newest archived answer, with its headers and the crawler's note of it.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@data_option
def command(key: str, rules: bool, record: bool, as_json: bool, data: Path) -> None:
    """Show the whole life of one article: found, fetched, archived, sent on, cleaned, read, written, retired.

    Named by its address, or by the id of the article, of one of its pages or observations, or of a dead letter; the
    first six characters of an id are enough. Of an observation its own readings alone are shown, with the rules that
    fired. Times are those of Viet Nam."""

    async def work(store: Store) -> None:
        life = await take(store, key)
        if as_json:
            click.echo(json.dumps(life, ensure_ascii=False, default=str, indent=2))
        else:
            click.echo("\n".join(lines(life, rules=rules or life["observation_id"] is not None)))
        if record:
            click.echo()
            click.echo(await archived(store, life))

    ask(data, work)


async def take(store: Store, key: str) -> dict[str, Any]:
    """Everything that the tables hold of the article that `key` names; of its observations one alone, if it names that.

    Raises SolieuError trace-unknown, trace-ambiguous."""
    sql = queries("trace")
    async with store.pool.acquire() as connection:
        article, observation = await _named(connection, key)
        head = await sql.article(connection, article=article)
        address = await sql.address(connection, article=article)

        async def many(query: Any) -> list[dict[str, Any]]:
            return [dict(row) async for row in query(connection, article=article)]

        observations = await many(sql.observations)
        shown = [each for each in observations if observation in (None, each["observation_id"])]
        return {
            "article_id": article,
            "observation_id": observation,
            "address": dict(address) if address else None,
            "article": dict(head) if head else None,
            "copies": await many(sql.copies),
            "pages": await many(sql.pages),
            "revisions": await many(sql.revisions),
            "observations": shown,
            "observations_left_out": len({each["observation_id"] for each in observations}) - 1 if observation else 0,
            "dead_letters": await many(sql.letters),
        }


async def _named(connection: Any, key: str) -> tuple[str, str | None]:
    """Article and, where `key` names one, observation."""
    from services.crawler.canonical import canonical_url
    from services.crawler.portals import cms_table
    from shared.ids import article_id

    sql, keys, letters = queries("trace"), [key], []
    if ID.fullmatch(key):
        rows = [row async for row in sql.beginning(connection, prefix=key)]
        if len({row["id"] for row in rows}) > 1:
            several = ", ".join(f"{row['kind']} {row['id']}" for row in rows[:4])
            raise SolieuError("trace-ambiguous", f"several ids begin with {key!r}", f"name more of it: {several}")
        keys += [row["id"] for row in rows]
        letters = [row["id"] for row in rows if row["kind"] == "dead letter"]
    elif key.startswith(("http://", "https://")):  # another form of an address: which CMS it is of is not known here
        keys += sorted({article_id(canonical_url(key, cms)) for cms in (None, *cms_table())})
    for each in keys:
        if found := await sql.named(connection, key=each):
            return found["article_id"], found["observation_id"]
    if letters:
        hint = f"solieu dead-letters show {letters[0]}"
        raise SolieuError("trace-unknown", "the message of that dead letter names no article", hint)
    last = key.rstrip("/").rsplit("/", 1)[-1]
    near = [row["url"] async for row in sql.near(connection, fragment=last)] if len(last) > 5 else []
    raise SolieuError(
        "trace-unknown",
        f"nothing is known of {key!r}",
        f"near it: {', '.join(near)}" if near else "name a URL as it was fetched, or an id",
    )


def lines(life: dict[str, Any], *, rules: bool) -> Iterator[str]:
    article, address = life["article"], life["address"]
    yield f"article {life['article_id']}"
    if address:
        source = (
            f"{address['source_kind']} {address['source_url']}" if address["source_url"] else "a source that is gone"
        )
        yield f"  found     {when(address['found_at'])}  {address['url']}"
        yield f"  by        {source} of {address['portal']}"
        again = f", again {when(address['next_at'])}" if address["next_at"] else ""
        yield f"  visits    {address['visits']}, last {when(address['fetched_at'])}: {address['outcome'] or '-'}{again}"
    if article and article["title"]:
        yield f"  title     {article['title']}"
        yield f"  published {when(article['published'])}  {article['url']}"
    if article and article["copy_of"]:
        yield f"  copy of   {article['copy_of']}"
    for copy in life["copies"]:
        yield f"  copied by {copy['article_id']}  {copy['url']}"
    for page in life["pages"]:
        yield from _page(page)
    for revision in life["revisions"]:
        yield from _revision(revision, article, rules)
    for letter in life["dead_letters"]:
        yield f"dead letter {letter['dead_letter_id']}  {letter['state']}"
        yield f"  failed    {when(letter['failed_at'])}  {letter['stage']}, {letter['error']}: {letter['message']}"
    for observation in life["observations"]:
        yield from _observation(observation, rules)
    if life["observations_left_out"]:
        yield f"and {life['observations_left_out']} more observations: solieu trace {life['article_id']}"


def _page(page: dict[str, Any]) -> Iterator[str]:
    yield f"page {page['page_id']}"
    size = f", {page['body_bytes']} bytes" if page["body_bytes"] is not None else ""
    doubt = "" if page["tls_verified"] is not False else ", certificate not verified"
    answer = f"HTTP {page['http_status'] or '?'} {page['content_type'] or ''}{size}{doubt}"
    yield f"  fetched   {when(page['fetched_at'])}  {answer}"
    if page["warc_file"]:
        yield f"  archived  {page['warc_file']} at byte {page['warc_offset']}"
    tries = f", {page['attempts']} times again" if page["attempts"] else ""
    if page["last_fetched_at"]:
        yield f"  and again {when(page['last_fetched_at'])}, after another text in between"
    if page["published_at"]:
        yield f"  sent on   {when(page['published_at'])}{tries}"
    if page["discard_reason"]:
        detail = f" ({page['discard_detail']})" if page["discard_detail"] else ""
        yield f"  discarded {page['discard_reason']}{detail}, by cleaner {page['cleaner_version']}"
    elif page["cleaned_revision"]:
        yield f"  cleaned   revision {page['cleaned_revision']}, by cleaner {page['cleaner_version']}"
    if page["figures"] is not None:
        yield f"  read      {page['figures']} figures, by extractor {page['extractor_version']}"
    yield f"  outcome   {page['outcome'] or 'none yet'}" + (
        f"  {when(page['outcome_at'])}" if page["outcome_at"] else ""
    )


def _revision(revision: dict[str, Any], article: dict[str, Any] | None, every_block: bool) -> Iterator[str]:
    newest = " (the newest)" if article and article["revision"] == revision["revision"] else ""
    yield f"revision {revision['revision']}{newest}"
    length = "text removed by retention" if revision["characters"] is None else f"{revision['characters']} characters"
    yield f"  text      {length}, found by {revision['method']} ({revision['method_confidence']:.2f})"
    origin = f"(from {revision['published_from'] or '-'}), by {revision['author'] or '-'}"
    yield f"  published {when(revision['published'])} {origin}"
    removed = revision["removed"]
    yield f"  removed   {len(removed)} blocks" + ("" if every_block or not removed else "; --rules shows them")
    if every_block:
        for block in removed:
            text = " ".join(block["text"].split())
            yield f"    {block['rule']:28} {text[:REMOVED_CHARS_MAX]}{'…' if len(text) > REMOVED_CHARS_MAX else ''}"
    for attachment in revision["attachments"]:
        yield f"  attached  {attachment['title'] or '-'}  {attachment['url']}"


def _observation(row: dict[str, Any], rules: bool) -> Iterator[str]:
    state = f"retired {when(row['retired_at'])}" if row["retired_at"] else "holds"
    where = area_name(row["area"]) + (f", {row['locality']}" if row["locality"] else "")
    part = "".join(f" {key}={value}" for key, value in row["breakdown"].items())
    yield f"observation {row['observation_id']}  {state}"
    yield f"  {row['indicator'] or row['label']} {row['measure']}{part}: {figure(row)}"
    doubts = "".join(f" {flag}" for flag in row["flags"])
    yield f"  {row['status']} {row['period']} {where}; confidence {row['confidence']:.2f}{doubts}"
    reading = f"revision {row['revision']}, extractor {row['extractor_version']}"
    yield f"  «{row['quote']}» at {row['quote_start']} of {reading}"
    if rules:
        yield f"  in: {' '.join(row['sentence'].split())}"
        yield from (f"    {rule}" for rule in row["rules"])


async def archived(store: Store, life: dict[str, Any]) -> str:
    """The newest archived answer as text, with what the crawler noted beside it; or why there is none."""
    from services.crawler.archive import Place, read_archived

    for page in reversed(life["pages"]):
        if page["warc_file"]:
            place = Place(page["warc_file"], page["warc_offset"])
            found = await asyncio.to_thread(read_archived, store.settings.crawl.archive, place)
            if found is None:
                folder = store.settings.crawl.archive
                return f"{place.file} is not in {folder}: retention has removed it, or the archive is elsewhere"
            note = f"{found.note.decode()}\n\n" if found.note else ""
            return note + found.head.replace("\r\n", "\n") + "\n" + found.body.decode("utf-8", "replace")
    return "no page of it was archived"
