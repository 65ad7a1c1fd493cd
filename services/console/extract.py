"""`solieu extract`: the figures of articles, as a table, as JSON, or with the reasons for every reading."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import click

from services.cleaner.clean import clean_page
from services.cleaner.limits import BYTES_MAX
from services.cleaner.model import Discarded
from services.extractor.extract import extract
from services.extractor.model import ArticleText
from services.extractor.observe import Observation
from shared.clock import day_in_vietnam
from shared.vietnam.areas import UnknownArea, check_key

_UNMAPPED_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Source:
    """One article to read, as the command line or a manifest names it."""

    id: str
    path: Path
    published: date | None = None
    area: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    source: Source
    outcome: str
    """`article`, or why there is none: a reason of the cleaner, `unreadable`, ..."""
    detail: str = ""
    article: ArticleText | None = None
    observations: tuple[Observation, ...] = ()


@click.command("extract")
@click.argument("files", nargs=-1, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "--manifest",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON lines: id, path, url?, published?, area?.",
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="With --manifest: write there, not to the screen."
)
@click.option("--published", help="Publication date (2023-02-10), where the file gives none.")
@click.option("--area", help="Area key of the portal (63-27, 34-24, VN), where the text names none.")
@click.option("--url", help="Address of the article.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an article.")
@click.option("--explain", is_flag=True, help="Show each sentence with what was bound to what, and what was rejected.")
@click.option("--unmapped", is_flag=True, help="Count the labels of figures that no indicator of the catalogue fits.")
def command(
    files: tuple[Path, ...],
    manifest: Path | None,
    output: Path | None,
    published: str | None,
    area: str | None,
    url: str | None,
    as_json: bool,
    explain: bool,
    unmapped: bool,
) -> None:
    """Read the figures of FILE... (text or HTML; - for standard input; a folder for all files in it).

    Exit status 0 when every file was an article, 3 when one was none."""
    if manifest is not None:
        _write_manifest(manifest, output)
        return
    if not files:
        raise click.UsageError("Nothing to read: give FILE..., - for standard input, or --manifest.")
    day, key = _day(published, "--published"), _area(area, "--area")
    reads = [read(Source(str(path), path, day, key, url)) for path in _expanded(files)]
    if unmapped:
        _show_unmapped(reads)
    for each in reads if not unmapped else ():
        if as_json:
            click.echo(json.dumps(fields(each), ensure_ascii=False))
        elif explain and each.article is not None:
            from services.extractor.explain import explain as explained

            click.echo(explained(each.article, colour=sys.stdout.isatty()))
        else:
            _show(each)
    if any(each.outcome != "article" for each in reads):
        click.get_current_context().exit(3)


def read(source: Source) -> Read:
    """Clean and extract one file. A file that is no article has an outcome that says so; only bad arguments raise."""
    try:
        body = sys.stdin.buffer.read(BYTES_MAX + 1) if str(source.path) == "-" else _bytes(source.path)
    except OSError as error:
        return Read(source, "unreadable", error.strerror or str(error))
    cleaned = clean_page(body, url=source.url or "")
    if isinstance(cleaned, Discarded):
        return Read(source, cleaned.reason.value, cleaned.detail)
    found = day_in_vietnam(cleaned.published) if cleaned.published else None
    article = ArticleText(
        cleaned.text, source.published or found, source.area, source.url or cleaned.canonical_url, source.id
    )
    return Read(source, "article", article=article, observations=tuple(extract(article)))


def fields(each: Read) -> dict[str, Any]:
    """What --json prints of an article: offsets are characters of `text`."""
    article = each.article
    return {
        "id": each.source.id,
        "outcome": each.outcome,
        **({"detail": each.detail} if each.detail else {}),
        "published": article.published.isoformat() if article and article.published else None,
        "text": article.text if article else "",
        "observations": [observation_fields(observation) for observation in each.observations],
    }


def observation_fields(observation: Observation) -> dict[str, Any]:
    return {name: _plain(value) for name, value in asdict(observation).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(BYTES_MAX + 1)


def _expanded(files: tuple[Path, ...]) -> Iterator[Path]:
    for path in files:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.suffix in (".txt", ".html", ".htm"))
        else:
            yield path


def _day(text: str | None, where: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise click.BadParameter(f"{where}: {text!r} is no date; write it as 2023-02-10") from None


def _area(key: str | None, where: str) -> str | None:
    if not key:
        return None
    try:
        return check_key(key)
    except UnknownArea as error:
        raise click.BadParameter(f"{where}: {error}") from None


def _write_manifest(manifest: Path, output: Path | None) -> None:
    lines = (
        json.dumps(
            {"id": each.source.id, "observations": fields(each)["observations"], "outcome": each.outcome},
            ensure_ascii=False,
        )
        for each in map(read, _sources(manifest))
    )
    if output is None:
        for line in lines:
            click.echo(line)
    else:
        with output.open("w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)


def _sources(manifest: Path) -> Iterator[Source]:
    for number, line in enumerate(manifest.read_text("utf-8-sig").splitlines(), 1):
        if not line.strip():
            continue
        where = f"{manifest.name}, line {number}"
        try:
            row = json.loads(line)
        except ValueError:
            raise click.ClickException(f"{where}: no JSON") from None
        if not isinstance(row, Mapping) or not row.get("id") or not row.get("path"):
            raise click.ClickException(f"{where}: needs id and path")
        yield Source(
            str(row["id"]),
            manifest.parent / str(row["path"]),
            _day(row.get("published"), where),
            _area(row.get("area"), where),
            row.get("url"),
        )


def _show(each: Read) -> None:
    why = f" ({each.detail})" if each.detail else ""
    click.echo(f"{each.source.id}: {each.outcome}{why}, {len(each.observations)} figures")
    for observation in each.observations:
        name = observation.indicator or f"({observation.label})"
        high = f"–{_number(observation.value_high)}" if observation.value_high is not None else ""
        value = f"{_number(observation.value)}{high}"
        plan = f"  plan {_number(observation.target_value)}" if observation.target_value is not None else ""
        ratio = f"  {_number(observation.plan_ratio)}% of plan" if observation.plan_ratio is not None else ""
        place = f"{observation.area or '?'}{f' {observation.locality}' if observation.locality else ''}"
        click.echo(
            f"  {name:<42} {observation.measure:<15} {value:>18} "
            f"{observation.unit:<16} {observation.status:<8} {observation.period:<14} {place:<8} "
            f"{observation.confidence:.2f}  «{observation.quote}»{plan}{ratio}"
        )


def _number(value: Decimal) -> str:
    return f"{value.normalize():,f}"


def _show_unmapped(reads: list[Read]) -> None:
    labels = Counter(
        f"{observation.label} [{observation.unit}]"
        for each in reads
        for observation in each.observations
        if observation.indicator is None
    )
    for label, count in labels.most_common(_UNMAPPED_SHOWN):
        click.echo(f"{count:6}  {label}")
