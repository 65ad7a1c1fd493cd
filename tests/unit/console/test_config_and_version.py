"""`solieu config` and `solieu version`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from services.console.main import main


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SOLIEU_KAFKA__BOOTSTRAP_SERVERS", raising=False)


def test_config_shows_value_and_origin_and_hides_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLIEU_DATABASE_URL", "postgresql://u:geheim@h/x")
    Path(".env").write_text("SOLIEU_STAGE__WORKERS=3\n")
    result = CliRunner().invoke(main, ["config"])
    assert result.exit_code == 0
    lines = {line.split()[0]: " ".join(line.split()[1:]) for line in result.output.splitlines()}
    assert lines["SOLIEU_DATABASE_URL"] == "(hidden) (environment)"
    assert lines["SOLIEU_STAGE__WORKERS"] == "3 (.env)"
    assert lines["SOLIEU_KAFKA__PARTITIONS"] == "6 (default)"
    assert "geheim" not in result.output


def test_config_as_json_explains() -> None:
    [row] = [
        row
        for row in json.loads(CliRunner().invoke(main, ["config", "--json"]).output)
        if row["name"] == "SOLIEU_STAGE__WORKERS"
    ]
    assert row == {
        "name": "SOLIEU_STAGE__WORKERS",
        "value": "2",
        "origin": "default",
        "help": "Worker processes of a stage that computes (cleaner, extractor).",
    }


def test_config_with_a_mistake_ends_with_2_and_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLIEU_STAGE__WORKER", "3")
    result = CliRunner().invoke(main, ["config"])
    assert result.exit_code == 2
    assert "Did you mean SOLIEU_STAGE__WORKERS?" in result.stderr
    assert "Traceback" not in result.output


def test_version_names_what_matters() -> None:
    lines = CliRunner().invoke(main, ["version"]).output.splitlines()
    assert lines[0].startswith("solieu 0.")
    assert lines[1].startswith("python 3.")
    assert not [line for line in lines if line.endswith("not installed")]
