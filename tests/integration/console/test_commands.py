"""The commands as a person types them: what they say to mistakes, and with which code they end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit, urlunsplit

import pytest

from services.console.dead_letters import ERRORS
from services.writer.write import Writer
from shared.bus.api import Record
from shared.bus.codec import decode
from shared.bus.dead_letters import Error, Failure, dead_letter
from shared.store.pool import Pool
from tests.fixtures.events import at, cleaned, discarded, extraction, observation, record, records

pytestmark = pytest.mark.servers


async def solieu(url: str, *words: str, module: str = "services.console.main") -> tuple[int, str]:
    """Exit code and everything that was said."""
    process = await _started(url, words, module)
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, said.decode()


def hear_ctrl_c() -> None:
    """A shell that starts the tests in the background has them, and all that they start, ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


async def _started(url: str, words: Sequence[str], module: str = "services.console.main") -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *words,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env=os.environ | {"SOLIEU_DATABASE_URL": url, "COLUMNS": "120"},
        preexec_fn=hear_ctrl_c,
    )  # fmt: skip


MISTAKES = [
    ("status --portal ma", 2, "no portal 'ma' in this database\n  next: near it: mau"),
    ("trace nonsense", 2, "nothing is known of 'nonsense'"),
    ("replay --portal khac", 2, "portal-unknown"),
    ("replay --since 2024-03-02 --until 2024-03-01", 2, "--until is before --since"),
    ("replay --since 01/03/2024", 2, "does not match the format"),
    ("replay", 0, "the ledger has no such page; --rebuild enters what the archive holds"),
    ("reextract --portal khac", 2, "portal-unknown"),
    ("export --period nam-2023", 2, "no period is written 'nam-2023'\n  next: 2023, 2023-H1"),
    ("export --indicator poverty.rat", 2, "near it: poverty.rate"),
    ("export --area 63-99", 2, "no area '63-99'"),
    ("export --period 2019", 2, "no observation matches"),
    ("export --output /nowhere/a.csv", 2, "cannot write /nowhere/a.csv: No such file or directory"),
    ("export --output a.xlsx", 2, "no format 'xlsx'"),
    ("export --output a", 2, "a does not say in which format"),
    ("dead-letters list --portal khac", 2, "portal-unknown"),
    ("dead-letters list --stage reader", 2, "is not one of 'cleaner', 'extractor', 'writer'"),
    ("dead-letters show abc", 2, "no dead letter's id begins with 'abc'"),
    ("dead-letters retry", 2, "which ones?"),
    ("prune --every 0", 2, "not in the range"),
]


async def test_mistakes_are_told_with_what_to_do(postgres_dsn: str, database: Pool) -> None:
    await Writer(database)(records(cleaned(), *extraction("a", observation())))
    gate = asyncio.Semaphore(2)

    async def one(line: str) -> tuple[int, str]:
        async with gate:
            return await solieu(postgres_dsn, *line.split())

    answers = await asyncio.gather(*(one(line) for line, _, _ in MISTAKES))
    for (line, code, words), (ended, said) in zip(MISTAKES, answers, strict=True):
        assert (ended, words in said) == (code, True), f"solieu {line} ended with {ended}:\n{said}"
        assert "Traceback" not in said


async def test_a_database_without_tables_is_told(empty_database: str) -> None:
    for words in (["status"], ["trace", "a"], ["dead-letters", "list"], ["export"], ["prune"]):
        code, said = await solieu(empty_database, *words)
        assert (code, "run python -m shared.store.migrate" in said) == (2, True), said


async def test_who_may_only_read_can_ask_and_is_told_what_he_cannot_do(postgres_dsn: str, database: Pool) -> None:
    await Writer(database)(records(cleaned(), *extraction("a", observation())))
    await database.execute("CREATE ROLE lan LOGIN PASSWORD 'x' IN ROLE solieu_reader")
    try:
        server = urlsplit(postgres_dsn)
        url = urlunsplit(server._replace(netloc=f"lan:x@{server.hostname}:{server.port}"))
        for words in (["status"], ["trace", "a"], ["export"]):
            code, said = await solieu(url, *words)
            assert (code, "Traceback" in said) == (0, False), said
        code, said = await solieu(url, "replay")
        assert (code, "may read, and not do this (permission denied for table replay)" in said) == (2, True), said
        code, said = await solieu(url, module="shared.store.migrate")
        assert (code, "the database refuses this (permission denied for schema public)" in said) == (2, True), said
    finally:
        await database.execute("DROP ROLE lan")
    code, said = await solieu("postgresql://x:y@127.0.0.1:1/z", module="shared.store.migrate")
    assert (code, "the database does not answer" in said) == (2, True), said


async def test_a_watched_status_ends_by_ctrl_c_without_a_word(postgres_dsn: str, database: Pool) -> None:
    await Writer(database)(records(discarded()))
    process = await _started(postgres_dsn, ["status", "--watch", "0.5"])
    assert process.stdout
    assert b"pages by portal" in await asyncio.wait_for(process.stdout.readline(), 30)
    process.send_signal(signal.SIGINT)
    rest = await asyncio.wait_for(process.stdout.read(), 30)
    assert await process.wait() == 130
    assert b"Aborted" not in rest and b"Traceback" not in rest


async def test_letters_are_retried_dropped_and_left_out(postgres_dsn: str, database: Pool) -> None:
    origin = record(cleaned("b"))
    for stage, value in (("extractor", origin.value), ("extractor", b"{}"), ("cleaner", b"gone")):
        kept = Record(origin.topic, 0, 0, origin.key, value, origin.headers)
        message = dead_letter(kept, Failure("poison", "two\n  lines"), stage=stage, at=at(1))
        letter = decode(Record(message.topic, 0, 0, message.key, message.value, message.headers))
        await Writer(database)(records(letter))
    await database.execute("UPDATE dead_letter SET origin_value = NULL WHERE stage = 'cleaner'")
    code, said = await solieu(postgres_dsn, "dead-letters", "list")
    assert (code, len(said.splitlines())) == (0, 9), "three lines each"
    code, said = await solieu(postgres_dsn, "dead-letters", "list", "--limit", "2")
    assert "the newest 2; there are more" in said
    code, said = await solieu(postgres_dsn, "dead-letters", "retry", "--all")
    assert "2 put back, 1 of them failed again" in said
    assert "1 left out, their originals were removed by retention" in said
    await database.execute("UPDATE dead_letter SET retries = 3 WHERE state = 'open' AND stage = 'extractor'")
    code, said = await solieu(postgres_dsn, "dead-letters", "retry", "--stage", "extractor")
    assert "0 put back\n1 left out, retried 3 times already: solieu dead-letters drop" in said
    code, said = await solieu(postgres_dsn, "dead-letters", "drop", "--stage", "extractor")
    assert "1 dropped" in said, "not what was retried and went through"
    states = await database.fetch("SELECT state FROM dead_letter WHERE stage = 'extractor' ORDER BY 1")
    assert [row[0] for row in states] == ["dropped", "retried"]


def test_the_filter_knows_every_error() -> None:
    assert get_args(Error) == ERRORS


FULL = Path("/dev/full")


def _is_device(path: Path) -> bool:
    return path.is_char_device()


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")
async def test_a_full_disk_is_no_lost_database(postgres_dsn: str, database: Pool) -> None:
    await Writer(database)(records(cleaned(), *extraction("a", observation())))
    code, said = await solieu(postgres_dsn, "export", "--format", "csv", "--output", "/dev/full")
    assert (code, "cannot write /dev/full: No space left on device" in said) == (2, True)
    assert _is_device(FULL), "a device is written to, not replaced"
    code, said = await solieu(postgres_dsn, "export", "--format", "csv", "--output", "/dev/stdout")
    assert (code, said.count("12.840 lao động")) == (0, 1 + 1)  # quote and sentence
