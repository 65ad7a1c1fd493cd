"""Kill -9 of any service in mid-stream, on Apache Kafka: after a restart Postgres is as if nothing had happened."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.kafka import Node
from services.console.sample.server import sample_portals
from shared.paths import PORTALS
from tests.e2e.house import SERVICES, UNQUOTED, House, ask, create_topics, house, state
from tests.fixtures.postgres import _database

MOMENT = {
    "crawler": "SELECT count(*) > 8 FROM page",
    "cleaner": "SELECT count(*) > 3 FROM article WHERE revision IS NOT NULL",
    "extractor": "SELECT count(*) > 20 FROM observation",
    "writer": "SELECT count(*) > 20 FROM observation",
}
"""When each is killed: something is done, and most is not."""


@pytest.fixture
async def portals_url() -> AsyncIterator[str]:
    async with sample_portals() as url:
        yield url


async def until(built: House, url: str, query: str, *, limit_s: float = 60) -> None:
    give_up = time.monotonic() + limit_s
    while await ask(url, query) != [(True,)]:
        built.check()
        assert time.monotonic() < give_up, query
        await asyncio.sleep(0.02)


@pytest.mark.servers
@pytest.mark.faults
@pytest.mark.timeout(600)
async def test_a_killed_service_changes_nothing(
    tmp_path: Path, portals_url: str, kafka_node: Node, postgres_server_url: str, postgres_template: str
) -> None:
    """One undisturbed run, then one with each service killed once, in turn, each time in mid-stream."""
    kafka = kafka_node.bootstrap_servers
    await create_topics(kafka)
    results: list[dict[str, list[tuple[object, ...]]]] = []
    for victims in ((), SERVICES):
        async with _database(postgres_server_url, postgres_template) as url:
            folder = tmp_path / ("disturbed" if victims else "undisturbed")
            with house(folder, kafka, url, PORTALS / "sample.yaml", portals_url) as built:
                for service in SERVICES:
                    built.start(service)
                for victim in victims:
                    await until(built, url, MOMENT[victim])
                    built.kill(victim)
                    await asyncio.sleep(0.5)
                    built.start(victim)
                pages = len(results[0]["pages"]) if results else await quiet(built, url)
                await built.until_accounted(url, pages)
                assert built.stop() == dict.fromkeys(SERVICES, 0)
            assert await ask(url, UNQUOTED) == []
            results.append(await state(url))
    undisturbed, disturbed = results
    assert undisturbed["dead letters"] == disturbed["dead letters"] == []
    assert len(undisturbed["observations"]) > 100
    for table in undisturbed:
        assert disturbed[table] == undisturbed[table], table


async def quiet(built: House, url: str) -> int:
    """Number of pages once it has not grown for three seconds and all have an outcome."""
    last, since = -1, time.monotonic()
    while last <= 0 or time.monotonic() - since < 3:
        built.check()
        [(known, unaccounted)] = await ask(url, "SELECT count(*), count(*) FILTER (WHERE outcome IS NULL) FROM page")
        assert isinstance(known, int)
        if known != last or unaccounted:
            last, since = known, time.monotonic()
        await asyncio.sleep(0.2)
    return last
