"""Runs a simulation: two crawlers share one memory; one of them is killed again and again at random."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.crawler.archive import Place
from services.crawler.crawl import Crawl
from services.crawler.fetch import Exchange
from services.crawler.tools import Knobs, Tools
from shared.bus.api import Message
from tests.fixtures.memory_state import MemoryState
from tests.simulator import virtual_time
from tests.simulator.network import Network, read
from tests.simulator.referee import Referee, Report
from tests.simulator.world import DAY_S, SimulatedSource, make_world

KILL_EVERY_DAYS: Final = 4.0
DEAD_S: Final = 900.0
"""A killed crawler's supervisor starts it again after so long."""


class Killed(BaseException):
    """What a process that is no more would have done: nothing. Raised by every boundary it touches after its death."""


@dataclass
class Life:
    """One process of a crawler. When it ends, nothing it holds is given back."""

    alive: bool = True

    def check(self) -> None:
        if not self.alive:
            raise Killed


class _Mortal:
    """`inner` as a process sees it: unreachable after its death."""

    def __init__(self, inner: Any, life: Life) -> None:
        self._inner, self._life = inner, life

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._inner, name)

        async def checked(*values: Any, **named: Any) -> Any:
            self._life.check()
            return await call(*values, **named)

        return checked


def simulate(seed: int, days: float, sources: int) -> Report:
    """Deterministic: the same arguments give the same report."""
    world = make_world(seed, days, sources)
    referee = Referee(world)
    virtual_time.run(_month(world, referee, random.Random(seed + 1), days))
    return referee.report(days * DAY_S)


async def _month(world: list[SimulatedSource], referee: Referee, rng: random.Random, days: float) -> None:
    state = MemoryState()
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    steady = asyncio.create_task(_process("anna", world, referee, state, Life(), stop, seed=rng.random()))
    while loop.time() < days * DAY_S:
        life = Life()
        mortal = asyncio.create_task(_process("binh", world, referee, state, life, stop, seed=rng.random()))
        rest = days * DAY_S - loop.time()
        await asyncio.wait({mortal, steady}, timeout=min(rng.expovariate(1 / (KILL_EVERY_DAYS * DAY_S)), rest))
        if steady.done():
            steady.result()
        if loop.time() >= days * DAY_S:
            break
        life.alive = False
        referee.kills.append(loop.time())
        mortal.cancel()
        await asyncio.sleep(min(DEAD_S, max(days * DAY_S - loop.time(), 0)))
    stop.set()
    await asyncio.wait({steady, mortal}, timeout=3600)


async def _process(
    name: str,
    world: list[SimulatedSource],
    referee: Referee,
    state: MemoryState,
    life: Life,
    stop: asyncio.Event,
    seed: float,
) -> None:
    network = Network(world, referee, name)

    async def store(exchanges: Sequence[Exchange], at: datetime) -> list[Place]:
        life.check()
        referee.archived([hashlib.sha256(exchange.raw).hexdigest() for exchange in exchanges])
        return [Place("simulated", 0) for _ in exchanges]

    async def publish(messages: Sequence[Message]) -> None:
        life.check()
        for message in messages:
            referee.publishes(message)

    async def offload(call: Any, *values: Any, **named: Any) -> Any:
        return call(*values, **named)

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds)
        life.check()

    tools = Tools(
        portals=tuple(source.portal() for source in world),
        state=_Mortal(state, life),
        fetch=_Mortal(network, life).fetch,
        store=store,
        load=lambda place: None,
        publish=publish,
        now=virtual_time.now,
        sleep=sleep,
        read=read,
        offload=offload,
        rng=random.Random(seed),
        knobs=Knobs(lease_s=240.0, idle_s_max=300.0, hosts_max=200),
    )
    try:
        await Crawl(tools, stop, owner=f"{name}-{id(life)}").run()
    except Killed:
        return
