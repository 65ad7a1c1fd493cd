"""The seed articles, end to end: HTTP, bus, Postgres; once on the embedded bus, once on Apache Kafka."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from deploy.local.kafka import Node
from services.console import pipeline
from services.console.live import PlainView
from shared.settings import Settings
from tests.e2e.house import SERVICES, UNQUOTED, ask, create_topics, house, state
from tests.e2e.seed_portal import seed_portals
from tests.reference import reference

FIGURES_MIN = 40
"""Of the 54 figures that two readers found in the seeds; the exact score is tests/accuracy's."""
FIGURES = "SELECT count(*) FROM observation WHERE retired_at IS NULL AND indicator IS NOT NULL"


async def check(url: str, pages: int) -> None:
    assert await ask(url, "SELECT outcome, count(*) FROM page GROUP BY outcome") == [("written", pages)]
    assert await ask(url, UNQUOTED) == []
    [(figures,)] = await ask(url, FIGURES)
    assert isinstance(figures, int) and figures >= FIGURES_MIN


@pytest.mark.servers
async def test_seeds_reach_postgres_on_the_embedded_bus(tmp_path: Path) -> None:
    async with seed_portals(reference("gold", "seeds"), tmp_path / "portals.yaml") as (portals, pages):
        run = pipeline.Run(data=tmp_path / "data", portals=portals, sample=False, once=True)
        given = Settings()
        crawl = given.crawl.model_copy(update={"private_networks": pipeline.LOOPBACK})
        async with pipeline.embedded(given.model_copy(update={"crawl": crawl}), run) as settings:
            assert settings.database_url is not None
            account = await pipeline.follow(settings, run, PlainView(), asyncio.Event())
            await check(str(settings.database_url.get_secret_value()), pages)
    assert account.totals["pages"] == pages


@pytest.mark.servers
async def test_seeds_reach_postgres_on_kafka(tmp_path: Path, kafka_node: Node, postgres_dsn: str) -> None:
    kafka = kafka_node.bootstrap_servers
    await create_topics(kafka)
    async with seed_portals(reference("gold", "seeds"), tmp_path / "portals.yaml") as (portals, pages):
        with house(tmp_path / "house", kafka, postgres_dsn, portals) as built:
            for service in SERVICES:
                built.start(service)
            await built.until_accounted(postgres_dsn, pages)
            assert built.stop() == dict.fromkeys(SERVICES, 0)
    await check(postgres_dsn, pages)
    assert (await state(postgres_dsn))["dead letters"] == []
