"""`solieu`: one file a subcommand, imported only when called, so that every command starts fast."""

from __future__ import annotations

import importlib
from typing import Final

import click

from shared.errors import SolieuError

COMMANDS: Final[dict[str, str]] = {
    "run": "Run the whole pipeline in one process, with an embedded bus and Postgres.",
    "crawl": "Fetch once what the portals have new, or back-fill a portal.",
    "portals": "List the sources that are followed, probe them, draft an entry for a new one.",
    "feed": "Show what the crawler reads of a feed or listing page.",
    "clean": "Show the article that the cleaner reads of a page.",
    "extract": "Read the figures of articles.",
    "status": "Show portals, stages, lag and pages without an outcome.",
    "trace": "Show the whole life of one article, page or figure.",
    "replay": "Send archived pages through the pipeline again.",
    "reextract": "Read stored texts again, show what would change, apply it.",
    "export": "Write observations with their provenance as CSV, JSON lines or Parquet.",
    "prune": "Remove what the settings say is kept no longer.",
    "dead-letters": "List, show, retry and drop messages that a stage could not process.",
    "config": "Show every setting, its value and where it came from.",
    "version": "Show the versions of Solieu and of what it stands on.",
}
"""Name of each subcommand (`-` becomes `_` in the module's name) and its one-line help, shown without importing it."""

HELP_NAMES: Final = ["-h", "--help"]


class LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"services.console.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Prints what a user can put right without a traceback, and exits with 2."""
        try:
            return super().invoke(ctx)
        except SolieuError as error:
            click.echo(str(error), err=True)
            ctx.exit(2)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=2)
            hint = f" Did you mean {' or '.join(near)}?" if near else " See solieu --help."
            raise click.UsageError(error.format_message() + hint, ctx) from None


@click.group(cls=LazyGroup, context_settings={"help_option_names": HELP_NAMES})
def main() -> None:
    """Solieu (số liệu): the figures that Viet Nam's provincial portals publish, as traceable observations."""


if __name__ == "__main__":
    main()
