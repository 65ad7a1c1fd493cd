"""What the stages under fault do: each value says how its document behaves."""

from __future__ import annotations

import os
import signal
import time

from shared.bus.api import Message, Record, Stage


def out(topic: str) -> str:
    return f"{topic}-out"


def work(record: Record) -> list[Message]:
    """`n`: one output. `slow:SECONDS:n`: the same, later. `bad:`, `loop:`, `crash:`: what their names say."""
    word, _, rest = record.value.decode().partition(":")
    if word == "bad":
        raise ValueError(f"cannot read {rest}")
    if word == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    while word == "loop":
        pass
    if word == "slow":
        seconds, _, rest = rest.partition(":")
        time.sleep(float(seconds))
    return [Message(out(record.topic), record.key, (rest or word).encode(), record.headers)]


def stage(topic: str, *, document_s_max: float = 10.0, records_max: int = 200) -> Stage:
    return Stage(topic, (topic,), work=work, document_s_max=document_s_max, records_max=records_max)
