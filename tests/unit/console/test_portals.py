"""`solieu portals` on the bundled sample, whose address the environment gives as compose does."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from services.console.portals import command
from shared.paths import PORTALS


def test_the_sample_is_listed_at_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMPLE_URL", "http://sample:8080")
    said = CliRunner().invoke(command, ["list", "--file", str(PORTALS / "sample.yaml")])
    assert said.exit_code == 0
    assert "http://sample:8080/sample-ha-nam/" in said.output


def test_without_an_address_it_is_a_mistake_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAMPLE_URL", raising=False)
    said = CliRunner().invoke(command, ["list", "--file", str(PORTALS / "sample.yaml")])
    assert said.exit_code == 2
    assert "unknown variable ${SAMPLE_URL}" in said.output
