"""A host's turn: while this process holds its lease, its robots.txt is known and its due work is done at its pace."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from services.crawler.fetch import STRICT
from services.crawler.model import Address, Host, Source
from services.crawler.outcomes import Outcome
from services.crawler.politeness import HostPace, concurrency_of, delay_of, quiet_until
from services.crawler.poll import poll
from services.crawler.portals import Portal
from services.crawler.robots import Robots, after_asking
from services.crawler.state import LeaseLost
from services.crawler.tools import Tools
from services.crawler.visit import visit

DOWN_S: Final = 300.0
"""A host that twice in a row can't be reached is left alone for so long: each of its addresses costs a time-out."""
ROBOTS_WAIT_S: Final = 600.0
UNKNOWN_S: Final = 60.0
_DOWN: Final = (Outcome.UNREACHABLE, Outcome.TIME_OUT)


class TurnOver(Exception):
    """The crawler stops, or the host's quiet hours have begun: no further request."""


async def take_turn(
    tools: Tools, owner: str, host: Host, held_until: Callable[[str], datetime], stop: asyncio.Event
) -> None:
    """Works on `host` until nothing is due, the turn's time is up, the host wants rest, or `stop`; then gives the lease
    back. `held_until`: until when the lease of a host is certain. Raises StateUnavailable, ArchiveError, and what
    `publish` raises: the lease then runs out by itself or is abandoned."""

    def rests() -> bool:
        until = quiet_until(portals, tools.now())
        pace.next_at = max(pace.next_at, until or pace.next_at)
        return until is not None

    def may_ask() -> None:
        if stop.is_set() or rests():
            raise TurnOver
        if tools.now() >= held_until(host.host):
            raise LeaseLost(host.host)

    portals = tools.by_host.get(host.host, ())
    pace = HostPace(
        delay_s=delay_of(portals, host.robots),
        concurrency=concurrency_of(portals),
        not_before=host.not_before,
        now=tools.now,
        sleep=tools.sleep,
        may_ask=may_ask,
    )
    if host.taken_over:
        pace.next_at = max(pace.next_at, tools.now() + timedelta(seconds=pace.delay_s))
    if rests():
        for portal in portals:
            tools.report(portal.id, "quiet", 1)
    else:
        with contextlib.suppress(TurnOver, LeaseLost):
            await _work(tools, owner, host, pace, portals, stop)
    await tools.state.release(owner, host.host, pace.next_at)


async def _work(
    tools: Tools, owner: str, host: Host, pace: HostPace, portals: tuple[Portal, ...], stop: asyncio.Event
) -> None:
    ends = tools.now() + timedelta(seconds=tools.knobs.turn_s)
    robots, downs = host.robots, 0
    while tools.now() < ends and not stop.is_set():
        sources, addresses = await tools.state.due(host.host, tools.now(), tools.knobs.batch)
        work: list[Source | Address] = [*(each for each in sources if each.portal in tools.by_id), *addresses]
        if not work:
            if sources:  # a crawler with a newer portals file has them: leave it time to claim the host
                pace.pause(UNKNOWN_S)
            return
        if not portals:  # a host that no entry names: a source has moved here, and its entry's rules with it
            portals = tuple(
                {each.portal: tools.by_id[each.portal] for each in work if each.portal in tools.by_id}.values()
            )
            pace.set_delay(delay_of(portals, robots))
        if robots.is_stale(tools.now()):
            robots = await _read_robots(tools, owner, host.host, robots, pace, portals, work[0].url)
            pace.set_delay(delay_of(portals, robots))
        pace.allows = robots.allows
        if robots.must_wait(tools.now()):
            pace.next_at = tools.now() + timedelta(seconds=ROBOTS_WAIT_S)
            return
        for outcome in await _do(tools, owner, host.host, pace, robots, work):
            downs = downs + 1 if outcome in _DOWN else 0
            if downs >= 2 or outcome is Outcome.RATE_LIMITED:
                pace.pause(DOWN_S if downs >= 2 else 0)
                return


async def _do(
    tools: Tools, owner: str, host: str, pace: HostPace, robots: Robots, work: list[Source | Address]
) -> list[Outcome]:
    """Does the work, at most the pace's concurrency at once; stops early when the host is down or wants rest."""
    waiting, outcomes = deque(work), list[Outcome]()

    async def lane() -> None:
        while waiting and not (outcomes and outcomes[-1] is Outcome.RATE_LIMITED):
            if len(outcomes) >= 2 and all(outcome in _DOWN for outcome in outcomes[-2:]):
                return
            item = waiting.popleft()
            if isinstance(item, Source):
                outcomes.append(await poll(tools, owner, host, item, pace, robots))
            else:
                outcomes.append(await visit(tools, owner, host, item, pace, robots))

    lanes = min(len(work), pace.concurrency)
    if lanes == 1:
        await lane()
        return outcomes
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(lanes):
                group.create_task(lane())
    except ExceptionGroup as failed:  # whoever runs a turn knows single errors: a stop, a database that is away
        raise failed.exceptions[0] from None
    return outcomes


async def _read_robots(
    tools: Tools, owner: str, host: str, robots: Robots, pace: HostPace, portals: tuple[Portal, ...], some_url: str
) -> Robots:
    parts, pace.allows = urlsplit(some_url), lambda url: True  # it is itself never forbidden
    address = f"{parts.scheme}://{parts.netloc}/robots.txt"
    fetched = await tools.fetch(address, pace, tls=portals[0].tls if portals else STRICT)
    await tools.archive(fetched)
    known = after_asking(robots, fetched, tools.now())
    names = [portal.id for portal in portals] or [""]
    counts = {(names[0], "robots", str(fetched.outcome)): 1}
    await tools.state.save_robots(owner, host, known, tools.now(), counts)
    if known.must_wait(tools.now()):  # none of them is asked until it answers
        for name in names:
            tools.report(name, "failed", 1)
    return known
