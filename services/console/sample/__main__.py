"""The sample portals alone: `python -m services.console.sample --port 8080`. Ends on Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import signal

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, help="Port to listen on; 0 takes a free one.")
@click.option("--base-url", help="Address that links are written with, if it differs (in a container's network).")
@click.option("--delay", default=0.0, show_default=True, help="Seconds that each answer takes, as with slow portals.")
def main(host: str, port: int, base_url: str | None, delay: float) -> None:
    """Serve the sample portals until stopped."""
    try:
        asyncio.run(_serve(host, port, base_url, delay))
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host}:{port}: {error.strerror}. Try --port 0.") from None


async def _serve(host: str, port: int, base_url: str | None, delay_s: float) -> None:
    from services.console.sample.server import sample_portals

    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with sample_portals(host, port, base_url=base_url, delay_s=delay_s) as base:
        click.echo(f"sample portals at {base}")
        await stopped.wait()


if __name__ == "__main__":
    main()
