"""An event loop on virtual time: when nothing is ready, the clock jumps to the next timer. No threads, no sockets."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, Final

from shared.clock import VIETNAM

EPOCH: Final = datetime(2026, 3, 2, tzinfo=VIETNAM)
"""A Monday outside the report season: second 0 of every simulation."""


class _JumpingSelector(selectors.SelectSelector):
    def __init__(self, jump: Callable[[float], None]) -> None:
        super().__init__()
        self._jump = jump

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("every task waits for something that never comes")
        self._jump(timeout)
        return super().select(0)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.elapsed_s = 0.0
        super().__init__(_JumpingSelector(self._jump))

    def time(self) -> float:
        return self.elapsed_s

    def _jump(self, seconds: float) -> None:
        self.elapsed_s += max(seconds, 0.0)


def now() -> datetime:
    """The virtual moment of the running loop."""
    return EPOCH + timedelta(seconds=asyncio.get_running_loop().time())


def run(main: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(main)
