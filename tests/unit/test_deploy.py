"""The files under deploy/ and docker-compose.yml against the code: what they name must be there."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from shared import metrics
from shared.events import MESSAGE_BYTES_MAX
from shared.paths import DEPLOY, ROOT
from shared.settings import Settings, _walk

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
RULES: dict[str, Any] = yaml.safe_load((DEPLOY / "prometheus" / "rules" / "solieu.yml").read_text(encoding="utf-8"))
ALERTS: list[dict[str, Any]] = [rule for group in RULES["groups"] for rule in group["rules"]]
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana" / "dashboards" / "solieu.json").read_text(encoding="utf-8"))
BUILDER = "image"
OURS = [name for name, service in COMPOSE["services"].items() if "solieu:" in service["image"] and name != BUILDER]


def _known_metrics() -> set[str]:
    return {
        sample.name + suffix
        for collector in vars(metrics).values()
        if isinstance(collector, MetricWrapperBase)
        for sample in collector.describe()
        for suffix in {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(sample.type, ("",))
    }


def _expressions() -> list[str]:
    panels = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    return panels + [alert["expr"] for alert in ALERTS]


@pytest.mark.parametrize("expression", _expressions())
def test_alerts_and_panels_read_metrics_that_exist(expression: str) -> None:
    assert set(re.findall(r"solieu_\w+", expression)) <= _known_metrics()


def test_every_alert_is_explained_in_the_manual() -> None:
    manual = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    missing = [alert["alert"] for alert in ALERTS if f"### {alert['alert']}" not in manual]
    assert missing == []


def test_the_image_holds_every_data_folder_that_the_code_reads() -> None:
    sources = "".join(
        file.read_text(encoding="utf-8") for room in ("services", "shared") for file in (ROOT / room).rglob("*.py")
    )
    folders = set(re.findall(r'DEPLOY / "(\w+)"', sources)) - {"schemas"}  # written by a developer, read by nobody
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert {"portals", "profiles"} <= folders
    for folder in folders:
        assert f"!deploy/{folder}" in ignored
        assert f"COPY deploy/{folder} /app/deploy/{folder}" in dockerfile


def test_compose_sets_only_settings_that_exist() -> None:
    known = {name for name, _, _ in _walk(Settings)}
    for name in OURS:
        given = {key for key in COMPOSE["services"][name]["environment"] if key.startswith("SOLIEU_")}
        assert given <= known, name


def test_what_reads_strangers_pages_cannot_reach_the_world() -> None:
    assert [name for name in OURS if "outside" in COMPOSE["services"][name]["networks"]] == ["crawler"]
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_the_image_is_built_once_and_before_what_runs_it() -> None:
    """Newer compose builds all services at once: several builds of one tag collide there."""
    services = COMPOSE["services"]
    assert [name for name, service in services.items() if "build" in service] == [BUILDER]

    def follows(name: str) -> bool:
        return name == BUILDER or any(follows(before) for before in services[name].get("depends_on", {}))

    assert [name for name in OURS if not follows(name)] == []


def test_what_env_may_hold_for_compose_is_no_setting_of_ours() -> None:
    """A .env beside docker-compose.yml is read by `make run` too, which refuses SOLIEU_ names that it does not know."""
    named = re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    assert [name for name in named if name.startswith("SOLIEU_")] == []


def test_our_containers_are_shut_in() -> None:
    for name in OURS:
        service = COMPOSE["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
        assert "mem_limit" in service


def test_nothing_is_published_beyond_loopback() -> None:
    for service in COMPOSE["services"].values():
        assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", []))


def test_the_broker_takes_the_largest_message() -> None:
    environment = COMPOSE["services"]["kafka"]["environment"]
    assert environment["KAFKA_MESSAGE_MAX_BYTES"] >= MESSAGE_BYTES_MAX


def test_a_stopping_service_gets_longer_than_its_grace() -> None:
    for name in ("crawler", "cleaner", "extractor", "writer"):
        assert int(COMPOSE["services"][name]["stop_grace_period"].removesuffix("s")) > Settings().stage.grace_s


def test_older_compose_reads_it_too() -> None:
    """docker-compose 1.29 rejects a top-level name, start_interval and depends_on.required."""
    assert "name" not in COMPOSE
    for service in COMPOSE["services"].values():
        assert "start_interval" not in service.get("healthcheck", {})
        assert all("required" not in rule for rule in service.get("depends_on", {}).values())


def test_grafana_finds_its_dashboard_and_its_data() -> None:
    provisioning = DEPLOY / "grafana" / "provisioning"
    source = yaml.safe_load((provisioning / "datasources" / "prometheus.yml").read_text())["datasources"][0]
    provider = yaml.safe_load((provisioning / "dashboards" / "solieu.yml").read_text())["providers"][0]
    mounts = COMPOSE["services"]["grafana"]["volumes"]
    assert f"./deploy/grafana/dashboards:{provider['options']['path']}:ro" in mounts
    assert {panel["datasource"]["uid"] for panel in DASHBOARD["panels"]} == {source["uid"]}
