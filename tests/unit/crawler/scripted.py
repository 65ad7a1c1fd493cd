"""A site whose every address a test writes, polled by the real loop in virtual time, on the memory in memory."""

from __future__ import annotations

import asyncio
import base64
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.crawler.archive import Place
from services.crawler.crawl import Crawl
from services.crawler.fetch import STRICT, Exchange, Fetched, Pace
from services.crawler.outcomes import Outcome
from services.crawler.portals import Portal, Tls
from services.crawler.robots import Disallowed
from services.crawler.tools import Tools
from shared.bus.api import Message
from tests.fixtures.memory_state import MemoryState
from tests.simulator import virtual_time

Answer = str | Outcome | Fetched
"""A body, or how the request fails, or all of the answer."""


@dataclass
class Site:
    pages: dict[str, Answer] = field(default_factory=dict)
    """By address. What isn't here is gone; an article's page (`….html`) has its address for a text."""
    asked: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    """Of the pages that were published."""

    async def fetch(
        self, url: str, pace: Pace, *, tls: Tls = STRICT, etag: str | None = None, last_modified: str | None = None
    ) -> Fetched:
        try:
            async with pace(url):
                self.asked.append(url)
        except Disallowed:
            return Fetched(url, Outcome.ROBOTS)
        answer = self.pages.get(url, f"<p>{url}</p>" if url.endswith(".html") else Outcome.GONE)
        if isinstance(answer, Fetched):
            return answer
        if isinstance(answer, Outcome):
            return Fetched(url, answer, 404 if answer is Outcome.GONE else 0)
        body = answer.encode()
        exchange = Exchange(url, (), 200, "OK", (), body)
        return Fetched(url, Outcome.OK, 200, body, "text/html", exchanges=(exchange,))

    def listed(self) -> list[str]:
        """What was asked since the last call, but for robots.txt and articles."""
        asked, self.asked = self.asked, []
        return [url for url in asked if not url.endswith((".html", "/robots.txt"))]


def tools_of(
    site: Site, portal: Portal, state: MemoryState, *, since: datetime | None = None, budget: int = 0
) -> Tools:
    async def store(exchanges: Sequence[Exchange], at: datetime) -> list[Place]:
        return [Place("", 0) for _ in exchanges]

    async def publish(messages: Sequence[Message]) -> None:
        site.bodies += [base64.b64decode(json.loads(message.value)["body"]) for message in messages]

    async def offload(call: Callable[..., object], *values: object, **named: object) -> object:
        return call(*values, **named)

    return Tools(
        portals=(portal,),
        state=state,
        fetch=site.fetch,
        store=store,
        load=lambda place: None,
        publish=publish,
        now=virtual_time.now,
        offload=offload,
        rng=random.Random(1),
        only=frozenset({portal.id}),
        since=since,
        budget=budget,
    )


async def crawl(
    site: Site, portal: Portal, state: MemoryState, *, since: datetime | None = None, budget: int = 0
) -> list[str]:
    """Polls the portal once, an hour after the last time, and fetches what is new: gives the addresses."""
    await asyncio.sleep(3600)
    known = set(state.addresses)
    await Crawl(tools_of(site, portal, state, since=since, budget=budget), asyncio.Event()).run(once=True)
    return [address.url for each, address in state.addresses.items() if each not in known]
