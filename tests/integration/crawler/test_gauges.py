"""The gauges of the crawl, over rows written by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from prometheus_client import REGISTRY

from services.crawler.gauges import show
from shared.store.pool import Pool

pytestmark = pytest.mark.servers

NOW = datetime(2026, 11, 25, 17, 30, tzinfo=UTC)  # 00:30 of the 26th in Viet Nam

ROWS = """
    INSERT INTO portal (portal) VALUES ('a');
    INSERT INTO page (page_id, article_id, portal, fetched_at, discard_reason) VALUES
        ('open', 'x', 'a', '2026-11-25T16:00Z', NULL),
        ('done', 'y', 'a', '2026-11-25T16:00Z', 'login'),
        ('under way', 'z', 'a', '2026-11-25T17:10Z', NULL);
    INSERT INTO crawl_host (host, due_at, not_before, robots_failing_since) VALUES
        ('one.vn', '2026-11-25T17:00Z', '-infinity', NULL),
        ('told to wait.vn', '2026-11-25T12:00Z', '2026-11-25T18:00Z', NULL),
        ('no robots.vn', '2026-11-25T12:00Z', '-infinity', '2026-11-25T11:00Z');
    INSERT INTO crawl_source (source_id, portal, kind, url, host, active, next_at, interval_s, status) VALUES
        ('1', 'a', 'feed', 'u1', 'one.vn', true, '2026-11-25T17:20Z', 600, 'live'),
        ('2', 'a', 'feed', 'u2', 'one.vn', true, '2026-11-25T18:00Z', 600, 'failing'),
        ('3', 'a', 'feed', 'u3', 'one.vn', false, '2026-11-01T00:00Z', 600, 'failing'),
        ('4', 'a', 'feed', 'u4', 'told to wait.vn', true, '2026-11-25T12:00Z', 600, 'live'),
        ('5', 'a', 'feed', 'u5', 'no robots.vn', true, '2026-11-25T12:00Z', 600, 'failing');
    INSERT INTO crawl_count (day, portal, what, outcome, n) VALUES
        ('2026-11-26', 'a', 'poll', 'ok', 3),
        ('2026-11-26', 'b', 'poll', 'ok', 4),
        ('2026-11-25', 'a', 'visit', 'tls', 9);
"""


def value(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


async def test_the_gauges_show_what_the_tables_hold(database: Pool) -> None:
    await show(database, NOW)
    assert value("solieu_pages_open") == 0
    assert value("solieu_poll_overdue_seconds") == 0

    async with database.acquire() as connection:
        await connection.execute(ROWS)
    await show(database, NOW)

    assert value("solieu_pages_open") == 1
    assert {status: value("solieu_sources", status=status) for status in ("new", "live", "silent", "failing")} == {
        "new": 0,
        "live": 2,
        "silent": 0,
        "failing": 2,
    }
    assert value("solieu_poll_overdue_seconds") == 600  # of the hosts that may be asked
    assert value("solieu_requests_today", what="poll", outcome="ok") == 7
    assert value("solieu_requests_today", what="visit", outcome="tls") is None  # yesterday's, in Viet Nam
