"""Exports in each format, read back by another program's reader."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from services.console.export import WRITERS, check, copy, opened
from services.writer.write import Writer
from shared.errors import SolieuError
from tests.fixtures.events import cleaned, extraction, observation, records
from tests.fixtures.store import store_of

pytestmark = pytest.mark.servers

ALL: dict[str, Any] = dict.fromkeys(("indicators", "areas", "periods", "statuses", "portals", "since")) | {
    "copies": False, "retired": False,
}  # fmt: skip


async def exported(url: str, folder: Path, form: str, **wanted: Any) -> bytes:
    path = folder / f"out.{form}"
    async with store_of(url, folder) as store:
        sentence = "=1+1; «Năm 2023», toàn tỉnh\ngiải quyết việc làm cho 12.840 lao động."
        await Writer(store.pool)(
            records(
                cleaned("a"),
                *extraction("a", observation(breakdown={"sex": "female"}, sentence=sentence)),
                *extraction("b", observation("b", indicator="poverty.rate", value="2.5", unit="percent", area="34-24")),
                *extraction("c", observation("c", value=1)),
                *extraction("c", day=1, text="mới"),
            )
        )
        with opened(path) as file, WRITERS[form](file, True) as sink:
            await copy(store, ALL | wanted, sink)
    return path.read_bytes()


async def test_csv_opens_in_excel_and_runs_no_formula(postgres_dsn: str, tmp_path: Path) -> None:
    raw = await exported(postgres_dsn, tmp_path, "csv")
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert [(row["indicator"], row["value"], row["area_name"]) for row in rows] == [
        ("employment.jobs_created", "12840", "Bắc Ninh"),
        ("poverty.rate", "2.5", "Bắc Ninh"),
    ]
    assert rows[0]["sentence"].startswith("'=1+1; «Năm 2023»")
    assert rows[0]["url"] == "https://tinh.example/a"


async def test_json_lines(postgres_dsn: str, tmp_path: Path) -> None:
    raw = await exported(postgres_dsn, tmp_path, "jsonl", retired=True)
    rows = [json.loads(line) for line in raw.splitlines()]
    assert [row["value"] for row in rows] == [12840, 1, 2.5]
    assert rows[0]["breakdown"] == {"sex": "female"}
    assert [row["retired_at"] is None for row in rows] == [True, False, True]


async def test_parquet_has_types(postgres_dsn: str, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    raw = await exported(postgres_dsn, tmp_path, "parquet")
    table = parquet.read_table(io.BytesIO(raw))
    assert table.column("value").to_pylist() == [12840.0, 2.5]
    assert str(table.schema.field("period_from").type) == "date32[day]"
    assert str(table.schema.field("published").type) == "timestamp[us, tz=UTC]"


@pytest.mark.parametrize(
    ("wanted", "values"),
    [
        ({"indicators": ["poverty."]}, [2.5]),
        ({"indicators": ["employment.jobs_created"]}, [12840]),
        ({"areas": ["34-24"]}, [2.5]),
        ({"periods": ["2023"], "statuses": ["actual"], "portals": ["mau"]}, [12840]),
    ],
)
async def test_filters(postgres_dsn: str, tmp_path: Path, wanted: dict[str, Any], values: list[float]) -> None:
    raw = await exported(postgres_dsn, tmp_path, "jsonl", **wanted)
    assert [json.loads(line)["value"] for line in raw.splitlines()] == values


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("out*")}


async def test_nothing_is_no_file(postgres_dsn: str, tmp_path: Path) -> None:
    with pytest.raises(SolieuError, match="export-empty"):
        await exported(postgres_dsn, tmp_path, "csv", periods=["1999"])
    assert files(tmp_path) == set()


@pytest.mark.parametrize(
    ("wanted", "near"),
    [
        ({"indicators": ["poverty.rte"]}, "poverty.rate"),
        ({"areas": ["27"]}, "63-27"),
        ({"areas": ["Bac Ninh"]}, "34-24"),
    ],
)
def test_misspelt_codes_are_told_what_is_near(wanted: dict[str, Any], near: str) -> None:
    with pytest.raises(SolieuError) as raised:
        check(wanted)
    assert near in str(raised.value)
