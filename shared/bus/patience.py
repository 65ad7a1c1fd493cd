"""Waiting for what is away: counted, logged, shown by /healthz, and never for good."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Final, TypeVar

import structlog

from shared import metrics
from shared.bus.api import Stopped, Transient
from shared.health import Progress

WAIT_S_FIRST: Final = 0.2
WAIT_S_MAX: Final = 5.0

log = structlog.get_logger(__name__)
T = TypeVar("T")


def waits() -> Iterator[float]:
    """Seconds between tries of what is away: 0.2 doubling to 5, without end."""
    wait_s = WAIT_S_FIRST
    while True:
        yield wait_s
        wait_s = min(wait_s * 2, WAIT_S_MAX)


async def pause(
    progress: Progress, doing: str, error: Transient, wait_s: float, stop: asyncio.Event | None = None
) -> None:
    """One wait. `doing` is a word of the metric's closed set. Ends early when `stop` is set."""
    metrics.WAITS.labels(progress.service, doing).inc()
    progress.waiting_for = f"{doing}: {error}"
    log.warning("waiting", stage=progress.service, doing=doing, error=str(error), wait_s=wait_s)
    if stop is None:
        await asyncio.sleep(wait_s)
        return
    try:
        async with asyncio.timeout(wait_s):
            await stop.wait()
    except TimeoutError:
        return


async def patiently(call: Callable[[], Awaitable[T]], *, doing: str, progress: Progress, stop: asyncio.Event) -> T:
    """What `call` returns, tried until it raises no `Transient`. Raises `Stopped` when `stop` is set meanwhile."""
    for wait_s in waits():
        try:
            result = await call()
        except Transient as error:
            if stop.is_set():
                raise Stopped(str(error)) from error
            await pause(progress, doing, error, wait_s, stop)
        else:
            break
    progress.waiting_for = None
    return result
