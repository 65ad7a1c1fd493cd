"""`solieu run` as a newcomer meets it: the bundled sample, in a process of its own."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shared.store.embedded import postgres_server
from tests.e2e.house import UNQUOTED, ask
from tests.e2e.sample_truth import score
from tests.reference import ROOT

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("SOLIEU_")}


def solieu(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "services.console.main", *arguments],
        cwd=ROOT,
        env=ENVIRONMENT | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # so that a signal can go to the whole group, as a terminal's Ctrl-C does
    )


CORE_MIN, STRICT_MIN, SPURIOUS_MAX = 0.9, 0.8, 0.1
"""Of the figures that a person read in the sample articles, shares of those expected."""


@pytest.mark.servers
def test_once_ends_with_an_account_and_the_next_run_finds_nothing_new(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    first, _ = (run := solieu("run", "--once", "--data", data)).communicate(timeout=240)
    assert run.returncode == 0, first
    pages = re.search(r"^(\d+) pages, 0 without an outcome; (\d+) articles", first, re.MULTILINE)
    assert pages and int(pages[1]) >= 35, first
    assert "employment.jobs_created" in first and "(63-35)" in first
    assert re.search(r"discarded: soft_404", first) and re.search(r"discarded: login", first), first
    second, _ = (run := solieu("run", "--once", "--data", data)).communicate(timeout=240)
    assert run.returncode == 0, second
    assert pages[0] in second and "«" not in second, second
    with postgres_server(tmp_path / "data" / "postgres") as url:
        scored = asyncio.run(score(url))
        assert asyncio.run(ask(url, UNQUOTED)) == []
    assert scored.core >= CORE_MIN * scored.expected, scored
    assert scored.strict >= STRICT_MIN * scored.expected, scored
    assert scored.spurious <= SPURIOUS_MAX * scored.expected, scored


@pytest.mark.servers
@pytest.mark.parametrize("seen", ["starting Postgres", "following", "«"])
def test_ctrl_c_stops_cleanly_and_the_next_run_ends_the_work(tmp_path: Path, seen: str) -> None:
    """At three moments: while the database starts, while workers start, in mid-stream."""
    data = str(tmp_path / "data")
    run = solieu("run", "--data", data)
    assert run.stdout
    for line in run.stdout:
        if seen in line:
            break
    os.killpg(run.pid, signal.SIGINT)
    rest, _ = run.communicate(timeout=60)
    assert run.returncode == 0 and "Traceback" not in rest, rest
    after, _ = (run := solieu("run", "--once", "--data", data)).communicate(timeout=240)
    assert run.returncode == 0, after
    assert re.search(r"^(3[5-9]|4\d) pages, 0 without an outcome", after, re.MULTILINE), after


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("portals:\n  - id: a\n    name: A\n", ":2: an entry needs `kind`"),
        ("portals:\n\t- id: a\n", ":2: "),
        ("", ":1: is empty"),
    ],
)
def test_a_mistake_in_the_portals_file_is_named_with_file_and_line(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "mine.yaml").write_text(text, "utf-8")
    began = time.monotonic()
    said, _ = (run := solieu("run", "--portals", str(tmp_path / "mine.yaml"))).communicate(timeout=60)
    assert run.returncode == 2, said
    assert f"mine.yaml{words}" in said and "Traceback" not in said
    assert time.monotonic() - began < 30
