"""Health is judged by progress; logs are one JSON object a line, without floods."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator

import aiohttp
import pytest
import structlog

from shared import health, logs
from shared.errors import SolieuError
from shared.health import Progress, verdict
from shared.settings import HealthSettings, LogSettings

LOCAL = HealthSettings(host="127.0.0.1", port=0)


def progress(**changes: object) -> Progress:
    made = Progress("cleaner")
    for name, value in changes.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize(
    ("changes", "silent_s", "says"),
    [
        ({}, 10_000, None),
        ({"lag": 5}, 59, None),
        ({"lag": 5}, 61, "no progress for 61 s while 5 records wait"),
        ({"lag": 5, "waiting_for": "write: database"}, 59, None),
        (
            {"waiting_for": "publish: broker"},
            61,
            "no progress for 61 s while 0 records wait, waiting for publish: broker",
        ),
        ({"failed": "broken release"}, 0, "broken release"),
    ],
)
def test_verdict(changes: dict[str, object], silent_s: float, says: str | None) -> None:
    assert verdict(progress(moved_at=1_000.0, **changes), stuck_s=60, now=1_000 + silent_s) == says


async def test_the_three_addresses() -> None:
    one = progress()
    async with (
        health.serve([one], LOCAL, stuck_s=60) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http,
    ):

        async def get(path: str) -> tuple[int, str]:
            async with http.get(path) as answer:
                return answer.status, await answer.text()

        assert await get("/healthz") == (200, "ok")
        assert await get("/readyz") == (503, "cleaner: not started yet")
        one.joined.set()
        assert await get("/readyz") == (200, "ready")
        one.lag, one.moved_at = 3, time.monotonic() - 100
        status, text = await get("/healthz")
        assert (status, text) == (503, "cleaner: no progress for 100 s while 3 records wait")
        assert (await get("/readyz"))[0] == 503
        status, text = await get("/metrics")
        assert status == 200
        assert 'solieu_healthy{stage="cleaner"} 0.0' in text
        assert 'solieu_lag_records{stage="cleaner"} 3.0' in text
        one.moved()
        assert await get("/healthz") == (200, "ok")


async def test_a_busy_port_is_a_sentence_with_what_to_do() -> None:
    async with health.serve([], LOCAL, stuck_s=60) as port:
        busy = HealthSettings(host="127.0.0.1", port=port)
        with pytest.raises(SolieuError) as error:
            async with health.serve([], busy, stuck_s=60):
                pytest.fail("served twice")
    assert str(port) in error.value.message
    assert "SOLIEU_HEALTH__PORT" in error.value.hint


@pytest.fixture
def _restore() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.mark.usefixtures("_restore")
def test_lines_are_json_with_what_they_are_about(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(LogSettings(format="json", level="info"))
    with logs.about(article="a1", portal="so-mau"):
        structlog.get_logger("services.cleaner").warning("page discarded", reason="soft_404")
        logging.getLogger("asyncpg").warning("from %s", "a library")
    structlog.get_logger("x").debug("too fine")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (first["event"], first["reason"], first["level"]) == ("page discarded", "soft_404", "warning")
    assert (first["article"], first["portal"]) == ("a1", "so-mau")
    assert (second["event"], second["logger"], second["article"]) == ("from a library", "asyncpg", "a1")


@pytest.mark.usefixtures("_restore")
def test_an_exception_shows_no_local_values(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(LogSettings(format="json"))
    password = "kh0ng-ai-biet"
    try:
        raise ValueError(f"{len(password)} characters")
    except ValueError:
        structlog.get_logger("x").exception("failed")
    line = capsys.readouterr().err
    assert "ValueError" in line
    assert "13 characters" in line
    assert password not in line


def test_a_flood_becomes_a_line_a_text_and_spares_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    flood = logs.FloodFilter("aiokafka")

    def passes(name: str, text: str) -> bool:
        return flood.filter(logging.LogRecord(name, logging.WARNING, "", 0, text, (), None))

    assert [passes("aiokafka.conn", "no leader for %s") for _ in range(1_000)].count(True) == 1
    assert passes("aiokafka.conn", "another text")
    assert all(passes("shared.bus", "ours") for _ in range(3))
    assert all(passes("aiokafkaesque", "not it") for _ in range(3))
    now[0] += logs.FLOOD_S
    assert passes("aiokafka.conn", "no leader for %s")
