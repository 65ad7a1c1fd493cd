"""The stage runner against its floors, as ratios within one run: bare aiokafka, and the standard library's pool."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from shared.bus.api import Message, Record
from shared.bus.pool import Pool
from shared.bus.processing import Done
from shared.bus.runner import Runner
from shared.health import Progress
from tests.faults.cores import out, stage, work
from tests.faults.harness import Line

pytestmark = [pytest.mark.servers, pytest.mark.slow, pytest.mark.timeout(240)]

COUNT = 12_000
BATCH = 500
VALUES = [f"{n}" for n in range(COUNT)]


async def bare(line: Line) -> float:
    """Records a second of what any correct stage must do: read, send, await every acknowledgement, commit."""
    servers = line.settings.kafka.bootstrap_servers
    consumer = AIOKafkaConsumer(
        line.topic, bootstrap_servers=servers, group_id="bare", enable_auto_commit=False, auto_offset_reset="earliest"
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=servers, acks="all", enable_idempotence=True, linger_ms=5, max_batch_size=256 * 1024
    )
    await consumer.start()
    await producer.start()
    try:
        began, done = time.perf_counter(), 0
        while done < COUNT:
            got = await consumer.getmany(timeout_ms=500, max_records=BATCH)
            messages = [message for part in got.values() for message in part]
            await asyncio.gather(*[await producer.send(out(line.topic), m.value, key=m.key) for m in messages])
            await consumer.commit({TopicPartition(tp.topic, tp.partition): p[-1].offset + 1 for tp, p in got.items()})
            done += len(messages)
        return done / (time.perf_counter() - began)
    finally:
        await consumer.stop()
        await producer.stop()


async def by_runner(line: Line) -> float:
    """The same by the runner, the core in this process."""
    done, finished = 0, asyncio.Event()

    async def process(records: Sequence[Record], go_on: Callable[[], bool]) -> list[Done]:
        nonlocal done
        done += len(records)
        if done >= COUNT:
            finished.set()
        return [Done(record, (Message(out(line.topic), record.key, record.value),)) for record in records]

    stop, progress = asyncio.Event(), Progress(line.topic)
    runner = Runner(
        stage(line.topic, records_max=BATCH), process, line.settings, bus=line.bus, stop=stop, progress=progress
    )
    task = asyncio.create_task(runner.run())
    await progress.joined.wait()
    began = time.perf_counter()
    await finished.wait()
    rate = COUNT / (time.perf_counter() - began)
    stop.set()
    await task
    return rate


async def test_the_runner_costs_less_than_half_of_bare_aiokafka(kafka_servers: str) -> None:
    line = await Line.lay(kafka_servers)
    await line.feed(VALUES)
    floor, ours = await bare(line), await by_runner(line)
    print(f"bare {floor:,.0f} records/s, runner {ours:,.0f}, ratio {ours / floor:.2f}")  # noqa: T201
    assert ours / floor > 0.5


async def test_killable_workers_cost_less_than_five_times_the_standard_library_s() -> None:
    """A process and a pipe each, a thread each, a time limit: beside a page's milliseconds that is little."""
    records = [Record("t", 0, n, b"k", b"x" * 2_000) for n in range(2_000)]
    pool = Pool(2)
    with ProcessPoolExecutor(2, get_context("forkserver")) as executor:
        try:
            loop = asyncio.get_running_loop()

            async def theirs(some: list[Record]) -> None:
                await asyncio.gather(*(loop.run_in_executor(executor, work, record) for record in some))

            async def ours(some: list[Record]) -> None:
                await asyncio.gather(*(pool.run(work, record, limit_s=10) for record in some))

            each_us = {}
            for name, call in (("executor", theirs), ("pool", ours)):
                await call(records[:50])  # the workers are there
                began = time.perf_counter()
                await call(records)
                each_us[name] = (time.perf_counter() - began) / len(records) * 1e6
        finally:
            pool.stop()
    print(f"pool {each_us['pool']:.0f} us a document, ProcessPoolExecutor {each_us['executor']:.0f} us")  # noqa: T201
    assert each_us["pool"] < 5 * each_us["executor"]
