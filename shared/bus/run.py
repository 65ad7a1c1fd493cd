"""The one place where things are built. `main` runs one service on Kafka, `run_services` several on any bus.

    python -m services.cleaner          # its __main__.py: from shared.bus.run import main; main(CLEANER)

Exit codes of `main`: 0 told to stop; 1 failed (the supervisor starts it again); 2 settings are wrong.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial

import structlog

from shared import health, logs
from shared.bus.api import Bus, Service, Source, Stage, Stopped, Write
from shared.bus.dead_letters import TooManyDeadLetters
from shared.bus.patience import patiently
from shared.bus.pool import Pool
from shared.bus.processing import by_pool, by_write
from shared.bus.publisher import Publisher
from shared.bus.runner import Runner
from shared.errors import SolieuError
from shared.health import Progress
from shared.settings import Settings, load

log = structlog.get_logger(__name__)


async def run(
    service: Service,
    settings: Settings,
    *,
    bus: Bus,
    stop: asyncio.Event,
    progress: Progress | None = None,
    pool: Pool | None = None,
) -> None:
    """Runs one service on `bus` until `stop` is set (a source: or until it ends by itself).

    `pool` is shared and stays open; without one, a stage that computes makes its own. Raises `TooManyDeadLetters`,
    `PoolBroken`, `Stuck`, `BusError`, and what a sink or source raises: nothing of the running batch is then committed.
    """
    progress = progress or Progress(service.name)
    if isinstance(service, Source):
        await _run_source(service, settings, bus=bus, stop=stop, progress=progress)
        return
    async with AsyncExitStack() as stack:
        if service.work is not None:
            if pool is None:
                pool = make_pool([service], settings)
                stack.callback(pool.stop)
            process = by_pool(service.work, pool, progress, limit_s=service.document_s_max)
        else:
            assert service.open is not None  # Stage holds exactly one of the two
            opening = partial(_enter, stack, service, settings)
            try:
                write = await patiently(opening, doing="open", progress=progress, stop=stop)
            except Stopped:
                return
            process = by_write(write, progress)
        await Runner(service, process, settings, bus=bus, stop=stop, progress=progress).run()


async def run_services(
    services: Sequence[Service],
    settings: Settings,
    *,
    bus: Bus,
    stop: asyncio.Event,
    progress: dict[str, Progress] | None = None,
    idle: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Runs several services in this process on one bus, with one worker pool for all, until `stop` is set.

    Sources start when every stage has joined its group, and end before the stages do, so that nothing is published into
    the void. `progress` is filled by service name, for whoever shows it. With `idle` (`EmbeddedBus.wait_idle`) the run
    also ends by itself: when all sources have ended and `idle()` has returned, that is when every record has been dealt
    with. The first error of any service ends all and is raised."""
    progress = {} if progress is None else progress
    progress.update({service.name: Progress(service.name) for service in services if service.name not in progress})
    stages = [service for service in services if isinstance(service, Stage)]
    sources = [service for service in services if isinstance(service, Source)]
    stop_stages = asyncio.Event()

    async def conduct() -> None:
        all_joined = asyncio.gather(*(progress[stage.name].joined.wait() for stage in stages))
        await _first(all_joined, stop.wait())
        if not stop.is_set():
            await asyncio.gather(
                *(run(each, settings, bus=bus, stop=stop, progress=progress[each.name]) for each in sources)
            )
        if idle is None:
            await stop.wait()
        else:
            await _first(idle(), stop.wait())
        stop_stages.set()

    pool = make_pool(stages, settings)
    try:
        async with asyncio.TaskGroup() as group:
            for stage in stages:
                group.create_task(
                    run(stage, settings, bus=bus, stop=stop_stages, progress=progress[stage.name], pool=pool)
                )
            group.create_task(conduct())
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
    finally:
        pool.stop()


def make_pool(stages: Sequence[Stage], settings: Settings) -> Pool:
    """Worker processes for `stages`; none is forked before its first document."""
    warm: list[Callable[[], None]] = [partial(logs.configure, settings.log)]
    warm += [stage.warm for stage in stages if stage.warm]
    modules = {logs.__name__, *(stage.work.__module__ for stage in stages if stage.work)}
    return Pool(settings.stage.workers, warm, modules=sorted(modules))


def main(service: Service) -> None:
    """A service's whole process: settings from the environment, logs, health, Kafka, signals. Never returns."""
    try:
        settings = load()
        logs.configure(settings.log)
        code = asyncio.run(_serve(service, settings))
    except SolieuError as error:
        sys.stderr.write(f"{error}\n")
        code = 2
    sys.exit(code)


async def _serve(service: Service, settings: Settings) -> int:
    from shared.bus.kafka import KafkaBus

    stop, progress = asyncio.Event(), Progress(service.name)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with health.serve([progress], settings.health, stuck_s=settings.stage.stuck_s) as port:
        log.info("started", stage=service.name, health_port=port, brokers=settings.kafka.bootstrap_servers)
        try:
            await run(service, settings, bus=KafkaBus(settings.kafka), stop=stop, progress=progress)
        except TooManyDeadLetters as error:
            # Ending here would have the supervisor start the same release again and again, each time past a few more
            # records. So stay, unhealthy and consuming nothing, until somebody comes.
            progress.failed = f"broken release: {error}"
            log.error("stopped consuming", stage=service.name, error=str(error))
            await stop.wait()
            return 1
        except SolieuError:
            raise
        except Exception:  # the edge of the process: logged whole, then exit 1 without a commit
            log.exception("failed", stage=service.name)
            return 1
    log.info("stopped", stage=service.name)
    return 0


async def _run_source(source: Source, settings: Settings, *, bus: Bus, stop: asyncio.Event, progress: Progress) -> None:
    """The source is told by `stop`, and cancelled if it has not ended within the grace."""
    publisher = Publisher(bus, progress, stopping=stop.is_set)
    progress.joined.set()
    running = asyncio.ensure_future(source.run(settings, publisher.publish, stop))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            await asyncio.wait({running}, timeout=settings.stage.grace_s)
    finally:
        progress.joined.clear()
        stopping.cancel()
        running.cancel()
        await asyncio.wait({running})
        await publisher.close()
    if running.cancelled():
        log.warning("source did not stop in time", stage=source.name, grace_s=settings.stage.grace_s)
    elif not isinstance(running.exception(), Stopped):
        running.result()


async def _enter(stack: AsyncExitStack, stage: Stage, settings: Settings) -> Write:
    assert stage.open is not None
    return await stack.enter_async_context(stage.open(settings))


async def _first(*waiting: Awaitable[object]) -> None:
    """Returns when the first of them is done; cancels the others."""
    tasks = {asyncio.ensure_future(each) for each in waiting}
    try:
        finished, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in finished:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
