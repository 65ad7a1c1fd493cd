"""Migrations: from every earlier version with data in it, twice, two at once, edited, late, half-way."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import asyncpg
import pytest

from services.writer.write import Writer
from shared.errors import SolieuError
from shared.store.migrate import Migration, migrate, migrations
from shared.store.pool import open_pool
from shared.vietnam.areas import areas
from shared.vietnam.catalogue import catalogue
from tests.fixtures.events import cleaned, extraction, observation, page_id, records

pytestmark = pytest.mark.servers

ROWS = {
    "0001_core": """
        INSERT INTO portal (portal) VALUES ('cu');
        INSERT INTO indicator (indicator, domain, name_vi, name_en, definition, unit, kind)
            VALUES ('employment.gone', 'employment', 'bỏ', 'gone', 'gone', 'person', 'flow');
        INSERT INTO article (article_id, portal, revision, revised_at, cleaner_version, first_fetched_at)
            VALUES ('old', 'cu', 'r', '2023-01-01Z', 1, '2023-01-01Z');
        INSERT INTO revision (article_id, revision, page_id, revised_at, cleaner_version, title, text, method,
                method_confidence, simhash, simhash_bands)
            VALUES ('old', 'r', 'p', '2023-01-01Z', 1, 'Bài cũ', '45 người', 'scorer', 1, '00000000000000ff',
                '{1,2,3,4}');
        INSERT INTO observation (observation_id, revision, extractor_version, revised_at, cleaner_version, article_id,
                indicator, measure, value, unit, comparator, status, period, area, quote, quote_start, quote_end,
                sentence, confidence)
            VALUES ('old-0', 'r', 1, '2023-01-01Z', 1, 'old', 'employment.gone', 'level', 45, 'person', 'eq',
                'actual', '2022', '63-27', '45 người', 0, 8, '45 người', 0.5)""",
    "0002_ledger": """
        INSERT INTO page (page_id, article_id, portal, fetched_at, figures) VALUES ('p', 'old', 'cu', '2023-01-01Z', 1);
        INSERT INTO dead_letter (dead_letter_id, stage, error, message, failed_at, attempt, origin_topic,
                origin_partition, origin_offset, origin_headers)
            VALUES ('d', 'cleaner', 'poison', 'x', '2023-01-01Z', 1, 'pages.fetched', 0, 0, '[]')""",
    "0010_crawl_state": """
        INSERT INTO crawl_host (host, due_at) VALUES ('cu.example', '2023-01-01Z');
        INSERT INTO crawl_source (source_id, portal, kind, url, host, next_at, interval_s)
            VALUES ('s', 'cu', 'feed', 'https://cu.example/rss', 'cu.example', '2023-01-01Z', 600);
        INSERT INTO crawl_address (article_id, portal, source_id, host, url, canonical_url, found_at)
            VALUES ('old', 'cu', 's', 'cu.example', 'https://cu.example/1', 'https://cu.example/1', '2023-01-01Z');
        INSERT INTO crawl_count VALUES ('2023-01-01', 'cu', 'poll', 'ok', 1);
        INSERT INTO crawl_pattern (portal, pattern, day) VALUES ('cu', '/#', '2023-01-01')""",
    "0020_replay": "INSERT INTO replay (replay_id, wanted, pages) VALUES ('w', '{\"portal\": \"cu\"}', 7)",
}
"""What each version holds when the next one comes. A migration that adds a table adds its rows here."""

SHAPE = """
    SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable FROM information_schema.columns
        WHERE table_schema = 'public'
    UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT viewname || definition FROM pg_views WHERE schemaname = 'public'
    ORDER BY 1"""


async def shape(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [row[0] for row in await connection.fetch(SHAPE)]
    finally:
        await connection.close()


@pytest.mark.parametrize("version", [each.name for each in migrations()])
async def test_from_every_version_with_data(empty_database: str, postgres_dsn: str, version: str) -> None:
    known = migrations()
    before = known[: [each.name for each in known].index(version) + 1]
    connection = await asyncpg.connect(empty_database)
    try:
        await migrate(empty_database, before)
        for each in before:
            await connection.execute(ROWS.get(each.name, "SELECT 1"))
        await migrate(empty_database)
        assert await connection.fetchval("SELECT value FROM observation WHERE observation_id = 'old-0'") == 45
        assert await connection.fetchval("SELECT text FROM revision WHERE article_id = 'old'") == "45 người"
        if "0002_ledger" in [each.name for each in before]:
            assert await connection.fetchval("SELECT outcome FROM page WHERE page_id = 'p'") == "written"
        for each in before:  # no row is lost, whatever a later file does to its table
            for table in re.findall(r"INSERT INTO (\w+)", ROWS.get(each.name, "")):
                assert await connection.fetchval(f"SELECT count(*) FROM {table}") >= 1, table
    finally:
        await connection.close()
    async with open_pool(empty_database) as pool:
        await Writer(pool)(records(cleaned(), *extraction("a", observation())))
        assert await pool.fetchval("SELECT outcome FROM page WHERE page_id = $1", page_id("a", 0)) == "written"
    assert await shape(empty_database) == await shape(postgres_dsn)


async def test_what_stood_in_for_a_refused_reading_is_retired(empty_database: str) -> None:
    known = migrations()
    await migrate(empty_database, [each for each in known if each.name < "0024"])
    connection = await asyncpg.connect(empty_database)
    try:
        await connection.execute(ROWS["0001_core"])
        for name, revision, extractor in (("own", "r", 1), ("replaced", "r", 2), ("ahead", "q", 1)):
            await connection.execute(
                "INSERT INTO article (article_id, extracted_revision, extracted_revised_at, extracted_cleaner_version,"
                " extractor_version, extracted_page_id) VALUES ($1, $2, $3::text::timestamptz, 1, $4, 'p')",
                name, revision, "2022-01-01Z" if name == "ahead" else "2023-01-01Z", extractor,
            )  # fmt: skip
            await connection.execute(
                "INSERT INTO observation SELECT (jsonb_populate_record(o,"
                " jsonb_build_object('observation_id', $1::text, 'article_id', $1::text))).*"
                " FROM observation AS o WHERE observation_id = 'old-0'",
                name,
            )
        await migrate(empty_database)
        live = await connection.fetch("SELECT article_id FROM observation WHERE retired_at IS NULL ORDER BY 1")
        assert [row[0] for row in live] == ["ahead", "old", "own"]
    finally:
        await connection.close()


async def test_a_copy_with_other_numbers_is_none_any_more(empty_database: str) -> None:
    known = migrations()
    await migrate(empty_database, [each for each in known if each.name < "0022"])
    connection = await asyncpg.connect(empty_database)
    try:
        for name, title, text in (
            ("first", "Tháng 5", "Tháng 5\n\nCó 45 hộ, 7,5%."),
            ("reprint", "Có 45 hộ", "Có 45 hộ\n\nTháng 5\nCó 45 hộ, 7,5%."),
            ("next", "Tháng 6", "Tháng 6\n\nCó 45 hộ, 7,5%."),
        ):
            text = text if name == "reprint" else text + " Kỳ 5."  # the month stands in the text below too
            await connection.execute(
                "INSERT INTO article (article_id, revision, revised_at, cleaner_version, copy_of)"
                " VALUES ($1, 'r', '2023-01-01Z', 1, nullif('first', $1))",
                name,
            )
            await connection.execute(
                "INSERT INTO revision (article_id, revision, page_id, revised_at, cleaner_version, title, text, method,"
                " method_confidence, simhash, simhash_bands)"
                " VALUES ($1, 'r', 'p', '2023-01-01Z', 1, $2, $3, 'scorer', 1, '00000000000000ff', '{1,2,3,4}')",
                name,
                title,
                text,
            )
        await migrate(empty_database)
        rows = await connection.fetch(
            "SELECT article_id, r.numbers, a.copy_of, cardinality(simhash_bands) AS keys"
            " FROM article AS a JOIN revision AS r USING (article_id) ORDER BY article_id"
        )
        assert [tuple(row) for row in rows] == [
            ("first", "45 5 7,5", None, 5),
            ("next", "45 5 6 7,5", None, 5),
            ("reprint", "45 5 7,5", "first", 5),
        ]
    finally:
        await connection.close()


async def test_areas_and_catalogue_are_loaded_and_left_codes_are_marked(empty_database: str) -> None:
    await migrate(empty_database, migrations()[:1])
    connection = await asyncpg.connect(empty_database)
    try:
        await connection.execute(
            "INSERT INTO indicator (indicator, domain, name_vi, name_en, definition, unit, kind)"
            " VALUES ('employment.gone', 'employment', 'bỏ', 'gone', 'gone', 'person', 'flow')"
        )
        await migrate(empty_database)
        rows = await connection.fetch("SELECT indicator, retired_at IS NULL AS kept FROM indicator")
        assert {row["indicator"] for row in rows if row["kept"]} == set(catalogue())
        assert [row["indicator"] for row in rows if not row["kept"]] == ["employment.gone"]
        assert await connection.fetchval("SELECT count(*) FROM area") == len({area.key for area in areas()}) + 1
        successor = await connection.fetchval(
            "SELECT s.name FROM area JOIN area AS s ON s.area = area.successor WHERE area.area = '63-24'"
        )
        assert successor == "Bắc Ninh"
    finally:
        await connection.close()


async def test_two_at_once_apply_each_file_once(empty_database: str) -> None:
    applied = await asyncio.gather(migrate(empty_database), migrate(empty_database), migrate(empty_database))
    assert sorted(name for each in applied for name in each) == [each.name for each in migrations()]


async def test_a_lower_number_that_comes_later_is_applied(empty_database: str) -> None:
    known = migrations()
    late = Migration("0001_a_late_one", "CREATE TABLE late (id integer)")
    await migrate(empty_database, known)
    assert await migrate(empty_database, [late, *known]) == ["0001_a_late_one"]


async def test_an_edited_file_is_refused(empty_database: str) -> None:
    await migrate(empty_database)
    edited = [Migration(each.name, each.sql + "-- better") for each in migrations()]
    with pytest.raises(SolieuError, match="migration-edited"):
        await migrate(empty_database, edited)


async def test_a_failing_file_leaves_nothing_of_itself(empty_database: str) -> None:
    await migrate(empty_database)
    broken = Migration("9999_broken", "CREATE TABLE half (id integer); SELECT 1 / 0")
    with pytest.raises(SolieuError, match=r"9999_broken\.sql: division by zero"):
        await migrate(empty_database, [*migrations(), broken])
    connection = await asyncpg.connect(empty_database)
    assert await connection.fetchval("SELECT to_regclass('half')") is None
    await connection.close()


async def test_a_migration_does_not_wait_behind_a_long_query(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.store.migrate.LOCK_WAIT", "100ms")
    await migrate(empty_database)
    connection = await asyncpg.connect(empty_database)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("SELECT * FROM page")
    with pytest.raises(SolieuError, match="lock timeout"):
        await migrate(empty_database, [*migrations(), Migration("9999_wide", "ALTER TABLE page ADD COLUMN wide text")])
    await transaction.rollback()
    await connection.close()


BARE = Migration(
    "9998_bare",
    "-- no-transaction\n-- Two statements; a killed one leaves an index that is not valid.\n"
    "DROP INDEX CONCURRENTLY IF EXISTS page_bare;\n"
    "CREATE INDEX CONCURRENTLY page_bare ON page (canonical_url);\n",
)
INDEX = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('page_bare')"


def test_statements_outside_a_transaction_are_told_apart() -> None:
    assert [each.splitlines()[-1] for each in BARE.bare] == [
        "DROP INDEX CONCURRENTLY IF EXISTS page_bare;",
        "CREATE INDEX CONCURRENTLY page_bare ON page (canonical_url);",
    ]
    assert Migration("9998_usual", "CREATE TABLE a (b text);\n-- no-transaction\n").bare == ()


async def test_an_index_is_built_beside_the_writers(empty_database: str) -> None:
    await migrate(empty_database)
    writing = await asyncpg.connect(empty_database)
    transaction = writing.transaction()
    await transaction.start()
    await writing.execute("INSERT INTO page (page_id, article_id, fetched_at) VALUES ('p', 'a', now())")
    known = [*migrations(), BARE]
    both = asyncio.gather(migrate(empty_database, known), migrate(empty_database, known))
    await asyncio.sleep(0.5)
    assert not both.done(), "it waits for the open transaction"
    other = await asyncpg.connect(empty_database, command_timeout=5)
    await other.execute(
        "INSERT INTO page (page_id, article_id, fetched_at) VALUES ('q', 'a', now())"
    )  # nobody waits for it
    await transaction.commit()
    assert sorted(await asyncio.wait_for(both, 30)) == [[], ["9998_bare"]]
    assert await other.fetchval(INDEX)
    await writing.close()
    await other.close()


async def test_an_index_of_a_killed_migration_is_built_anew(empty_database: str) -> None:
    await migrate(empty_database)
    connection = await asyncpg.connect(empty_database)
    await connection.execute(
        "INSERT INTO page (page_id, article_id, fetched_at) SELECT n, 'a', now() FROM (VALUES ('p'), ('q')) AS v (n)"
    )
    unique = Migration(
        BARE.name, BARE.sql.replace("CREATE INDEX", "CREATE UNIQUE INDEX").replace("canonical_url", "article_id")
    )
    with pytest.raises(SolieuError, match=r"9998_bare\.sql: could not create unique index"):
        await migrate(empty_database, [*migrations(), unique])
    assert await connection.fetchval(INDEX) is False, "what a failed build leaves"
    assert await migrate(empty_database, [*migrations(), BARE]) == ["9998_bare"]
    assert await connection.fetchval(INDEX) is True
    await connection.close()


@pytest.mark.parametrize("names", [["1_short.sql"], ["0001_a.sql", "0001_b.sql"], ["0001_Capital.sql"]])
def test_misnamed_files_are_refused(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).write_text("SELECT 1")
    with pytest.raises(SolieuError, match="migration-name"):
        migrations(tmp_path)
