"""What `solieu run` shows while it runs: observations as they land, and progress by portal.

On a terminal a live table; elsewhere (a pipe, a log) plain lines with the same words.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

from services.console.figures import area_name, figure
from shared.clock import VIETNAM

if TYPE_CHECKING:
    from rich.console import RenderableType

QUOTE_CHARS_MAX: Final = 60
ROWS_KEPT: Final = 200


@dataclass(frozen=True, slots=True)
class PortalLine:
    """How far the crawler is with one portal."""

    portal: str
    polled: int = 0
    """Feeds and listings that were read."""
    known: int = 0
    """Addresses that they name."""
    fetched: int = 0
    failed: int = 0
    done: bool = False
    """Something was found, and nothing of it is left to fetch for now."""


@dataclass(frozen=True, slots=True)
class Row:
    """One observation as a line of the table; every field is text."""

    time: str
    area: str
    indicator: str
    figure: str
    period: str
    status: str
    confidence: str
    quote: str


def row(observation: Mapping[str, Any], at: datetime) -> Row:
    """`observation`: fields of docs/observation.md. `at`: when it landed, with zone; shown in Vietnamese time."""
    quote = " ".join(str(observation["quote"]).split())
    return Row(
        time=at.astimezone(VIETNAM).strftime("%H:%M:%S"),
        area=area_name(observation["area"]) + (f" · {observation['locality']}" if observation.get("locality") else ""),
        indicator=observation["indicator"] or f"({observation.get('label')})",
        figure=figure(observation),
        period=observation["period"],
        status=observation["status"],
        confidence=f"{float(observation['confidence']):.2f}",
        quote=quote if len(quote) <= QUOTE_CHARS_MAX else quote[: QUOTE_CHARS_MAX - 1] + "…",
    )


class View(Protocol):
    def observed(self, line: Row) -> None: ...
    def portal(self, line: PortalLine) -> None: ...
    def say(self, text: str) -> None: ...


@contextmanager
def view() -> Iterator[View]:
    """The live table where standard output is a terminal, else plain lines."""
    if not sys.stdout.isatty():
        yield PlainView()
        return
    from rich.live import Live

    table = TerminalView()
    with Live(get_renderable=table.render, refresh_per_second=4, screen=False, transient=True) as live:
        table.print_above = live.console.print
        yield table


class PlainView:
    def observed(self, line: Row) -> None:
        where = f"{line.time}  {line.area}  {line.indicator}"
        self.say(f"{where}  {line.figure}  {line.period}  {line.status}  {line.confidence}  «{line.quote}»")

    def portal(self, line: PortalLine) -> None:
        if line.done:
            self.say(f"portal {line.portal}: {line.polled} polled, {line.fetched} fetched, {line.failed} failed")

    def say(self, text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


class TerminalView:
    """Holds what is shown; `render` is called by rich's own thread."""

    def __init__(self) -> None:
        self.rows: deque[Row] = deque(maxlen=ROWS_KEPT)
        self.portals: dict[str, PortalLine] = {}
        self.seen = 0
        self.print_above: Any = None

    def observed(self, line: Row) -> None:
        self.rows.append(line)
        self.seen += 1

    def portal(self, line: PortalLine) -> None:
        self.portals[line.portal] = line

    def say(self, text: str) -> None:
        self.print_above(text, highlight=False, markup=False)

    def render(self) -> RenderableType:
        from rich.console import Group
        from rich.text import Text

        title = Text(f"Solieu · {self.seen} observations · Ctrl-C stops", style="bold")
        return Group(title, self._portals(), self._observations())

    def _portals(self) -> RenderableType:
        from rich.table import Table

        table = Table(box=None, padding=(0, 2, 0, 0))
        for name in ("portal", "polled", "addresses", "fetched", "failed", ""):
            table.add_column(name, justify="left" if name in ("portal", "") else "right", style="dim")
        for line in sorted(self.portals.values(), key=lambda item: (item.done, item.portal))[:12]:
            share = line.fetched / line.known if line.known else 0.0
            bar = "█" * int(share * 20) + "░" * (20 - int(share * 20)) if line.known else "nothing new"
            bar = "done" if line.done else bar
            table.add_row(line.portal, *map(str, (line.polled, line.known, line.fetched, line.failed)), bar)
        return table

    def _observations(self) -> RenderableType:
        import shutil

        from rich.table import Table

        room = max(4, shutil.get_terminal_size().lines - min(12, len(self.portals)) - 6)
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", expand=True)
        for name, options in _COLUMNS.items():
            table.add_column(name, no_wrap=True, overflow="ellipsis", **options)
        for line in list(self.rows)[-room:]:
            style = {"target": "cyan", "estimate": "yellow"}.get(line.status)
            table.add_row(
                line.time,
                line.area,
                line.indicator,
                line.figure,
                line.period,
                line.status,
                line.confidence,
                line.quote,
                style=style,
            )
        return table


_COLUMNS: Final[Mapping[str, dict[str, Any]]] = {
    "time": {"min_width": 8},
    "province": {"ratio": 2},
    "indicator": {"ratio": 4},
    "value": {"ratio": 4},
    "period": {"ratio": 2},
    "status": {"min_width": 8},
    "conf.": {"min_width": 4},
    "read from": {"ratio": 4},
}
