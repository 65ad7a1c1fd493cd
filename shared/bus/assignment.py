"""What a stage's group membership means for its running batch: the epoch, and what happens on revocation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from shared.bus.api import Partition

log = structlog.get_logger(__name__)


class Assignment:
    """A `RebalanceListener`. Whoever works sets `busy`; whoever commits compares the epoch taken before fetching.

    On revocation: no more documents of the running batch are started, its finished prefix is published and committed,
    and the group waits for that. If it takes too long the epoch is raised all the same: the batch is disowned, never
    committed, and its new owner reads it again. (A commit after that could set the group back: an empty group accepts
    the commit of a member that has left.)"""

    def __init__(self, stage: str, *, wait_s: float) -> None:
        """`wait_s`: how long a revocation waits for the batch; below the group's own patience."""
        self._stage, self._wait_s = stage, wait_s
        self.epoch = 0
        self.revoking = False
        self._idle = asyncio.Event()
        self._idle.set()
        self.on_disown: Callable[[], object] = lambda: None

    async def revoked(self, partitions: frozenset[Partition]) -> None:
        self.revoking = True
        try:
            if not await self.wait_idle(self._wait_s):
                log.warning("batch disowned", stage=self._stage, waited_s=self._wait_s)
                self.on_disown()
        finally:
            # Also when the waiting is cancelled: after this point nothing of the old assignment may be committed.
            self.epoch += 1
            self.revoking = False

    async def assigned(self, partitions: frozenset[Partition]) -> None:
        log.info("assigned", stage=self._stage, partitions=sorted(f"{p.topic}/{p.number}" for p in partitions))

    @property
    def idle(self) -> bool:
        return self._idle.is_set()

    def begin(self) -> None:
        self._idle.clear()

    def end(self) -> None:
        self._idle.set()

    async def wait_idle(self, wait_s: float) -> bool:
        """Whether the batch ended within `wait_s`."""
        try:
            async with asyncio.timeout(wait_s):
                return await self._idle.wait()
        except TimeoutError:
            return False
