"""`solieu config`: every setting, its value and where it came from."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click


@click.command("config")
@click.option(
    "--env-file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path(".env"),
    show_default=True,
    help="File read after the environment, where it exists.",
)
@click.option("--explain", is_flag=True, help="What each setting means, too.")
@click.option("--json", "as_json", is_flag=True, help="A JSON array.")
def command(env_file: Path, explain: bool, as_json: bool) -> None:
    """Show every setting, its value and where it came from. Secrets stay hidden. Exit 2 if one is wrong."""
    from shared import settings

    try:
        lines = settings.explain(settings.load(env_file), env_file)
    except settings.SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    if as_json:
        click.echo(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=2))
        return
    wide = max(len(line.name) for line in lines)
    for line in lines:
        click.echo(f"{line.name:{wide}}  {line.value}  ({line.origin})")
        if explain:
            click.echo(f"{'':{wide}}  {line.help}")
