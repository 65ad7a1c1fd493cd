"""The services as processes on Apache Kafka, as compose runs them, and what they leave in Postgres."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from shared.bus import topics
from shared.settings import KafkaSettings
from tests.reference import ROOT

SERVICES = ("crawler", "cleaner", "extractor", "writer")

PAGES = "SELECT count(*), count(*) FILTER (WHERE outcome IS NULL) FROM page"
STATE = {
    "observations": """
        SELECT observation_id, revision, extractor_version, article_id, indicator, label, measure, value, value_high,
               unit, comparator, status, period, area, locality, target_value, plan_ratio, breakdown, quote,
               quote_start, quote_end, confidence, flags, rules, retired_at IS NULL AS live
        FROM observation ORDER BY observation_id, revision, extractor_version""",
    "articles": """
        SELECT article_id, portal, area, title, published, revision, copy_of, extracted_revision, extractor_version,
               observation_ids
        FROM article ORDER BY article_id""",
    "revisions": "SELECT article_id, revision, title, lead, text, method FROM revision ORDER BY article_id, revision",
    "pages": "SELECT page_id, article_id, portal, outcome, discard_reason, figures FROM page ORDER BY page_id",
    "dead letters": "SELECT stage, error, origin_topic FROM dead_letter ORDER BY dead_letter_id",
}
"""What must be equal after equal pages, however they arrived: everything but the moments of fetching and writing."""
UNQUOTED = """
    SELECT o.quote, substr(r.text, o.quote_start + 1, o.quote_end - o.quote_start)
    FROM observation AS o JOIN revision AS r USING (article_id, revision)
    WHERE o.quote IS DISTINCT FROM substr(r.text, o.quote_start + 1, o.quote_end - o.quote_start)"""


async def ask(url: str, query: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def state(url: str) -> dict[str, list[tuple[object, ...]]]:
    return {name: await ask(url, query) for name, query in STATE.items()}


@dataclass
class House:
    """One process a service. Logs lie in `folder`, a file a process."""

    folder: Path
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, service: str) -> None:
        with (self.folder / f"{service}.log").open("ab") as log:
            self.processes[service] = subprocess.Popen(
                [sys.executable, "-m", f"services.{service}"], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )

    def kill(self, service: str) -> None:
        """SIGKILL: no warning, nothing is flushed or handed back."""
        self.processes[service].send_signal(signal.SIGKILL)
        self.processes.pop(service).wait()

    def stop(self) -> dict[str, int]:
        """Exit code of each service after SIGTERM."""
        for process in self.processes.values():
            process.terminate()
        return {name: process.wait(60) for name, process in self.processes.items()}

    def check(self) -> None:
        """Raises AssertionError with the log of a service that has ended by itself."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                log = (self.folder / f"{name}.log").read_text("utf-8", "replace")
                raise AssertionError(f"{name} ended with {process.returncode}:\n{log[-4000:]}")

    async def until_accounted(self, url: str, pages: int, *, limit_s: float = 180) -> None:
        """Until the ledger has `pages` pages and each has its outcome."""
        give_up = time.monotonic() + limit_s
        while True:
            self.check()
            (known, open_pages), *_ = await ask(url, PAGES)
            if known == pages and open_pages == 0:
                return
            assert time.monotonic() < give_up, f"{known} of {pages} pages, {open_pages} without an outcome"
            await asyncio.sleep(0.2)


@contextmanager
def house(folder: Path, kafka: str, database: str, portals: Path, sample_url: str = "") -> Iterator[House]:
    """A house whose services are not started yet. Leaves no process behind."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SOLIEU_")} | {
        "SOLIEU_KAFKA__BOOTSTRAP_SERVERS": kafka,
        "SOLIEU_DATABASE_URL": database,
        "SOLIEU_CRAWL__PORTALS": str(portals),
        "SOLIEU_CRAWL__ARCHIVE": str(folder / "archive"),
        "SOLIEU_CRAWL__PRIVATE_NETWORKS": '["127.0.0.0/8"]',
        "SOLIEU_CRAWL__LEASE_S": "5",
        "SOLIEU_HEALTH__PORT": "0",
        "SOLIEU_KAFKA__SESSION_S": "6",  # a killed member is missed sooner
        "SOLIEU_STAGE__WORKERS": "1",
        "SAMPLE_URL": sample_url,
    }
    built = House(folder, environment)
    try:
        yield built
    finally:
        for process in built.processes.values():
            process.kill()
            process.wait()


async def create_topics(kafka: str) -> None:
    await topics.create(KafkaSettings(bootstrap_servers=kafka, partitions=3))
