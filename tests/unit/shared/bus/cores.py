"""Cores for the pool's tests: importable by name, since worker processes import them."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Any

from shared.bus.api import Message, Record
from shared.bus.pool import MEMORY_BYTES_MAX


def work(record: Record) -> Any:
    word, _, rest = record.value.decode().partition(":")
    match word:
        case "raise":
            raise ValueError(rest)
        case "odd-error":
            raise Unpicklable(lambda: None)
        case "not-a-list":
            return "text"
        case "not-sendable":
            return [lambda: None]
        case "exit":
            sys.exit(3)
        case "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "sleep":
            time.sleep(float(rest))
        case "spin":
            while True:
                pass
        case "hoard":
            bytearray(MEMORY_BYTES_MAX)
        case "pid":
            return [Message("t", None, str(os.getpid()).encode())]
    return [Message("t", record.key, record.value)]


class Unpicklable(Exception):
    def __reduce__(self) -> Any:
        raise TypeError("no")


def warm_slowly() -> None:
    time.sleep(0.6)


def warm_badly() -> None:
    raise ImportError("no such lexicon")


def warm_and_die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
