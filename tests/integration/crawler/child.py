"""A crawler in a process of its own, that may be killed: publishes into a file, a line an event."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import PostgresDsn, Secret

from services.crawler.service import crawler
from shared.bus.api import Message
from shared.settings import CrawlSettings, Settings


async def main(database: str, portals: str, archive: str, out: str) -> None:
    file = Path(out).open("a", buffering=1)  # noqa: ASYNC230, SIM115  # ends with the process, however that ends

    async def publish(messages: Sequence[Message]) -> None:
        for message in messages:
            event = json.loads(message.value)
            file.write(json.dumps([event["page_id"], event["url"]]) + "\n")

    crawl = CrawlSettings(portals=Path(portals), archive=Path(archive), lease_s=5)
    settings = Settings(database_url=Secret(PostgresDsn(database)), crawl=crawl)
    await crawler(once=True).run(settings, publish, asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
