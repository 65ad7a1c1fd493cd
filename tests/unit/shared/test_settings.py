"""Settings: where values come from, what is refused, and that no secret is ever shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shared import settings
from shared.paths import ROOT
from shared.settings import Settings, SettingsError, explain, load

PASSWORD = "kh0ng-ai-biet"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("SOLIEU_"):
            monkeypatch.delenv(name)


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def refused(env_file: Path | None = None) -> str:
    with pytest.raises(SettingsError) as error:
        load(env_file)
    return error.value.message


def test_the_environment_goes_before_the_file_and_the_file_before_the_default(
    monkeypatch: pytest.MonkeyPatch, env_file: Path
) -> None:
    env_file.write_text("SOLIEU_KAFKA__PARTITIONS=4\nSOLIEU_LOG__LEVEL=error\nPOSTGRES_PASSWORD=not ours\n")
    monkeypatch.setenv("SOLIEU_LOG__LEVEL", "debug")
    loaded = load(env_file)
    assert (loaded.log.level, loaded.kafka.partitions, loaded.kafka.replicas) == ("debug", 4, 1)
    origins = {line.name: line.origin for line in explain(loaded, env_file)}
    assert origins["SOLIEU_LOG__LEVEL"] == "environment"
    assert origins["SOLIEU_KAFKA__PARTITIONS"] == str(env_file)
    assert origins["SOLIEU_KAFKA__REPLICAS"] == "default"


def test_a_missing_file_is_no_mistake(env_file: Path) -> None:
    assert load(env_file) == Settings(_env_file=None)


def test_an_unknown_name_is_refused_with_a_near_one(monkeypatch: pytest.MonkeyPatch, env_file: Path) -> None:
    monkeypatch.setenv("SOLIEU_KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")
    env_file.write_text("SOLIEU_WHATEVER=1\n")
    assert refused(env_file).splitlines() == [
        "SOLIEU_KAFKA_BOOTSTRAP_SERVERS: no such setting. Did you mean SOLIEU_KAFKA__BOOTSTRAP_SERVERS?",
        "SOLIEU_WHATEVER: no such setting. See .env.example.",
    ]


def test_every_mistake_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLIEU_HEALTH__PORT", "eighty")
    monkeypatch.setenv("SOLIEU_LOG__LEVEL", "loud")
    lines = refused().splitlines()
    assert {line.split(":")[0] for line in lines} == {"SOLIEU_LOG__LEVEL", "SOLIEU_HEALTH__PORT"}


@pytest.mark.parametrize("url", [f"postgresql://solieu:{PASSWORD}@db:5432/solieu", f"mysql://u:{PASSWORD}@db/x"])
def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("SOLIEU_DATABASE_URL", url)
    if url.startswith("mysql"):
        with pytest.raises(SettingsError) as error:
            load(None)
        assert PASSWORD not in str(error.value) + repr(error.value)
        return
    loaded = load(None)
    [line] = [line for line in explain(loaded, None) if line.name == "SOLIEU_DATABASE_URL"]
    assert line.value == "(hidden)"
    assert PASSWORD not in repr(loaded) + str(loaded) + loaded.model_dump_json()
    assert loaded.database_url is not None
    assert PASSWORD in str(loaded.database_url.get_secret_value())


def test_every_setting_is_explained() -> None:
    assert [line.name for line in explain(Settings(_env_file=None), None) if not line.help] == []


def test_the_example_file_is_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    assert settings.command(["--check"]) == 0, capsys.readouterr().err


def test_the_example_file_uncommented_is_the_default(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line.removeprefix("#") for line in settings.env_example().splitlines() if line.startswith("#SOLIEU_")]
    env_file.write_text("\n".join(line for line in lines if not line.endswith("=")))
    monkeypatch.chdir(ROOT)  # paths in the example are relative to the checkout
    plain, example = Settings(_env_file=None), load(env_file)
    for group in ("kafka", "stage", "health", "log"):
        assert getattr(example, group) == getattr(plain, group)
    assert example.crawl.archive.resolve() == plain.crawl.archive.resolve()


def test_a_stale_example_file_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ENV_EXAMPLE", tmp_path / ".env.example")
    assert settings.command(["--check"]) == 1
    assert settings.command([]) == 0
    assert settings.command(["--check"]) == 0


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"USERNAME": "solieu"}, "USERNAME and PASSWORD go together"),
        ({"USERNAME": "solieu", "PASSWORD": "x", "LOGIN": "PLAIN"}, "in the clear"),
        ({"TLS_CA": "ca.pem"}, "need TLS=true"),
    ],
)
def test_half_of_a_login_to_kafka_is_refused(monkeypatch: pytest.MonkeyPatch, given: dict[str, str], says: str) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"SOLIEU_KAFKA__{name}", value)
    with pytest.raises(SettingsError, match=f"SOLIEU_KAFKA: .*{says}"):
        load(None)
