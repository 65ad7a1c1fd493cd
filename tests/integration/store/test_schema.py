"""What the schema says of itself: comments on everything, constraints that state the contract."""

from __future__ import annotations

import asyncpg
import pytest

from services.writer.write import Writer
from shared.store.pool import Pool
from tests.fixtures.events import cleaned, extraction, observation, records

pytestmark = pytest.mark.servers


async def test_every_table_and_column_is_documented(postgres_dsn: str) -> None:
    connection = await asyncpg.connect(postgres_dsn)
    bare = await connection.fetch(
        "SELECT relname, attname FROM pg_class AS c JOIN pg_attribute ON attrelid = c.oid"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') AND attnum >= 0 AND NOT attisdropped"
        " AND (obj_description(c.oid, 'pg_class') IS NULL OR attnum > 0 AND col_description(c.oid, attnum) IS NULL)"
    )
    assert [tuple(row) for row in bare] == []
    said = await connection.fetchval("SELECT col_description('plan_vs_actual'::regclass, 1)")
    assert "Code of the catalogue" in said, "of the table's column"
    await connection.close()


@pytest.mark.parametrize(
    "mistake",
    [
        "UPDATE page SET warc_file = 'x', warc_offset = NULL",
        "UPDATE observation SET measure = 'plan_ratio', unit = 'person'",
        "UPDATE observation SET quote = 'khác'",
        "UPDATE observation SET area = '63-99'",
        "UPDATE observation SET indicator = NULL, label = NULL",
        "UPDATE observation SET period = 'năm 2023'",
        "UPDATE observation SET value = 'NaN'",
    ],
)
async def test_the_tables_state_the_contract(database: Pool, mistake: str) -> None:
    await Writer(database)(records(cleaned(), *extraction("a", observation())))
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await database.execute(mistake)
