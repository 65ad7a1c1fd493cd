"""The reference pages of docs/reference, made from the code, so that they cannot lie.

python -m services.console.reference            writes them (`make docs`)
python -m services.console.reference --check    exit 1 if one is stale (`make lint`)
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

import click
from prometheus_client import Counter, Gauge, Histogram

from services.cleaner.outcomes import Reason
from services.console.main import COMMANDS, HELP_NAMES
from services.console.main import main as main_group
from services.crawler.outcomes import Outcome
from shared import metrics, settings
from shared.bus.topics import TOPICS
from shared.events import EVENTS
from shared.paths import ROOT
from shared.vietnam.catalogue import catalogue

FOLDER: Final = ROOT / "docs" / "reference"
MADE: Final = "<!-- Made by `make docs`. -->\n\n"


def pages() -> dict[str, str]:
    """File name in docs/reference -> its text."""
    made = {
        "settings.md": _settings(),
        "commands.md": _commands(),
        "topics.md": _topics(),
        "metrics.md": _metrics(),
        "outcomes.md": _outcomes(),
        "indicators.md": _indicators(),
    }
    return {name: MADE + text.rstrip() + "\n" for name, text in made.items()}


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def _settings() -> str:
    rows = ((f"`{name}`", f"`{shown}`" if shown else "", text) for name, shown, text in settings.described())
    return "# Settings\n\nFrom the environment, then from a `.env` file (`.env.example` holds them all).\n\n" + _table(
        ("name", "default", "meaning"), rows
    )


def _commands() -> str:
    parts = ["# Commands\n"]
    root = click.Context(main_group, info_name="solieu", help_option_names=HELP_NAMES)  # the commands inherit the names
    for name in COMMANDS:
        command: click.Command = importlib.import_module(f"services.console.{name.replace('-', '_')}").command
        parts += [f"## solieu {name}\n", *_help(command, click.Context(command, info_name=name, parent=root))]
    return "\n".join(parts)


def _help(command: click.Command, context: click.Context) -> Iterator[str]:
    context.terminal_width = context.max_content_width = 110
    command._help_option = None  # click keeps the one of whoever asked first, whose names may have been others
    yield f"```\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _help(inner, click.Context(inner, info_name=name, parent=context))


def _topics() -> str:
    rows = (
        (
            f"`{topic.name}`",
            topic.about,
            ", ".join(topic.published_by),
            ", ".join(topic.read_by),
            f"{topic.bytes_max:,}",
        )
        for topic in TOPICS
    )
    events = ((f"`{event.TYPE}`", f"`{event.TOPIC}`", (event.__doc__ or "").split("\n\n")[0]) for event in EVENTS)
    return (
        "# Topics and events\n\nSchemas and the AsyncAPI document are in `deploy/schemas/`.\n\n"
        + _table(("topic", "holds", "published by", "read by", "largest message, bytes"), rows)
        + "\n\n"
        + _table(("event type", "topic", "what it is"), events)
    )


def _metrics() -> str:
    def rows() -> Iterator[tuple[str, ...]]:
        for metric in vars(metrics).values():
            if isinstance(metric, Counter | Gauge | Histogram):
                for family in metric.describe():
                    name = family.name + ("_total" if family.type == "counter" else "")
                    labels = ", ".join(f"`{label}`" for label in metric._labelnames)
                    yield f"`{name}`", family.type, labels, family.documentation

    return (
        "# Metrics\n\nAlerts on them: `deploy/prometheus/rules/`; what to do about each: [operate](../operate.md).\n\n"
        + _table(("name", "kind", "labels", "meaning"), rows())
    )


def _outcomes() -> str:
    return (
        "# Outcomes\n\n## Of a request of the crawler\n\n"
        + _table(("word", "meaning"), _words(Outcome))
        + "\n\n## Why a page is no article\n\n"
        + _table(("word", "meaning"), _words(Reason))
    )


def _words(kind: type[StrEnum]) -> Iterator[tuple[str, str]]:
    """Each member with the docstring that follows it in the source."""
    source = Path(importlib.import_module(kind.__module__).__file__ or "").read_text("utf-8")
    (body,) = (n.body for n in ast.parse(source).body if isinstance(n, ast.ClassDef) and n.name == kind.__name__)
    said: Mapping[int, str] = {
        number: str(after.value.value)
        for number, after in enumerate(body)
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
    }
    for number, node in enumerate(body):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            yield f"`{node.value.value!s}`", said.get(number + 1, "")


def _indicators() -> str:
    held = sorted(catalogue().values(), key=lambda each: each.code)
    rows = ((f"`{each.code}`", each.name, each.unit, each.kind, each.definition) for each in held)
    return f"# The catalogue: {len(held)} indicators\n\n" + _table(("code", "name", "unit", "kind", "definition"), rows)


def main() -> int:
    stale = [name for name, text in pages().items() if not _same(FOLDER / name, text)]
    if "--check" in sys.argv[1:]:
        if stale:
            sys.stderr.write(f"stale in docs/reference: {', '.join(stale)}. Run `make docs`.\n")
        return bool(stale)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, "utf-8")
    return 0


def _same(file: Path, text: str) -> bool:
    return file.is_file() and file.read_text("utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
