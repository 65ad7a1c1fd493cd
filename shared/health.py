"""Is a service well? Judged by progress, not by connections: a consumer can be connected and silently stuck.

`Progress` is what a service tells about itself, `verdict` the pure judgement, `serve` the three addresses:
/healthz (200, or 503 with the reason), /readyz (200 once it takes work and is well), /metrics (Prometheus).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from shared import metrics
from shared.errors import SolieuError
from shared.settings import HealthSettings


@dataclass(slots=True)
class Progress:
    """Written by one running service, read by the health server."""

    service: str
    joined: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while it takes work: it has joined its group, or begun its loop."""
    lag: int = 0
    """Records that wait for it, as last measured."""
    waiting_for: str | None = None
    """What it waits for, while something is away."""
    failed: str | None = None
    """Why it stopped for good, if it did."""
    moved_at: float = field(default_factory=time.monotonic)

    def moved(self) -> None:
        """Something was done: a document, a batch, an empty look at an empty topic."""
        self.moved_at = time.monotonic()
        metrics.PROGRESS.labels(self.service).set_to_current_time()


def verdict(progress: Progress, *, stuck_s: float, now: float) -> str | None:
    """What is wrong, None if nothing. `now` is of the monotonic clock.

    Without waiting records no silence is suspicious: a province may publish nothing for days. But who waits to
    publish (a source has no lag) and can't is unwell all the same."""
    if progress.failed:
        return progress.failed
    silent_s = now - progress.moved_at
    if silent_s <= stuck_s or not (progress.lag or progress.waiting_for):
        return None
    waiting = f", waiting for {progress.waiting_for}" if progress.waiting_for else ""
    return f"no progress for {silent_s:.0f} s while {progress.lag} records wait{waiting}"


@asynccontextmanager
async def serve(progresses: Sequence[Progress], settings: HealthSettings, *, stuck_s: float) -> AsyncIterator[int]:
    """Serves health and metrics while inside; yields the port. Raises `SolieuError` for a busy one."""
    from aiohttp import web
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

    def troubles() -> list[str]:
        found = []
        for progress in progresses:
            trouble = verdict(progress, stuck_s=stuck_s, now=time.monotonic())
            metrics.HEALTHY.labels(progress.service).set(0 if trouble else 1)
            metrics.LAG.labels(progress.service).set(progress.lag)
            if trouble:
                found.append(f"{progress.service}: {trouble}")
        return found

    async def healthz(_: web.Request) -> web.Response:
        found = troubles()
        return web.Response(status=503 if found else 200, text="\n".join(found) or "ok")

    async def readyz(_: web.Request) -> web.Response:
        found = troubles() + [f"{p.service}: not started yet" for p in progresses if not p.joined.is_set()]
        return web.Response(status=503 if found else 200, text="\n".join(found) or "ready")

    async def scrape(_: web.Request) -> web.Response:
        troubles()
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", scrape)])
    runner = web.AppRunner(app, handle_signals=False)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.host, settings.port)
        try:
            await site.start()
        except OSError as error:
            raise SolieuError(
                "health-port",
                f"cannot serve health on {settings.host}:{settings.port}: {error.strerror}",
                "set SOLIEU_HEALTH__PORT to another port, or to 0 for any free one",
            ) from error
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
