"""Every knob of Solieu: typed, explained, defaulted. Values come from the environment, then from a `.env` file.

`SOLIEU_` is the prefix and `__` goes into a group: `SOLIEU_KAFKA__BOOTSTRAP_SERVERS`. To add a setting, add a field
with a docstring (units in the name: `_s`, `_bytes`, `_max`), then `python -m shared.settings` renews .env.example.

Invariant: a `SOLIEU_*` name that is not a setting is refused, so that a misspelt one can't pass for its default. (In
Kubernetes set `enableServiceLinks: false`: a Service called solieu-something injects such names.)
"""

from __future__ import annotations

import difflib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Self

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, PostgresDsn, Secret, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.errors import SolieuError
from shared.paths import PORTALS, ROOT

PREFIX: Final = "SOLIEU_"
ENV_EXAMPLE: Final = ROOT / ".env.example"
NOT_SETTINGS: Final = frozenset({"SOLIEU_REFERENCE"})
"""Names with the prefix that something else reads: the tests' reference material."""


class SettingsError(SolieuError):
    """What is wrong with the settings, a line a mistake, each naming the variable. Holds no values."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("settings", "\n".join(mistakes), "`solieu config` and .env.example show every setting")


class Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True)


class KafkaSettings(Group):
    bootstrap_servers: str = "127.0.0.1:9092"
    """Where Apache Kafka listens: host:port, several separated by commas."""
    tls: bool = False
    """Speak TLS to the brokers."""
    tls_ca: Path | None = None
    """Certificates (PEM) by which the brokers' are checked. Not given: the system's."""
    tls_certificate: Path | None = None
    """Our certificate and its key in one PEM file, where the brokers ask for one."""
    username: str | None = None
    """Log in to the brokers by this name; not given: no login."""
    password: Secret[str] | None = None
    """Password of the same."""
    login: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    """How to log in (SASL mechanism)."""
    partitions: int = Field(default=6, ge=1)
    """Partitions of each topic when `python -m shared.bus.topics` creates it: the most replicas a stage can use."""
    replicas: int = Field(default=1, ge=1)
    """Replication factor of each topic when it is created. Three where there are three brokers."""
    session_s: float = Field(default=20, ge=6)
    """A member that sends no heartbeat for so long is dead, seconds. The client's default of 10 was seen to expire
    while a busy machine held up the event loop."""
    rebalance_s: float = Field(default=30, ge=6)
    """How long the group waits for a member that finishes its batch before partitions move, seconds."""
    poll_s_max: float = Field(default=300, ge=6)
    """A member that asks for no records for so long leaves the group, seconds. Stages ask every second, busy or not."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("USERNAME and PASSWORD go together")
        if self.username is not None and self.login == "PLAIN" and not self.tls:
            raise ValueError("LOGIN=PLAIN would send the password in the clear: set TLS=true")
        if not self.tls and (self.tls_ca or self.tls_certificate):
            raise ValueError("TLS_CA and TLS_CERTIFICATE need TLS=true")
        return self


class StageSettings(Group):
    workers: int = Field(default=2, ge=1)
    """Worker processes of a stage that computes (cleaner, extractor)."""
    grace_s: float = Field(default=20, ge=0)
    """How long a running batch may take to end when the service is told to stop, seconds."""
    dead_letter_share_max: float = Field(default=0.2, gt=0, le=1)
    """Share of the last 500 documents that may become dead letters. Above it the release is broken: the stage stops."""
    dead_letter_documents_min: int = Field(default=50, ge=1)
    """The share counts from so many documents on, so that one bad first page stops nothing."""
    stuck_s: float = Field(default=60, gt=0)
    """No progress for so long while records wait makes a service unhealthy, seconds."""


class HealthSettings(Group):
    host: str = "127.0.0.1"
    """Address on which /healthz, /readyz and /metrics are served. In a container 0.0.0.0."""
    port: int = Field(default=8080, ge=0, le=65535)
    """Port of the same. 0 takes a free one."""


class LogSettings(Group):
    level: Literal["debug", "info", "warning", "error"] = "info"
    """Lines below this level are not written."""
    format: Literal["auto", "json", "text"] = "auto"
    """`auto`: text on a terminal, else JSON, a line an event."""
    file: Path | None = None
    """Log to this file instead of standard error. `solieu run` sets it, so that its table stays whole."""


class CrawlSettings(Group):
    portals: Path = PORTALS / "vietnam.yaml"
    """The portals file: which sources are followed."""
    contact: str = ""
    """Web or mail address in the User-Agent, where a portal's operator finds whoever runs this crawler. Must be set
    before anything but the sample is crawled."""
    private_networks: tuple[str, ...] = ()
    """Networks that are not on the open Internet and may be crawled all the same, as a JSON list: ["127.0.0.0/8"]."""
    hosts_max: int = Field(default=64, ge=1)
    """Hosts that one crawler asks at once."""
    lease_s: float = Field(default=60, ge=5)
    """A crawler that dies keeps its hosts from the others for so long, seconds."""
    keep_days: int = Field(default=0, ge=0)
    """Age at which days of the archive are removed. 0 keeps all."""
    archive: Path = ROOT / ".solieu" / "archive"
    """Folder of the WARC files: every answer of a portal, from which all later stages can run again."""


class RetentionSettings(Group):
    """What `solieu prune` removes. Ages in days; 0 keeps for ever. (The archive's age is SOLIEU_CRAWL__KEEP_DAYS.)"""

    text_days: int = Field(default=0, ge=0)
    """Texts that were last seen so long ago. Figures, quotes and sentences stay; the text can't be read anew then."""
    dead_letter_days: int = Field(default=180, ge=0)
    """Originals of dead letters that failed so long ago and were retried or dropped."""
    retired_days: int = Field(default=0, ge=0)
    """Readings that were retired so long ago."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        frozen=True,
        extra="ignore",  # a .env file also serves docker compose; names with our prefix are checked by `load`
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
    )

    database_url: Secret[PostgresDsn] | None = None
    """Where observations are kept: postgresql://user:password@host:5432/name. Never shown."""
    database_pgbouncer: bool = False
    """True if that address is pgbouncer's in transaction mode: no prepared statements, no settings of a session."""
    kafka: KafkaSettings = KafkaSettings()
    stage: StageSettings = StageSettings()
    health: HealthSettings = HealthSettings()
    log: LogSettings = LogSettings()
    crawl: CrawlSettings = CrawlSettings()
    retention: RetentionSettings = RetentionSettings()


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as `solieu config` shows it."""

    name: str
    value: str
    """`(hidden)` for a secret that is set, `(not set)` for None."""
    origin: str
    """`default`, `environment`, or the path of the file."""
    help: str


def load(env_file: Path | None = Path(".env")) -> Settings:
    """Settings of the environment and of `env_file` (where it exists). Raises `SettingsError`."""
    environment, file = _given(env_file)
    known = {name for name, _, _ in _walk(Settings)}
    mistakes = [_unknown(name, known) for name in sorted({*environment, *file}) if name not in known]
    if mistakes:
        raise SettingsError(mistakes)
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        raise SettingsError([_mistake(item) for item in error.errors()]) from None


def explain(settings: Settings, env_file: Path | None = Path(".env")) -> list[Setting]:
    """Every setting with its value and where it came from, in the order of this file. Secrets stay hidden."""
    environment, file = _given(env_file)
    lines = []
    for name, path, field in _walk(Settings):
        value: Any = settings
        for step in path:
            value = getattr(value, step)
        origin = "environment" if name in environment else str(env_file) if name in file else "default"
        lines.append(Setting(name, _shown(value), origin, " ".join((field.description or "").split())))
    return lines


def env_example() -> str:
    """The text of .env.example: every setting, commented out at its default, under its explanation."""
    blocks = ["# Settings of Solieu. Copy to .env and uncomment what you change. Made by `python -m shared.settings`."]
    for name, shown, description in described():
        help_lines = [f"# {line.strip()}" for line in description.splitlines()]
        blocks.append("\n".join([*help_lines, f"#{name}={shown}"]))
    return "\n\n".join(blocks) + "\n"


def described() -> Iterator[tuple[str, str, str]]:
    """Name, default and explanation of every setting. Paths are relative to the checkout."""
    for name, _, field in _walk(Settings):
        default = field.get_default()
        yield name, "" if default is None else _shown(default).removeprefix(f"{ROOT}/"), field.description or ""


def _walk(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...], FieldInfo]]:
    """Environment name, attribute path and field of every leaf below `model`."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Group):
            yield from _walk(field.annotation, (*path, name))
        else:
            yield PREFIX + "__".join((*path, name)).upper(), (*path, name), field


def _given(env_file: Path | None) -> tuple[dict[str, str], dict[str, str]]:
    """What the environment and the file say under our prefix, names in capitals."""

    def ours(pairs: Mapping[str, str | None]) -> dict[str, str]:
        named = {name.upper(): value for name, value in pairs.items() if value is not None}
        return {name: v for name, v in named.items() if name.startswith(PREFIX) and name not in NOT_SETTINGS}

    return ours(os.environ), ours(dotenv_values(env_file) if env_file else {})


def _unknown(name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.75)  # the prefix alone makes 0.5
    return f"{name}: no such setting." + (f" Did you mean {near[0]}?" if near else " See .env.example.")


def _mistake(item: Any) -> str:
    """One line of a pydantic error, without the value that was given: it may be a secret."""
    path = [str(step) for step in item["loc"] if not str(step).startswith(("function", "literal"))]
    return f"{PREFIX}{'__'.join(path).upper()}: {item['msg']}"


def _shown(value: object) -> str:
    if value is None:
        return "(not set)"
    if isinstance(value, Secret):
        return "(hidden)"
    return json.dumps(list(value)) if isinstance(value, tuple) else str(value)


def command(arguments: list[str]) -> int:
    """`python -m shared.settings [--check]`: writes .env.example, or says whether it is stale (exit 1)."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m shared.settings [--check]\n")
        return 2
    text = env_example()
    if not arguments:
        ENV_EXAMPLE.write_text(text, encoding="utf-8")
        return 0
    if ENV_EXAMPLE.exists() and ENV_EXAMPLE.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(".env.example is stale: run `python -m shared.settings`\n")
    return 1


if __name__ == "__main__":
    sys.exit(command(sys.argv[1:]))
