"""How a command on the database ends: by what went wrong, and whose fault it was."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from services.console import database


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (BrokenPipeError(), 0, ""),  # `solieu export | head`
        (ConnectionRefusedError("refused"), 2, "database-away"),
    ],
)
def test_a_reader_that_has_enough_is_no_lost_database(
    error: Exception,
    code: int,
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    @asynccontextmanager
    async def opened(*_: object, **__: object) -> AsyncIterator[None]:
        yield None

    async def work(_: database.Store) -> None:
        raise error

    monkeypatch.setattr(database, "open_store", opened)
    monkeypatch.setattr(sys, "stdout", sys.stdout)  # given back after the test: a broken one is put away
    with pytest.raises(SystemExit) as ended:
        database.ask(tmp_path, work)
    assert ended.value.code == code
    assert says in capsys.readouterr().err
