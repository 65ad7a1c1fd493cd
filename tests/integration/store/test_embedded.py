"""The embedded Postgres: starts, keeps its data, ends with its owner, and says in one sentence what is wrong."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from shared.errors import SolieuError
from shared.paths import ROOT
from shared.store import account
from shared.store.account import NOBODY, find_binaries, ordinary_account
from shared.store.embedded import PASSWORD_FILE, embedded_postgres, postgres_server, running_server

pytestmark = pytest.mark.servers

OWNER = """
import sys, time
from pathlib import Path
from shared.store.embedded import postgres_server
with postgres_server(Path(sys.argv[1])):
    print("ready", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that does not exist yet, where any user may enter."""
    with tempfile.TemporaryDirectory(prefix="solieu-embedded-") as parent:
        Path(parent).chmod(0o755)
        yield Path(parent) / "postgres"


def start_owner(folder: Path) -> subprocess.Popen[str]:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert owner.stdout
    assert owner.stdout.readline() == "ready\n"
    return owner


def until_gone(folder: Path, seconds: float = 20) -> bool:
    give_up = time.monotonic() + seconds
    while running_server(folder) and time.monotonic() < give_up:
        time.sleep(0.05)
    return running_server(folder) is None


async def test_it_keeps_its_data_and_wants_its_password(folder: Path) -> None:
    async with embedded_postgres(folder) as url:
        connection = await asyncpg.connect(url)
        await connection.execute("CREATE TABLE kept AS SELECT 'số liệu' AS word")
        await connection.close()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(url, password="guess")
    assert running_server(folder) is None
    async with embedded_postgres(folder) as url:
        connection = await asyncpg.connect(url)
        assert await connection.fetchval("SELECT word FROM kept") == "số liệu"
        await connection.close()
    assert (folder / PASSWORD_FILE).stat().st_mode & 0o777 == 0o600


def test_the_server_ends_when_its_owner_is_killed(folder: Path) -> None:
    owner = start_owner(folder)
    owner.kill()
    owner.wait()
    assert until_gone(folder)


def test_an_orphan_is_replaced(folder: Path) -> None:
    """Owner and guard killed: the server lives on, and nobody is left to stop it."""
    owner = start_owner(folder)
    server = running_server(folder)
    assert server
    guards = subprocess.run(["ps", "-o", "pid=", "--ppid", str(owner.pid)], capture_output=True, text=True).stdout
    for pid in [*map(int, guards.split()), owner.pid]:
        os.kill(pid, signal.SIGKILL)
    owner.wait()
    assert running_server(folder) == server
    with postgres_server(folder):
        new = running_server(folder)
        assert new
        assert new.pid != server.pid
    assert until_gone(folder)


def test_a_crash_is_recovered_from(folder: Path) -> None:
    with postgres_server(folder):
        server = running_server(folder)
        assert server
        os.kill(server.pid, signal.SIGKILL)
    assert (folder / "postmaster.pid").exists()
    with postgres_server(folder):
        assert running_server(folder)


def test_a_number_in_postmaster_pid_that_is_now_another_program(folder: Path) -> None:
    with postgres_server(folder):
        pass
    (folder / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}\n0\n5432\n\n127.0.0.1\n0 0\nready   \n")
    assert running_server(folder) is None


def test_a_second_owner_is_refused_and_a_guest_joins(folder: Path) -> None:
    with postgres_server(folder) as url:
        refused(folder, "postgres-in-use")
        with postgres_server(folder, join=True) as joined:
            assert joined == url
        assert running_server(folder)


def test_a_folder_of_another_version(folder: Path) -> None:
    with postgres_server(folder):
        pass
    (folder / "PG_VERSION").write_text("17\n")
    error = refused(folder, "postgres-version")
    assert "Postgres 17" in error.message
    assert str(folder) in error.hint


def test_a_folder_of_something_else(folder: Path) -> None:
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    refused(folder, "postgres-damaged")
    assert (folder / "notes.txt").exists()


def test_a_kill_while_the_folder_is_made_leaves_no_trap(folder: Path) -> None:
    half_made = folder.with_name("postgres.new")
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    with postgres_server(folder):
        assert running_server(folder)


def test_a_busy_port(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        error = refused(folder, "postgres-port", port=port)
    assert str(port) in error.message


def test_a_broken_configuration_is_told_in_the_servers_own_words(folder: Path) -> None:
    with postgres_server(folder):
        pass
    (folder / "postgresql.auto.conf").write_text("shared_buffers = 'many'\n")
    error = refused(folder, "postgres-start")
    assert "configuration file" in error.message
    assert f"{folder}.log" in error.hint


def test_without_the_wheel(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find_binaries.cache_clear()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    try:
        refused(folder, "postgres-missing")
    finally:
        find_binaries.cache_clear()


AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")


@AS_ROOT
def test_root_without_user_namespaces_runs_it_as_nobody(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not _reachable_by_nobody():
        pytest.skip("nobody cannot read this checkout's .venv")
    with postgres_server(folder):  # made while user namespaces were to be had
        pass
    monkeypatch.setattr("shared.store.account.shutil.which", lambda name: None)
    with postgres_server(folder):
        server = running_server(folder)
        assert server
        assert Path(f"/proc/{server.pid}").stat().st_uid == NOBODY


@AS_ROOT
def test_root_without_any_other_account_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.store.account.shutil.which", lambda name: None)
    monkeypatch.setattr(account, "BECOME_NOBODY", "raise SystemExit(1)")
    refused(folder, "postgres-root")


@AS_ROOT
@pytest.mark.parametrize("place", ["parent", "data"])
def test_an_ordinary_user_without_permission(folder: Path, place: str) -> None:
    if not _reachable_by_nobody():
        pytest.skip("nobody cannot read this checkout's .venv")
    if place == "data":
        with postgres_server(folder):
            pass
    else:
        folder.parent.chmod(0o700)
    code = (
        "import os; from pathlib import Path; from shared.errors import SolieuError\n"
        "from shared.store.embedded import postgres_server\n"
        f"os.setgid({NOBODY}); os.setuid({NOBODY})\n"
        f"try:\n  postgres_server(Path({str(folder)!r})).__enter__()\nexcept SolieuError as error: print(error)"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert said.stdout.startswith("error postgres-permission: no permission to use"), said


def _reachable_by_nobody() -> bool:
    binaries = find_binaries()
    probe = [sys.executable, "-I", "-S", "-c", account.BECOME_NOBODY, str(binaries / "postgres"), "--version"]
    return subprocess.run(probe, capture_output=True).returncode == 0


def test_an_ordinary_user_needs_no_prefix(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    assert ordinary_account(find_binaries(), folder).prefix == ()


def refused(folder: Path, code: str, port: int = 0) -> SolieuError:
    with pytest.raises(SolieuError) as raised, postgres_server(folder, port=port):
        pass
    assert raised.value.code == code
    assert raised.value.hint
    return raised.value
