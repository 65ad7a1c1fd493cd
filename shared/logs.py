"""Structured logs: JSON, a line an event, unless a person watches. Call `configure` once a process.

log = structlog.get_logger(__name__)
with about(article=id, portal=portal):       # bound to every line below, also in other modules
    log.warning("page discarded", reason="soft_404")
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog
from structlog.typing import Processor

from shared.settings import LogSettings

FLOOD_S: Final = 5.0
"""aiokafka repeats a line up to 10,000 times a second while a partition has no leader; one each so long is enough."""

_TRACEBACKS: Final = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)  # locals hold addresses with passwords, and pages
)


def configure(settings: LogSettings) -> None:
    """All logging, structlog's and the libraries', to standard error or the file, in one form. May be called again."""
    colours = settings.file is None and sys.stderr.isatty()
    as_text = settings.format == "text" or (settings.format == "auto" and colours)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = (
        [structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)]
        if as_text
        else [_TRACEBACKS, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    handler = (
        logging.FileHandler(settings.file, encoding="utf-8") if settings.file else logging.StreamHandler(sys.stderr)
    )
    handler.addFilter(FloodFilter("aiokafka"))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.level.upper())
    # Says ERROR for what heals within a second (GroupCoordinatorNotAvailable at first use), and INFO in floods.
    logging.getLogger("aiokafka").setLevel(max(logging.WARNING, root.level))
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.processors.format_exc_info if as_text else _untouched,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


@contextmanager
def about(*, article: str | None = None, portal: str | None = None, stage: str | None = None) -> Iterator[None]:
    """Binds what is given to every log line written inside."""
    given = {"article": article, "portal": portal, "stage": stage}
    with structlog.contextvars.bound_contextvars(**{name: value for name, value in given.items() if value}):
        yield


class FloodFilter(logging.Filter):
    """Lets a text (before its arguments) of one library through once every FLOOD_S seconds."""

    def __init__(self, library: str) -> None:
        super().__init__()
        self._library = library
        self._next: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] != self._library:
            return True
        now = time.monotonic()
        if now < self._next.get(str(record.msg), 0.0):
            return False
        self._next[str(record.msg)] = now + FLOOD_S
        return True


def _untouched(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return event
