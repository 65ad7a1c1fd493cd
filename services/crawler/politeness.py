"""The pace at which one host is asked: its delay between two requests, and how many at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

from services.crawler.portals import DELAY_S, Portal, Quiet
from services.crawler.robots import Disallowed, Robots
from shared.clock import VIETNAM

PAUSE_S: Final = 60.0
"""After a 429 without Retry-After."""
PAUSE_S_MAX: Final = 3600.0
"""A Retry-After holds the source that got it for as long as it says, but its host's others for no more than this."""

_LOOK_S: Final = 1.0

Sleep = Callable[[float], Awaitable[None]]


class HostPace:
    """Invariant: no two requests of a host start closer than `delay_s`, none beyond `concurrency` run at once, none
    goes to an address that `allows` refuses, none starts when `may_ask` raises (the lease is lost, or the crawler
    stops)."""

    def __init__(
        self,
        *,
        delay_s: float,
        concurrency: int,
        not_before: datetime,
        now: Callable[[], datetime],
        sleep: Sleep,
        may_ask: Callable[[], None],
    ) -> None:
        self.delay_s, self.concurrency = delay_s, concurrency
        self.next_at = not_before
        self.allows: Callable[[str], bool] = lambda url: True
        """What the host's robots.txt says, as soon as it is known."""
        self._now, self._sleep, self._may_ask = now, sleep, may_ask
        self._turn = asyncio.Lock()
        self._running = asyncio.Semaphore(concurrency)

    @asynccontextmanager
    async def __call__(self, url: str) -> AsyncIterator[None]:
        """Holds one request to the host: all its addresses share the pace. Raises Disallowed, and as `may_ask`."""
        if not self.allows(url):
            raise Disallowed(url)
        async with self._running:
            async with self._turn:
                while (wait_s := (self.next_at - self._now()).total_seconds()) > 0:
                    self._may_ask()
                    await self._sleep(min(wait_s, _LOOK_S))  # in pieces, to see a stop
                self._may_ask()
                self.next_at = self._now() + timedelta(seconds=self.delay_s)
            try:
                yield
            finally:
                if (
                    self.concurrency == 1
                ):  # the host counts from when a request reaches it, and a slow one needs the rest
                    self.next_at = max(self.next_at, self._now() + timedelta(seconds=self.delay_s))

    def set_delay(self, delay_s: float) -> None:
        """From the last request on: a longer delay holds already for the next."""
        self.next_at += timedelta(seconds=max(0.0, delay_s - self.delay_s))
        self.delay_s = delay_s

    def pause(self, seconds: float | None) -> None:
        """The host has asked for rest."""
        rest = timedelta(seconds=min(seconds if seconds is not None else PAUSE_S, PAUSE_S_MAX))
        self.next_at = max(self.next_at, self._now() + rest)


def delay_of(portals: Iterable[Portal], robots: Robots) -> float:
    """The longest delay that an entry on this host, or its robots.txt, asks for: seconds."""
    return max((*(portal.delay_s for portal in portals), robots.delay_s()), default=DELAY_S)


def concurrency_of(portals: Iterable[Portal]) -> int:
    return min((portal.concurrency for portal in portals), default=1)


def quiet_until(portals: Iterable[Portal], now: datetime) -> datetime | None:
    """When the quiet hours end that an entry on this host has at `now`; None where none has."""
    ends = [_end_of(portal.quiet, now.astimezone(VIETNAM)) for portal in portals if portal.quiet]
    return max((end for end in ends if end), default=None)


def _end_of(quiet: Quiet, local: datetime) -> datetime | None:
    at, overnight = local.time(), quiet.end < quiet.start
    within = (at >= quiet.start or at < quiet.end) if overnight else quiet.start <= at < quiet.end
    tomorrow = overnight and at >= quiet.start
    return datetime.combine(local.date() + timedelta(days=tomorrow), quiet.end, VIETNAM) if within else None
