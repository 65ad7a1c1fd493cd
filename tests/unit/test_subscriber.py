"""The subscriber of docs/subscribe.md, run as it is printed there on a broker that is none."""

from __future__ import annotations

import re
import runpy
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from shared.paths import ROOT
from tests.fixtures.events import extraction, observation, record

EXAMPLE = re.compile(r"```python\n(.*?)```", re.DOTALL)


def said(events: list[Any], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    class Consumer:
        def __init__(self, *topics: str, **_: str) -> None:
            assert topics == ("indicators.observed",)

        async def __aenter__(self) -> None: ...

        async def __aexit__(self, *_: object) -> None: ...

        async def __aiter__(self) -> AsyncIterator[Any]:
            for event in events:
                yield record(event)

    client = ModuleType("aiokafka")
    client.AIOKafkaConsumer = Consumer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "aiokafka", client)
    monkeypatch.setenv("KAFKA", "127.0.0.1:9092")
    (program,) = EXAMPLE.findall((ROOT / "docs" / "subscribe.md").read_text(encoding="utf-8"))
    (folder / "subscriber.py").write_text(program, encoding="utf-8")
    runpy.run_path(str(folder / "subscriber.py"))
    return capsys.readouterr().out


def test_it_believes_the_newest_reading_and_drops_what_is_withdrawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = extraction("a", observation("a", 0, value=10), observation("a", 1, value=20))
    corrected = extraction("a", observation("a", 0, value=11), day=0.5 / 86_400, text="mới")  # half a second later
    lines = said([*first, *first, *corrected, *first], tmp_path, monkeypatch, capsys).splitlines()
    figures = [line.rsplit(" ", 1)[-1] for line in lines]
    assert figures == ["10", "20", "11", "employment.jobs_created"]
    assert lines[-1] == "withdrawn employment.jobs_created"
