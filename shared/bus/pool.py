"""A pool of processes that can be killed at any moment: one process and one pipe each, nothing shared.

So a killed worker costs its own document and nothing else. (`ProcessPoolExecutor` fails all its tasks when one worker
dies; Pebble's workers share a locked pipe, and killing them from outside hung the pool in 6 of 6 runs.)
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pickle import PicklingError
from typing import Final, TypeVar

from shared.bus.api import Message, Record, Work

RECYCLE_DOCUMENTS: Final = 5_000
"""A worker is replaced after so many documents: lxml and friends fragment the heap."""
WARM_S_MAX: Final = 120.0
"""How long a new worker may take until its first document."""
STARTS_MAX: Final = 5
"""A worker may be killed from outside while it starts, but not for ever."""
MEMORY_BYTES_MAX: Final = 3 * 1024**3
"""Address space of a worker (Linux). The worst page of 8 MiB took 560 MiB; beyond the limit the document fails with
MemoryError, which is poison, and the machine is spared."""
ORPHAN_S: Final = 5.0
"""A worker whose parent is gone (`kill -9`) ends itself so long after its document's limit."""


_CONTEXT: Final = multiprocessing.get_context("forkserver")
"""Workers fork from a clean process that has imported the stage and runs no threads."""
T = TypeVar("T")


class OverTime(Exception):
    """The document took longer than its limit; its worker was killed."""


class WorkerDied(Exception):
    """The worker ended on its own while it had the document: a crash in C code, or killed for want of memory."""


class CoreFailed(Exception):
    """The core raised. `kind` is the class's name."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class PoolBroken(Exception):
    """A new worker could not get ready: the installation is wrong, not a document. Stops the service."""


@dataclass(frozen=True, slots=True)
class _Answer:
    messages: list[Message] | None
    kind: str = ""
    message: str = ""


class Pool:
    """`workers` processes, started at first use, each working on one document at a time."""

    def __init__(
        self,
        workers: int,
        warm: Sequence[Callable[[], None]] = (),
        recycle_documents: int = RECYCLE_DOCUMENTS,
        modules: Sequence[str] = (),
    ) -> None:
        """`warm`: run in each new worker before its first document. `modules`: imported once, before workers fork."""
        _CONTEXT.set_forkserver_preload(sorted(modules))
        _start_fork_server()
        self._slots = [_Slot(tuple(warm)) for _ in range(workers)]
        self._free: asyncio.Queue[_Slot] = asyncio.Queue()
        for slot in self._slots:
            self._free.put_nowait(slot)
        self._threads = ThreadPoolExecutor(workers, "pool")
        self._recycle = recycle_documents

    async def run(
        self, work: Work, record: Record, *, limit_s: float, wanted: Callable[[], bool] = lambda: True
    ) -> list[Message] | None:
        """What `work(record)` returns; None, if `wanted` says no when the document's turn has come.

        Raises `OverTime`, `WorkerDied`, `CoreFailed` for this document and `PoolBroken` for the service. Cancelling
        kills the worker that has the document."""
        slot = await self._free.get()
        loop = asyncio.get_running_loop()
        try:
            if not wanted():
                return None
            ready = loop.run_in_executor(self._threads, slot.ready)
            await _within(WARM_S_MAX, slot, ready, late=PoolBroken(f"a worker was not ready in {WARM_S_MAX} s"))
            call = loop.run_in_executor(self._threads, slot.call, work, record, limit_s)
            answer = await _within(limit_s, slot, call, late=OverTime(f"over {limit_s} s"))
        finally:
            if slot.documents >= self._recycle:
                slot.discard()
            self._free.put_nowait(slot)
        if answer.messages is None:
            raise CoreFailed(answer.kind, answer.message)
        return answer.messages

    def stop(self) -> None:
        """Kills every worker. Documents at work raise `WorkerDied`."""
        for slot in self._slots:
            slot.kill()
        self._threads.shutdown(wait=False)


def _start_fork_server() -> None:
    """With SIGINT blocked, which its workers inherit: Ctrl-C reaches the whole process group, also workers that are
    still importing, and the parent alone decides what it means."""
    resource_tracker.ensure_running()  # first, since starting it unblocks SIGINT
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


async def _within(limit_s: float, slot: _Slot, call: asyncio.Future[T], *, late: Exception) -> T:
    """Awaits what the slot's thread does, killing the worker at the limit.

    The kill can hit no later call: it is decided here, before the slot is free again, and a worker that was shot at is
    discarded, even when its answer came at the same moment."""
    try:
        async with asyncio.timeout(limit_s):
            return await asyncio.shield(call)
    except (TimeoutError, asyncio.CancelledError) as error:
        slot.kill()
        await asyncio.wait({call})
        call.exception()
        slot.discard()
        if isinstance(error, TimeoutError):
            raise late from None
        raise


class _Slot:
    """A worker's place. `ready` and `call` block: they run in a thread, one at a time; the rest runs on the loop."""

    def __init__(self, warm: tuple[Callable[[], None], ...]) -> None:
        self._warm = warm
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._killed = False
        self.documents = 0

    def ready(self) -> None:
        """Starts a worker unless there is one, and waits until it is warm. Raises `PoolBroken`."""
        self._killed = False
        if self._process is not None and self._process.exitcode is not None:
            self.discard()  # killed between two documents: no fault of the next one
        for _ in range(STARTS_MAX):
            if self._process is not None or self._start():
                return
            if self._killed:
                break
        raise PoolBroken(f"a new worker ended {STARTS_MAX} times before it was ready")

    def _start(self) -> bool:
        """False: the new worker was killed before it was ready, which is not the installation's fault."""
        pipe, theirs = _CONTEXT.Pipe()
        process = _CONTEXT.Process(target=_serve, args=(theirs, self._warm), daemon=True)
        process.start()
        theirs.close()
        self._process, self._pipe, self.documents = process, pipe, 0
        if self._killed:  # while it started, when there was nothing yet to kill
            process.kill()
        try:
            trouble: str | None = pipe.recv()
        except (EOFError, OSError):
            self.discard()
            return False
        if trouble:
            self.discard()
            raise PoolBroken(f"a new worker could not get ready: {trouble}")
        return True

    def call(self, work: Work, record: Record, limit_s: float) -> _Answer:
        assert self._pipe is not None
        assert self._process is not None
        try:
            self._pipe.send((work, record, limit_s))
            answer: _Answer = self._pipe.recv()
        except (EOFError, OSError):
            self._process.join(5)
            code = self._process.exitcode
            self.discard()
            raise WorkerDied(f"worker ended with code {code}") from None
        self.documents += 1
        return answer

    def kill(self) -> None:
        self._killed = True
        if (process := self._process) is not None:
            process.kill()

    def discard(self) -> None:
        """The next document gets a new worker."""
        if self._process is not None and self._pipe is not None:
            self._process.kill()
            self._process.join(5)
            self._pipe.close()
        self._process = self._pipe = None


def _serve(pipe: Connection, warm: tuple[Callable[[], None], ...]) -> None:
    """A worker's life: gets warm, then answers one document after the other until the pipe closes."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    if sys.platform == "linux":  # macOS has the limit and ignores it
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    try:
        for prepare in warm:
            prepare()
    except Exception as error:  # noqa: BLE001  # told to the parent, which stops the service
        pipe.send(f"{type(error).__name__}: {error}")
        return
    pipe.send(None)
    while True:
        try:
            work, record, limit_s = pipe.recv()
        except EOFError:
            return
        # The parent kills at the limit. Should it be gone, the alarm's default action does, even amid C code.
        signal.setitimer(signal.ITIMER_REAL, limit_s + ORPHAN_S)
        answer = _answer(work, record)
        signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            pipe.send(answer)
        except (TypeError, AttributeError, PicklingError) as error:
            pipe.send(_Answer(None, type(error).__name__, f"what the core returned cannot be sent: {error}"))


def _answer(work: Work, record: Record) -> _Answer:
    try:
        messages = work(record)
    except Exception as error:  # noqa: BLE001  # whatever a pure core raises is the document's verdict: poison
        return _Answer(None, type(error).__name__, str(error)[:2_000])
    if not isinstance(messages, list):
        return _Answer(None, "TypeError", f"the core returned {type(messages).__name__}, not a list of messages")
    return _Answer(messages)
