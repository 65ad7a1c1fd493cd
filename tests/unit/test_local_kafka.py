"""The local Kafka: the version of the image, sentences instead of tracebacks, and tests that say why they skip."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from deploy.local import kafka
from shared.errors import SolieuError
from shared.paths import ROOT
from tests.fixtures.kafka import skip_or_fail


def test_the_jars_are_of_the_version_of_the_image() -> None:
    pom = (ROOT / "deploy" / "local" / "pom.xml").read_text()
    compose = (ROOT / "docker-compose.yml").read_text()
    [jars] = re.findall(r"<artifactId>kafka_2\.13</artifactId>\s*<version>([\d.]+)</version>", pom)
    assert re.findall(r"image: apache/kafka:([\d.]+)", compose) == [jars]


def test_a_missing_java_is_a_sentence_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SolieuError) as error:
        kafka.check_java()
    assert (
        str(error.value) == "error java-missing: no `java` on this machine\n  next: install Java 17 (a JRE is enough)"
    )


def test_an_old_java_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(SolieuError, match="Java 11 is too old for Kafka 4"):
        kafka.check_java()


def test_a_test_without_a_broker_skips_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUIRE_KAFKA", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Apache Kafka"):
        skip_or_fail("no Apache Kafka")


def test_where_a_broker_is_required_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUIRE_KAFKA", "1")
    with pytest.raises(pytest.fail.Exception, match="REQUIRE_KAFKA=1, but no Apache Kafka"):
        skip_or_fail("no Apache Kafka")
