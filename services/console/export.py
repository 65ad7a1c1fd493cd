"""`solieu export`: observations for people, with where each comes from, as CSV, JSON lines or Parquet."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Final

import click

from services.console.database import Store, ask, check_portal, data_option, queries
from shared.errors import SolieuError

PERIOD: Final = re.compile(
    r"\d{4}(-(H[12]|Q[1-4]|M(0[1-9]|1[0-2])/M(0[1-9]|1[0-2])|(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)|/\d{4})?"
)
"""As the table observation takes it (docs/observation.md)."""
FETCH: Final = 2_000
"""Rows held at a time: an export of millions needs no more memory than one of thousands."""
Row = dict[str, Any]
Sink = Callable[[list[Row]], None]


@click.command("export")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl", "parquet"]), help="Default: by the file's name.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Default: standard output.")
@click.option("--indicator", "indicators", multiple=True, help="Code, or a domain (poverty.). May be repeated.")
@click.option("--area", "areas", multiple=True, help="Area key: 63-27, 34-24, VN.")
@click.option("--period", "periods", multiple=True, help="As written: 2023, 2023-H1, 2023-M01/M09.")
@click.option("--status", "statuses", multiple=True, type=click.Choice(["actual", "estimate", "target"]))
@click.option("--portal", "portals", multiple=True)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Published on this day (in Viet Nam) or later.")
@click.option("--copies", is_flag=True, help="With the figures of reprints.")
@click.option("--retired", is_flag=True, help="With readings that no longer hold (retired_at says since when).")
@data_option
def command(form: str | None, output: Path | None, data: Path, **wanted: Any) -> None:
    """Write observations with their provenance: sentence, article, page, archive record.

    CSV files begin with a byte order mark, so that Excel shows Vietnamese letters."""

    async def work(store: Store) -> None:
        from services.console.replay import day_start

        chosen: dict[str, Any] = {
            name: list(value) or None if isinstance(value, tuple) else value for name, value in wanted.items()
        }
        check(chosen)
        for portal in chosen["portals"] or ():
            await check_portal(store, portal)
        kind = form or (output.suffix.lstrip(".").lower() if output else "csv")
        if kind not in WRITERS:
            said = f"no format {kind!r}" if kind else f"{output} does not say in which format"
            raise SolieuError("export-format", said, "--format csv, jsonl or parquet")
        chosen["since"] = day_start(chosen["since"])
        with opened(output) as file, WRITERS[kind](file, output is not None) as sink:
            count = await copy(store, chosen, sink)
        click.echo(f"{count} observations" + (f" in {output}" if output else ""), err=True)

    ask(data, work)


def check(wanted: dict[str, Any]) -> None:
    """Raises SolieuError where a code, key or period is none, with what is near it."""
    import difflib

    from shared.vietnam.areas import UnknownArea, check_key
    from shared.vietnam.catalogue import catalogue

    codes = set(catalogue())
    known = codes | {f"{code.partition('.')[0]}." for code in codes}
    for code in wanted.get("indicators") or ():
        if code not in known:
            near = ", ".join(difflib.get_close_matches(code, known, n=3)) or "solieu export without it"
            raise SolieuError("indicator-unknown", f"no indicator {code!r} in the catalogue", f"near it: {near}")
    for key in wanted.get("areas") or ():
        try:
            check_key(key)
        except UnknownArea as error:
            raise SolieuError("area-unknown", str(error), "name an area by its key") from None
    for period in wanted.get("periods") or ():
        if not PERIOD.fullmatch(period):
            hint = "2023, 2023-H1, 2023-Q1, 2023-M01/M09, 2023-06, 2023-06-30, 2021/2025"
            raise SolieuError("period-unknown", f"no period is written {period!r}", hint)


async def copy(store: Store, wanted: dict[str, Any], sink: Sink) -> int:
    """Hands every wanted observation to `sink`, some thousand at a time. Returns how many.

    Raises SolieuError export-empty where there is none: an empty file would look like an answer."""
    count = 0
    async for rows in _chunks(store, wanted):
        sink(rows)
        count += len(rows)
    if not count:
        raise SolieuError("export-empty", "no observation matches", "leave out a filter; see solieu status")
    return count


async def _chunks(store: Store, wanted: dict[str, Any]) -> AsyncIterator[list[Row]]:
    async with (
        store.pool.acquire() as connection,
        connection.transaction(readonly=True),
        queries("export").figures_cursor(connection, **wanted) as cursor,
    ):
        reading = await cursor
        while rows := await reading.fetch(FETCH):
            yield [dict(row) for row in rows]


@contextmanager
def opened(output: Path | None) -> Iterator[BinaryIO]:
    """The file, complete or not there at all: it is written beside and renamed. Raises SolieuError export-file.

    A device or a pipe (/dev/stdout) is written to as it is."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()  # here a full disk is told of
        return
    if output.exists() and not output.is_file():
        with _writable(output), output.open("wb") as file:
            yield file
        return
    half = output.with_name(f"{output.name}.part")
    with _writable(output):
        try:
            with half.open("wb") as file:
                yield file
            half.replace(output)
        finally:
            half.unlink(missing_ok=True)


@contextmanager
def _writable(output: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:  # the reader has enough
        raise
    except OSError as error:
        raise SolieuError("export-file", f"cannot write {output}: {error.strerror}", "choose another place") from None


@contextmanager
def csv_sink(file: BinaryIO, is_file: bool) -> Iterator[Sink]:
    text = io.TextIOWrapper(file, encoding="utf-8-sig" if is_file else "utf-8", newline="", write_through=True)
    writer: csv.DictWriter[str] | None = None

    def write(rows: list[Row]) -> None:
        nonlocal writer
        if writer is None:
            writer = csv.DictWriter(text, list(rows[0]))
            writer.writeheader()
        writer.writerows({name: safe(plain(value)) for name, value in row.items()} for row in rows)

    yield write
    text.flush()
    text.detach()


def safe(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets an apostrophe (CSV injection): pages are not ours."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


@contextmanager
def jsonl_sink(file: BinaryIO, is_file: bool) -> Iterator[Sink]:
    def write(rows: list[Row]) -> None:
        for row in rows:
            said = {name: plain(value) for name, value in row.items()} | {"breakdown": json.loads(row["breakdown"])}
            file.write(json.dumps(said, ensure_ascii=False).encode() + b"\n")

    yield write


@contextmanager
def parquet_sink(file: BinaryIO, is_file: bool) -> Iterator[Sink]:
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError:
        raise SolieuError(
            "parquet-missing",
            "Parquet needs pyarrow, which is not installed",
            "run make setup, or pip install pyarrow; the image is without",
        ) from None
    numbers = {"value", "value_high", "target_value", "target_value_high", "plan_ratio", "confidence"}
    integers = {"extractor_version", "warc_offset", "quote_start", "quote_end"}
    days, moments = {"period_from", "period_to"}, {"published", "fetched_at", "recorded_at", "retired_at"}
    schema: Any = None
    writer: Any = None

    def kind(name: str) -> Any:
        if name in numbers:
            return arrow.float64()
        if name in integers:
            return arrow.int64()
        if name in days:
            return arrow.date32()
        return arrow.timestamp("us", tz="UTC") if name in moments else arrow.string()

    def write(rows: list[Row]) -> None:
        nonlocal schema, writer
        if writer is None:
            schema = arrow.schema([(name, kind(name)) for name in rows[0]])
            writer = parquet.ParquetWriter(file, schema, compression="zstd")
        exact = [{n: float(v) if isinstance(v, Decimal) else v for n, v in row.items()} for row in rows]
        writer.write_table(arrow.Table.from_pylist(exact, schema=schema))

    yield write
    if writer is not None:
        writer.close()


WRITERS: Final = {"csv": csv_sink, "jsonl": jsonl_sink, "parquet": parquet_sink}


def plain(value: Any) -> Any:
    """Decimals as JSON numbers, integers as such; moments in ISO 8601."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date | datetime) else value
