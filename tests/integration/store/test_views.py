"""What the views answer, on figures whose answers are worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from services.writer.write import Writer
from shared.events import Event
from shared.store.pool import Pool
from tests.fixtures.events import at, cleaned, extraction, observation, records

pytestmark = pytest.mark.servers

PERIODS = {
    "2023": ("2023-01-01", "2023-12-31"),
    "2023-H1": ("2023-01-01", "2023-06-30"),
    "2023-H2": ("2023-07-01", "2023-12-31"),
    "2023-Q1": ("2023-01-01", "2023-03-31"),
    "2023-Q4": ("2023-10-01", "2023-12-31"),
    "2023-M01/M09": ("2023-01-01", "2023-09-30"),
    "2023-M11/M12": ("2023-11-01", "2023-12-31"),
    "2024-02": ("2024-02-01", "2024-02-29"),
    "2023-12": ("2023-12-01", "2023-12-31"),
    "2023-06-30": ("2023-06-30", "2023-06-30"),
    "2021/2025": ("2021-01-01", "2025-12-31"),
}


@pytest.mark.parametrize("period", PERIODS)
async def test_first_and_last_day_of_a_period(database: Pool, period: str) -> None:
    row = await database.fetchrow("SELECT period_from($1), period_to($1)", period)
    assert row is not None
    assert tuple(row) == tuple(map(date.fromisoformat, PERIODS[period]))


@pytest.mark.parametrize("period", ["0000", "2023-02-31"])
async def test_a_day_that_is_none_breaks_no_query(database: Pool, period: str) -> None:
    assert await database.fetchval("SELECT period_to($1)", period)


def article(name: str, *, day: float = 0, simhash: str | None = None, **said: Any) -> list[Event]:
    """An article of day `day` with one figure."""
    published = at(day)
    return [
        cleaned(name, day=day, published=published, simhash=simhash),
        *extraction(name, observation(name, **said), day=day),
    ]


async def one(pool: Pool, query: str) -> dict[str, Any]:
    rows = await pool.fetch(query)
    assert len(rows) == 1, rows
    return dict(rows[0])


async def test_most_sources_win_and_the_others_are_listed(database: Pool) -> None:
    events = [
        *article("a", value=12840),
        *article("b", value=12840, day=1),
        *article("c", value=13500, day=5),
        *article("vague", value=12800, comparator="approx", day=6),
    ]
    await Writer(database)(records(*events))
    best = await one(database, "SELECT * FROM indicator_latest")
    assert (best["value"], best["sources"], best["agreed"]) == (12840, 2, False)
    assert [(other["value"], other["sources"]) for other in best["others"]] == [(13500, 1)]  # 12,800 is 0.3 % off


async def test_copies_are_no_sources(database: Pool) -> None:
    events = [
        *article("original", value=100, simhash="00000000000000ff"),
        *article("copy", value=100, day=1, simhash="00000000000000fe"),
        *article("copy2", value=100, day=1, simhash="00000000000000fd"),
        *article("other", value=200, day=2),
    ]
    await Writer(database)(records(*events))
    best = await one(database, "SELECT * FROM indicator_latest")
    assert (best["value"], best["sources"]) == (200, 1)  # one source against one: the later


async def test_an_exact_figure_goes_before_a_vague_one(database: Pool) -> None:
    events = [
        *article("a", value=13000, comparator="approx"),
        *article("b", value=13000, comparator="approx"),
        *article("c", value=12840),
    ]
    await Writer(database)(records(*events))
    best = await one(database, "SELECT * FROM indicator_latest")
    assert (best["value"], best["comparator"], best["agreed"]) == (12840, "eq", True)


async def test_parts_districts_and_changes_are_kept_apart(database: Pool) -> None:
    events = [
        *article("whole", value=100),
        *article("women", value=60, breakdown={"sex": "female"}),
        *article("district", value=7, locality="Quế Võ"),
        *article("change", value=5, measure="change"),
    ]
    await Writer(database)(records(*events))
    rows = await database.fetch("SELECT breakdown, value FROM indicator_latest ORDER BY value")
    assert [tuple(row) for row in rows] == [({"sex": "female"}, 60), ({}, 100)]


async def test_a_figure_whose_newer_reading_was_refused_is_not_shown(database: Pool) -> None:
    write = Writer(database)
    await write(records(*article("a", value=100)))
    await write(records(extraction("a", observation(), day=1, text="mới")[1]))  # closing event, its observation lost
    assert await database.fetchval("SELECT count(*) FROM observation WHERE retired_at IS NULL") == 0
    assert await database.fetchval("SELECT count(*) FROM observation_live") == 0


async def test_plan_and_result_side_by_side(database: Pool) -> None:
    events = [
        *article("plan", value=12000, status="target"),
        *article("guess", value=12500, status="estimate"),
        *article("result", value=12840),
        *article("beside", value=300, period="2022", target_value=Decimal(250), plan_ratio=Decimal(120)),
        *article("only-plan", value=9000, status="target", period="2030"),
    ]
    await Writer(database)(records(*events))
    rows = await database.fetch(
        "SELECT period, target, actual, actual_status, reached_percent, stated_percent FROM plan_vs_actual ORDER BY 1"
    )
    assert [tuple(row) for row in rows] == [
        ("2022", 250, 300, "actual", 120, 120),
        ("2023", 12000, 12840, "actual", 107, None),
        ("2030", 9000, None, None, None, None),
    ]


async def test_series_add_old_provinces_up_to_the_new_ones(database: Pool) -> None:
    """Bắc Giang (63-24) and Bắc Ninh (63-27) are Bắc Ninh (34-24) since 1 July 2025; Hà Nội was not merged."""
    events = [
        *article("bg", value=30000, area="63-24"),
        *article("bn", value=28500, area="63-27"),
        *article("bn22", value=25000, area="63-27", period="2022"),
        *article("new", value=61000, area="34-24", period="2025"),
        *article("rate", value="1.5", area="63-27", indicator="poverty.rate", unit="percent"),
        *article("hn", value="0.1", area="63-01", indicator="poverty.rate", unit="percent"),
        *article("vn", value="2.9", area="VN", indicator="poverty.rate", unit="percent"),
    ]
    await Writer(database)(records(*events))
    rows = await database.fetch(
        "SELECT indicator, area, period, value, mapped, areas, complete FROM series ORDER BY 1, 2, 3"
    )
    assert [tuple(row) for row in rows] == [
        ("employment.jobs_created", "34-24", "2022", 25000, True, ["63-27"], False),
        ("employment.jobs_created", "34-24", "2023", 58500, True, ["63-24", "63-27"], True),
        ("employment.jobs_created", "34-24", "2025", 61000, False, ["34-24"], True),
        ("poverty.rate", "34-01", "2023", Decimal("0.1"), True, ["63-01"], True),
        ("poverty.rate", "VN", "2023", Decimal("2.9"), False, ["VN"], True),
    ]


async def test_a_range_keeps_both_its_ends_in_a_series(database: Pool) -> None:
    events = [
        *article("bg", value=100, value_high=Decimal(120), area="63-24"),
        *article("bn", value=50, area="63-27"),
        *article("new", value=300, value_high=Decimal(310), area="34-24", period="2026"),
        *article("vn", value=9, area="VN"),
    ]
    await Writer(database)(records(*events))
    rows = await database.fetch("SELECT area, period, value, value_high FROM series ORDER BY 1, 2")
    assert [tuple(row) for row in rows] == [
        ("34-24", "2023", 150, 170),
        ("34-24", "2026", 300, 310),
        ("VN", "2023", 9, None),
    ]


async def test_provenance_leads_back_to_the_archive(database: Pool) -> None:
    await Writer(database)(records(*article("a")))
    await database.execute("UPDATE page SET warc_file = '2024-03-01/x.warc.gz', warc_offset = 77")
    found = await one(database, "SELECT * FROM provenance")
    assert (found["warc_file"], found["warc_offset"]) == ("2024-03-01/x.warc.gz", 77)
    assert (found["url"], found["quote"], found["live"]) == ("https://tinh.example/a", "12.840 lao động", True)
    assert found["fetched_at"] == datetime(2024, 3, 1, tzinfo=UTC)


async def test_the_reader_may_read_and_nothing_else(postgres_dsn: str) -> None:
    connection = await asyncpg.connect(postgres_dsn)
    try:
        await connection.execute("SET ROLE solieu_reader")
        for name in ("observation", "series", "indicator_latest", "ledger", "crawl_source"):
            await connection.fetch(f"SELECT * FROM {name}")
        for command in ("DELETE FROM observation", "UPDATE page SET url = ''", "CREATE TABLE mine (id integer)"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(command)
    finally:
        await connection.close()
