"""docs/queries.md against the schema: every query in it runs, and reads by the indexes that its plan names."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from shared.paths import ROOT
from shared.store.pool import Pool

pytestmark = pytest.mark.servers

PAGE = (ROOT / "docs" / "queries.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```sql\n(?P<sql>SELECT.*?)```\n(?:```\n(?P<plan>.*?)```)?", re.DOTALL)


@dataclass(frozen=True)
class Query:
    sql: str
    indexes: frozenset[str]
    """Those that the plan beside it names."""


QUERIES = [
    Query(found["sql"], frozenset(re.findall(r"\b(?:observation|article|revision|page)_[a-z]+\b", found["plan"] or "")))
    for found in BLOCK.finditer(PAGE)
]

MANY = 10
ROWS = """
INSERT INTO article (article_id, url, published)
    SELECT md5(n::text), 'https://tinh.example/' || n, '2024-01-01Z' FROM generate_series(1, 2000) AS n;
INSERT INTO revision (article_id, revision, page_id, revised_at, cleaner_version, title, method, method_confidence,
        simhash, simhash_bands)
    SELECT article_id, 'r', md5('p' || article_id), '2024-01-01Z', 1, 't', 'scorer', 1, '00000000000000ff', '{1,2,3,4}'
    FROM article;
INSERT INTO page (page_id, article_id, fetched_at, figures)
    SELECT md5('p' || article_id), article_id, '2024-01-01Z'::timestamptz + row_number() OVER () * interval '1 hour', 9
    FROM article;
INSERT INTO observation (observation_id, revision, extractor_version, revised_at, cleaner_version, article_id,
        indicator, measure, value, unit, comparator, status, period, area, quote, quote_start, quote_end, sentence,
        confidence, recorded_at)
    SELECT md5(n::text), 'r', 1, '2024-01-01Z', 1, md5((n % 2000 + 1)::text), codes[n % cardinality(codes) + 1],
        'level', n, 'person', 'eq', 'actual', (2010 + n % 14)::text, keys[n % cardinality(keys) + 1], '1', 0, 1, '1',
        0.9, '2024-01-01Z'::timestamptz + n * interval '1 minute'
    FROM generate_series(1, 30000) AS n,
        (SELECT array_agg(indicator) AS codes FROM indicator) AS i, (SELECT array_agg(area) AS keys FROM area) AS a;
ANALYZE;
"""


async def test_every_query_of_the_manual_reads_by_its_indexes(database: Pool) -> None:
    assert len(QUERIES) == MANY
    assert sum(bool(query.indexes) for query in QUERIES) == MANY - 1, "one says that it reads the table"
    await database.execute(ROWS)
    async with database.acquire() as connection:
        await connection.execute("SET max_parallel_workers_per_gather = 0")
        # So few rows as here are read faster as a whole: whether an index can serve is asked, not whether it pays.
        await connection.execute("SET enable_seqscan = off")
        for query in QUERIES:
            await connection.fetch(query.sql)
            plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {query.sql}"))
            missing = [index for index in sorted(query.indexes) if not re.search(rf"\b{index}\b", plan)]
            assert missing == [], f"{query.sql}\n{plan}"
