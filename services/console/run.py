"""`solieu run`: a first look, or one small server. Needs Python only."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shared.errors import SolieuError
from shared.paths import PORTALS, ROOT

if TYPE_CHECKING:
    from services.console.pipeline import Run
    from shared.settings import Settings


@click.command(name="run")
@click.option("--once", is_flag=True, help="End when every fetched page has an outcome, and print the account.")
@click.option(
    "--portals", type=click.Path(path_type=Path), help="Follow the portals of this file instead of the bundled sample."
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=ROOT / ".solieu",
    show_default=".solieu beside the program",
    help="Folder of the database and the archive of pages.",
)
def command(once: bool, portals: Path | None, data: Path) -> None:
    """Run the whole pipeline in this process and show each observation as it lands.

    Ctrl-C stops cleanly; the next start goes on where this one stood."""
    sys.exit(_run(once, portals, data))


def _run(once: bool, portals: Path | None, data: Path) -> int:
    from services.console import pipeline
    from services.crawler.portals import load_portals
    from shared import logs
    from shared.settings import load

    settings = load()
    data.mkdir(parents=True, exist_ok=True)
    settings = settings.model_copy(update={"log": settings.log.model_copy(update={"file": data / "run.log"})})
    sample = portals is None
    run = pipeline.Run(data=data, portals=portals or PORTALS / "sample.yaml", sample=sample, once=once)
    load_portals(run.portals, {"SAMPLE_URL": "http://127.0.0.1"} if sample else {})  # a mistake shows at once
    logs.configure(settings.log)
    return asyncio.run(_follow(settings, run))


async def _follow(settings: Settings, run: Run) -> int:
    from services.console import account, live, pipeline
    from shared.bus.dead_letters import TooManyDeadLetters
    from shared.bus.pool import PoolBroken
    from shared.bus.runner import Stuck

    stop, began = asyncio.Event(), time.monotonic()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with live.view() as view:
        view.say(f"starting Postgres in {run.data / 'postgres'}; details go to {run.data / 'run.log'}")
        async with pipeline.embedded(settings, run) as ready:
            view.say(f"following {run.portals.name}" + (", the bundled sample portals" if run.sample else ""))
            try:
                taken = await pipeline.follow(ready, run, view, stop)
            except (TooManyDeadLetters, PoolBroken, Stuck) as error:
                hint = f"see {run.data / 'run.log'} and solieu dead-letters list; the running batch was not committed"
                raise SolieuError("pipeline-stopped", f"the pipeline stopped: {error}", hint) from None
    click.echo("\n".join(account.lines(taken)))
    click.echo(f"\n{'stopped' if stop.is_set() else 'done'} after {time.monotonic() - began:.1f} s")
    if run.once and not stop.is_set() and taken.totals["unaccounted"]:
        click.echo(f"{taken.totals['unaccounted']} pages have no outcome; see {run.data / 'run.log'}", err=True)
        return 1
    return 0
