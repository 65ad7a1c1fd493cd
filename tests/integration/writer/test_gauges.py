"""What the writer's gauges say of rows written by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY
from pydantic import PostgresDsn, Secret

from services.writer.gauges import show, shown
from services.writer.stage import open_writer
from shared.clock import now
from shared.settings import Settings
from shared.store.pool import Pool

pytestmark = pytest.mark.servers

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


async def add(
    pool: Pool, portal: str, n: int, *, days_ago: float, method: str, rules: tuple[str, ...] = (), end: datetime = NOW
) -> None:
    """`n` articles written `days_ago` before `end`, each of which `rules` struck, a rule named twice twice."""
    await pool.execute("INSERT INTO portal (portal) VALUES ($1) ON CONFLICT DO NOTHING", portal)
    names = [f"{portal}-{method}-{days_ago}-{rules}-{i}" for i in range(n)]
    await pool.executemany("INSERT INTO article (article_id, portal) VALUES ($1, $2)", [(x, portal) for x in names])
    removed = [{"rule": rule, "text": "x"} for rule in rules]
    recorded = end - timedelta(days=days_ago)
    await pool.executemany(
        "INSERT INTO revision (article_id, revision, page_id, revised_at, cleaner_version, title, method,"
        " method_confidence, simhash, simhash_bands, removed, recorded_at)"
        " VALUES ($1, 'r', 'p', $2, 1, 't', $3, 1, '00000000000000ff', '{1,2,3,4}', $4, $2)",
        [(name, recorded, method, removed) for name in names],
    )


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("not within ten seconds")


def ratio(rule: str) -> float | None:
    return REGISTRY.get_sample_value("solieu_cleaner_rule_drift_ratio", {"rule": rule})


def lost(portal: str) -> float | None:
    return REGISTRY.get_sample_value("solieu_portal_container_lost", {"portal": portal})


async def test_a_rule_that_strikes_more_and_one_that_strikes_no_more(database: Pool) -> None:
    await add(database, "a", 70, days_ago=3, method="scorer", rules=("gone", "steady"))
    await add(database, "a", 70, days_ago=3, method="scorer")
    await add(database, "a", 30, days_ago=0.5, method="scorer", rules=("new", "new", "steady"))
    await add(database, "a", 30, days_ago=0.5, method="scorer")
    await add(database, "not yet a week", 500, days_ago=0.5, method="scorer", rules=("gone",))
    await add(database, "a", 500, days_ago=9, method="scorer", rules=("new",))
    await show(database, NOW)
    # 60 articles, of which half are expected as in the week; ten are added to both counts
    assert ratio("gone") == pytest.approx((0 + 10) / (30 + 10))
    assert ratio("new") == pytest.approx((30 + 10) / (0 + 10))
    assert ratio("steady") == 1


async def test_a_day_of_other_portals_is_no_drift(database: Pool) -> None:
    await add(database, "struck", 200, days_ago=3, method="scorer", rules=("related",))
    await add(database, "plain", 20, days_ago=3, method="scorer")
    await add(database, "struck", 5, days_ago=0.5, method="scorer", rules=("related",))
    await add(database, "plain", 200, days_ago=0.5, method="scorer")
    await show(database, NOW)
    assert ratio("related") == 1


async def test_a_portal_whose_profile_no_longer_reads(database: Pool) -> None:
    for portal in ("moved", "same", "few", "never by a profile"):
        method = "scorer" if portal.startswith("never") else "profile:nukeviet"
        await add(database, portal, 15, days_ago=3, method=method)
        await add(database, portal, 7, days_ago=2, method="profile:other")
    await add(database, "moved", 6, days_ago=0.5, method="scorer")
    await add(database, "moved", 2, days_ago=0.5, method="profile:nukeviet")
    await add(database, "same", 8, days_ago=0.5, method="profile:nukeviet")
    await add(database, "few", 4, days_ago=0.5, method="scorer")
    await add(database, "never by a profile", 8, days_ago=0.5, method="trafilatura")
    await show(database, NOW)
    assert {portal: lost(portal) for portal in ("moved", "same", "few", "never by a profile")} == {
        "moved": 0.75,
        "same": 0,
        "few": None,
        "never by a profile": None,
    }
    assert ratio("related") is None  # too few articles for any rule


async def test_a_profile_that_reads_nothing_any_more_is_lost_whole(database: Pool) -> None:
    await add(database, "moved", 20, days_ago=3, method="profile:nukeviet")
    await add(database, "moved", 5, days_ago=0.5, method="scorer")
    await show(database, NOW)
    assert lost("moved") == 1


async def test_without_a_database_there_is_no_gauge_and_no_failure(database: Pool) -> None:
    await add(database, "moved", 20, days_ago=3, method="profile:nukeviet")
    await add(database, "moved", 5, days_ago=0.5, method="scorer")
    await show(database, NOW)
    assert lost("moved") == 1
    await database.close()
    async with shown(database):
        await until(lambda: lost("moved") is None)


async def test_an_open_writer_shows_them(database: Pool, postgres_dsn: str) -> None:
    await add(database, "opened", 20, days_ago=3, method="profile:nukeviet", end=now())
    await add(database, "opened", 5, days_ago=0.5, method="scorer", end=now())
    settings = Settings(_env_file=None, database_url=Secret(PostgresDsn(postgres_dsn)))
    async with open_writer(settings):
        await until(lambda: lost("opened") == 1)
