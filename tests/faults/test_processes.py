"""Faults of processes and of the broker: kills, members that come and go, a broker that is away. 0 lost in each.

Random runs print their seed."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.local.kafka import Node, free_port
from shared.paths import ROOT
from shared.settings import StageSettings
from tests.faults.cores import stage
from tests.faults.harness import Line, in_order, kill, lost_and_repeated

pytestmark = [pytest.mark.servers, pytest.mark.faults, pytest.mark.timeout(200)]


def slowly(count: int, each_s: float = 0.02) -> list[str]:
    """Documents of 20 ms, so that a kill finds a batch at work."""
    return [f"slow:{each_s}:{n}" for n in range(count)]


def numbers(count: int) -> list[str]:
    return [str(n) for n in range(count)]


async def test_kill_9_in_the_middle_of_a_batch(kafka_servers: str, tmp_path: Path) -> None:
    line, log = await Line.lay(kafka_servers), tmp_path / "stage.log"
    await line.feed(slowly(400))
    first = line.process(log)
    while not 0 < await line.lag() < 400:  # some batches are committed, another is at work
        assert first.poll() is None, log.read_text()
        await asyncio.sleep(0.2)
    kill(first)
    left = await line.lag()
    assert left > 0
    second = line.process(log)
    try:
        await line.until_committed(90)
    finally:
        second.send_signal(signal.SIGTERM)
        assert second.wait(30) == 0, log.read_text()[-2000:]
    outputs = await line.outputs()
    lost, repeated = lost_and_repeated(outputs, numbers(400))
    assert lost == []
    assert repeated <= 50  # at most the batch between its first send and its commit
    assert in_order(outputs)


async def test_members_that_join_and_leave(kafka_servers: str, tmp_path: Path) -> None:
    await _join_and_leave(kafka_servers, tmp_path, documents=600, changes=3)


@pytest.mark.slow
async def test_many_members_that_join_leave_and_die(kafka_servers: str, tmp_path: Path) -> None:
    await _join_and_leave(kafka_servers, tmp_path, documents=6_000, changes=14)


async def _join_and_leave(servers: str, tmp_path: Path, *, documents: int, changes: int) -> None:
    seed = int(os.environ.get("SEED", random.randrange(1_000_000)))
    print(f"SEED={seed}")  # noqa: T201  # shown when the test fails
    dice, log = random.Random(seed), tmp_path / "stage.log"
    line = await Line.lay(servers)
    await line.feed(slowly(documents))
    members = [line.process(log)]
    try:
        for _ in range(changes):
            await asyncio.sleep(dice.uniform(2, 5))
            members.append(line.process(log))
            if len(members) > 2:
                leaving = members.pop(dice.randrange(len(members)))
                if dice.random() < 0.5:
                    kill(leaving)
                else:
                    leaving.send_signal(signal.SIGTERM)
        await line.until_committed(150)
    finally:
        for member in members:
            member.send_signal(signal.SIGTERM)
        for member in members:
            member.wait(30)
    outputs = await line.outputs()
    lost, repeated = lost_and_repeated(outputs, numbers(documents))
    assert lost == []
    assert repeated <= 50 * changes
    assert in_order(outputs)


async def test_a_member_that_joins_while_a_batch_is_at_work_costs_no_second_run(kafka_servers: str) -> None:
    # The batch would take 12 s with its two workers; the group waits 6 s for it. What is finished by then is committed.
    line = await Line.lay(kafka_servers)
    await line.feed(slowly(240, 0.1))
    async with line.running(stage(line.topic)):
        await line.until(lambda: line.fetched() > 0, 30)
        async with line.running(stage(line.topic)):
            await line.until_committed(90)
    outputs = await line.outputs()
    assert lost_and_repeated(outputs, numbers(240)) == ([], 0)
    assert in_order(outputs)


async def test_sigterm_finishes_what_is_at_work_and_commits_it(kafka_servers: str, tmp_path: Path) -> None:
    line, log = await Line.lay(kafka_servers), tmp_path / "stage.log"
    await line.feed([*slowly(20), "slow:3:20", *(f"slow:0.5:{n}" for n in range(21, 40))])
    process = line.process(log)
    await line.until(lambda: log.exists() and "assigned" in log.read_text(), 60)
    await asyncio.sleep(2)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0, log.read_text()
    assert time.monotonic() - began < 12
    left, outputs = await line.lag(), await line.outputs()
    assert left < 40
    assert len(outputs) == 40 - left
    async with line.running(stage(line.topic)):
        await line.until_committed()
    assert lost_and_repeated(await line.outputs(), numbers(40)) == ([], 0)


async def test_sigterm_beyond_the_grace_abandons_the_batch(kafka_servers: str, tmp_path: Path) -> None:
    line, log = await Line.lay(kafka_servers, StageSettings(workers=2, grace_s=1)), tmp_path / "stage.log"
    await line.feed(["slow:60:0"])
    process = line.process(log, document_s_max=90)
    await line.until(lambda: log.exists() and "assigned" in log.read_text(), 60)
    await asyncio.sleep(2)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0, log.read_text()
    assert time.monotonic() - began < 15
    assert await line.lag() == 1
    assert await line.outputs() == []


@pytest.mark.slow
async def test_a_stage_that_starts_before_its_broker_waits_for_it(kafka_node: Node, tmp_path: Path) -> None:
    line, log = await Line.lay(kafka_node.bootstrap_servers), tmp_path / "stage.log"
    await line.feed(numbers(30))
    kafka_node.stop()
    process = line.process(log)
    try:
        await line.until(lambda: log.exists() and '"doing": "start"' in log.read_text(), 60)
        kafka_node.start()
        await line.until_committed()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    assert lost_and_repeated(await line.outputs(), numbers(30)) == ([], 0)


@pytest.mark.slow
async def test_sigterm_while_the_broker_is_gone_ends_soon(kafka_node: Node, tmp_path: Path) -> None:
    line = await Line.lay(kafka_node.bootstrap_servers, StageSettings(workers=2, grace_s=3))
    log = tmp_path / "stage.log"
    await line.feed(slowly(1_000))
    process = line.process(log)
    await line.until(lambda: log.exists() and "assigned" in log.read_text(), 60)
    kafka_node.stop(signal.SIGKILL)
    await asyncio.sleep(3)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(40) == 0, log.read_text()[-3000:]
    assert time.monotonic() - began < 25
    assert log.read_text().count("\n") < 400, "a flood of log lines"


@pytest.mark.slow
async def test_the_broker_away_for_70_seconds(kafka_node: Node, tmp_path: Path) -> None:
    await _broker_away(kafka_node, tmp_path, [(signal.SIGTERM, 70)])


@pytest.mark.slow
async def test_the_broker_killed_four_times(kafka_node: Node, tmp_path: Path) -> None:
    await _broker_away(kafka_node, tmp_path, [(signal.SIGKILL, 2)] * 4)


async def _broker_away(node: Node, tmp_path: Path, outages: list[tuple[signal.Signals, float]]) -> None:
    line, log = await Line.lay(node.bootstrap_servers), tmp_path / "stage.log"
    await line.feed(slowly(4_000, 0.005))
    process = line.process(log)
    try:
        await line.until(lambda: log.exists() and "assigned" in log.read_text(), 60)
        for how, away_s in outages:
            await asyncio.sleep(3)
            node.stop(how)
            await asyncio.sleep(away_s)
            node.start()
        await line.until_committed(120)
        assert process.poll() is None, "the stage ended"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    outputs = await line.outputs()
    lost, repeated = lost_and_repeated(outputs, numbers(4_000))
    assert lost == []
    assert repeated <= 50 * len(outages)
    assert in_order(outputs)


def test_a_port_where_nothing_listens_is_no_traceback(tmp_path: Path) -> None:
    """`python -m shared.bus.topics`, refused settings: a sentence and exit 2."""
    environment = {**os.environ, "SOLIEU_KAFKA__BOOTSTRAP": f"127.0.0.1:{free_port()}"}
    done = subprocess.run(
        [sys.executable, "-m", "shared.bus.topics"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Did you mean SOLIEU_KAFKA__BOOTSTRAP_SERVERS?" in done.stderr
    assert "Traceback" not in done.stderr
