"""A stage by hand on the embedded bus: what the runner's tests share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from shared.bus.api import Message, Record, Stage
from shared.bus.codec import decode
from shared.bus.embedded import EmbeddedBus
from shared.bus.processing import Done
from shared.bus.runner import Runner
from shared.events import DEAD_LETTERS, DeadLetter
from shared.health import Progress
from shared.settings import KafkaSettings, Settings, StageSettings

SETTINGS = Settings(_env_file=None, stage=StageSettings(workers=1, grace_s=0.5), kafka=KafkaSettings(rebalance_s=6))
EXAMPLE = Stage("example", ("in",), work=lambda record: [])


class Hand:
    """A `Process` by hand: holds each record until it is let go."""

    def __init__(self, held: bool = False) -> None:
        self.gate = asyncio.Event()
        if not held:
            self.gate.set()
        self.batches: list[list[str]] = []

    async def __call__(self, records: Sequence[Record], go_on: Callable[[], bool]) -> list[Done]:
        self.batches.append([record.value.decode() for record in records])
        done = []
        for record in records:
            if not go_on():
                break
            done.append(Done(record, (Message("out", record.key, record.value),)))
            await self.gate.wait()
        return done


@asynccontextmanager
async def running(
    bus: EmbeddedBus, process: Hand, *, settings: Settings = SETTINGS, of: Stage = EXAMPLE
) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    made = Runner(of, process, settings, bus=bus, stop=stop, progress=Progress("example"))
    task = asyncio.create_task(made.run())
    try:
        yield stop
    finally:
        stop.set()
        await task


async def feed(bus: EmbeddedBus, *values: str, topic: str = "in") -> None:
    bus.consumer("solieu.example", ["in"])
    for value in values:
        await (await bus.producer().send(Message(topic, b"k", value.encode())))


def out(bus: EmbeddedBus, topic: str = "out") -> list[str]:
    return [record.value.decode() for record in bus.records(topic)]


def letters(bus: EmbeddedBus) -> list[tuple[str, str, bytes]]:
    events = [decode(record) for record in bus.records(DEAD_LETTERS)]
    return [(e.stage, e.error, e.origin_value) for e in events if isinstance(e, DeadLetter)]


def echo(record: Record) -> list[Message]:
    return [Message("out", record.key, record.value)]
