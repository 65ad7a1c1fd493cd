"""`solieu reextract`: read the stored texts again, show what would change, then apply it.

For judging a new catalogue or grammar before its figures replace the old ones.
"""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import click

from services.console.database import Store, ask, check_portal, data_option, queries
from services.console.diff import Change, Diff, Kind, compare
from services.console.figures import area_name, figure

if TYPE_CHECKING:
    from shared.bus.api import Message, Record
    from shared.bus.processing import Process

CHUNK: Final = 500
SHOWN: Final[tuple[Kind, ...]] = ("added", "changed", "retired")
KINDS: Final[tuple[Kind, ...]] = (*SHOWN, "evidence", "same")


@dataclass(slots=True)
class Comparison:
    """A reading of all stored texts against what holds."""

    diff: Diff = field(default_factory=Diff)
    articles: int = 0
    differing: int = 0
    """Articles with another figure or other evidence."""
    failed: list[tuple[str, str]] = field(default_factory=list)
    """Article and why it could not be read: over time, an error. They stay as they are."""


@click.command("reextract")
@click.option("--portal", help="Articles of this portal alone.")
@click.option("--examples", type=click.IntRange(0, 5), default=1, show_default=True, help="Shown of each indicator.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
@click.option("--apply", is_flag=True, help="Write what differs, after showing it and asking.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
def command(portal: str | None, examples: int, as_json: bool, apply: bool, yes: bool, data: Path) -> None:
    """Read the newest stored text of every article again and show observations added, changed and retired.

    Without --apply nothing is written. Texts that retention has removed are left as they are."""

    async def work(store: Store) -> int:
        from services.console.replay import progress

        with tempfile.TemporaryFile("w+", encoding="utf-8") as spool:
            await check_portal(store, portal)
            found = await reread(store, portal, spool, say=progress("texts"))
            click.echo(_json(found) if as_json else "\n".join(lines(found, examples)))
            if not apply or not found.differing:
                return 0
            if not yes and not click.confirm(f"Write the new readings of {found.differing} articles?", err=True):
                return 1
            await write(store, spool)
        click.echo(f"{found.differing} articles read anew", err=True)
        return 0

    ask(data, work)


async def reread(
    store: Store, portal: str | None, spool: IO[str], *, say: Callable[[int, int], None] = lambda done, total: None
) -> Comparison:
    """Compares all texts in worker processes; the events of articles that differ go to `spool`, a line an article."""
    from services.extractor.stage import EXTRACTOR
    from shared.bus.processing import by_pool
    from shared.bus.run import make_pool
    from shared.health import Progress

    assert EXTRACTOR.work
    found, sql, after = Comparison(), queries("reextract"), None
    total = await sql.count_texts(store.pool, portal=portal)
    pool = make_pool([EXTRACTOR], store.settings)
    try:
        process = by_pool(EXTRACTOR.work, pool, Progress("console"), limit_s=EXTRACTOR.document_s_max)
        while True:
            async with store.pool.acquire() as connection:
                articles = [dict(row) async for row in sql.texts(connection, portal=portal, after=after, n=CHUNK)]
                if not articles:
                    return found
                after = articles[-1]["article_id"]
                before: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
                async for row in sql.readings(connection, articles=[each["article_id"] for each in articles]):
                    before[row["article_id"]][row["observation_id"]] = dict(row)
            await _compare_chunk(process, articles, before, found, spool)
            say(found.articles, total)
    finally:
        pool.stop()


async def _compare_chunk(
    process: Process,
    articles: list[dict[str, Any]],
    before: Mapping[str, Mapping[str, dict[str, Any]]],
    found: Comparison,
    spool: IO[str],
) -> None:
    records = [_record(article, offset) for offset, article in enumerate(articles)]
    for article, done in zip(articles, await process(records, lambda: True), strict=True):
        found.articles += 1
        if done.failure:
            found.failed.append((article["article_id"], f"{done.failure.error}: {done.failure.message}"[:200]))
            continue
        said = [json.loads(message.value) for message in done.messages]
        after = {each["observation"]["observation_id"]: each["observation"] for each in said if "observation" in each}
        changes = compare(before.get(article["article_id"], {}), after)
        for change in changes:
            found.diff.add(change)
        if any(change.kind != "same" for change in changes):
            found.differing += 1
            # A reading must outrank the one that it replaces, also where only the catalogue was edited.
            version = max(said[-1]["extractor_version"], article["stored_version"] + 1)
            spool.write(json.dumps([{**each, "extractor_version": version} for each in said]) + "\n")


def _record(article: Mapping[str, Any], offset: int) -> Record:
    from shared.bus.api import Record
    from shared.bus.codec import encode
    from shared.events import ArticleCleaned

    event = ArticleCleaned.model_validate({key: value for key, value in article.items() if key != "stored_version"})
    message = encode(event, source="console", at=event.revised_at)
    return Record(message.topic, 0, offset, message.key, message.value, message.headers)


async def write(store: Store, spool: IO[str]) -> None:
    """Publishes what `reread` has put aside: on Kafka for writer and subscribers, else straight to the writer here."""
    from services.console.feeding import feed

    await feed(store, lambda _: _messages(spool))


async def _messages(spool: IO[str]) -> AsyncIterator[Message]:
    from shared.bus.codec import encode
    from shared.clock import now
    from shared.events import ArticleExtracted, IndicatorObserved

    spool.seek(0)
    for line in spool:
        for said in json.loads(line):
            model = IndicatorObserved if "observation" in said else ArticleExtracted
            yield encode(model.model_validate(said), source="extractor", at=now())


def lines(found: Comparison, examples: int) -> list[str]:
    diff = found.diff
    wide = max([len(each) for each in diff.indicators], default=9)
    shown = [f"{'indicator':{wide}}" + "".join(f" {kind:>8}" for kind in KINDS)]
    for indicator in diff.indicators:
        counts = {kind: diff.counts[indicator, kind] for kind in KINDS}
        if sum(counts.values()) == counts["same"]:
            continue
        shown.append(f"{indicator:{wide}}" + "".join(f" {count:8}" for count in counts.values()))
        kept = [change for kind in SHOWN for change in diff.examples.get((indicator, kind), [])[:examples]]
        shown += [f"{'':{wide}}    {_example(change)}" for change in kept]
    totals = ", ".join(f"{diff.total(kind)} {kind}" for kind in KINDS)
    shown.append(f"{found.articles} articles read, {found.differing} differ: {totals}")
    shown += [f"could not be read: {article}  {why}" for article, why in found.failed[:10]]
    if len(found.failed) > 10:
        shown.append(f"… and {len(found.failed) - 10} more")
    return shown


def _example(change: Change) -> str:
    said = " -> ".join(figure(reading) for reading in (change.before, change.after) if reading)
    last = change.after or change.before or {}
    return f"{change.kind} {said}, {last['status']} {last['period']} {area_name(last['area'])} «{last['quote']}»"


def _json(found: Comparison) -> str:
    by_indicator: dict[str, dict[str, int]] = defaultdict(dict)
    for (indicator, kind), count in sorted(found.diff.counts.items()):
        by_indicator[indicator][kind] = count
    return json.dumps(
        {
            "articles": found.articles,
            "differing": found.differing,
            "failed": found.failed,
            "indicators": by_indicator,
            "examples": [
                {"kind": each.kind, "indicator": each.indicator, "before": each.before, "after": each.after}
                for examples in found.diff.examples.values()
                for each in examples
            ],
        },
        ensure_ascii=False,
        default=str,
    )
