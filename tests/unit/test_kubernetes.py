"""The manifests under deploy/kubernetes: valid by Kubernetes' own schemas, and saying what docker-compose.yml says.

Read as they lie there, before kustomize adds the namespace and the settings' hash."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import kubernetes_validate
import pytest
import yaml
from aiohttp import ClientSession
from dotenv import dotenv_values

from shared import health
from shared.paths import DEPLOY, ROOT
from shared.settings import HealthSettings, Settings, described, load

FOLDER = DEPLOY / "kubernetes"
BASE, EXAMPLE = FOLDER / "base", FOLDER / "example"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
SERVICES = ("crawler", "cleaner", "extractor", "writer")
SAMPLE_ONLY = {"SOLIEU_CRAWL__PRIVATE_NETWORKS"}
"""What compose sets for the bundled sample, which is not run here."""
VERSIONS = ("1.28", "1.33", "1.37")
"""Kubernetes' own, from some two years back to the newest that the schemas know."""


def read(path: Any) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


KUSTOMIZATION: dict[str, Any] = read(BASE / "kustomization.yaml")[0]
OVERLAY: dict[str, Any] = read(EXAMPLE / "kustomization.yaml")[0]
SECRET: dict[str, Any] = read(EXAMPLE / "database.example.yaml")[0]
RESOURCES = [resource for file in KUSTOMIZATION["resources"] for resource in read(BASE / file)]
SETTINGS = {name: value or "" for name, value in dotenv_values(BASE / "settings.env").items()}


def named(resource: dict[str, Any]) -> str:
    return f"{resource['kind']}/{resource['metadata']['name']}"


def deployment(name: str) -> dict[str, Any]:
    return next(each for each in RESOURCES if named(each) == f"Deployment/{name}")


def pods() -> dict[str, dict[str, Any]]:
    """The pod's specification of each resource that has one."""
    found = {}
    for each in RESOURCES:
        spec = each["spec"].get("jobTemplate", each)["spec"]
        if "template" in spec:
            found[named(each)] = spec["template"]["spec"]
    return found


def containers() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each container with the service of docker-compose.yml that has its name."""
    for pod in pods().values():
        for container in pod["containers"]:
            yield container, COMPOSE[container["name"]]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("resource", [*RESOURCES, SECRET], ids=named)
def test_schemas_take_it(resource: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(resource, version, strict=True)


def test_schemas_would_refuse_a_misspelt_field() -> None:
    wrong = copy.deepcopy(deployment("crawler"))
    wrong["spec"]["template"]["spec"]["containers"][0]["livenessprobe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


def test_kustomize_is_told_of_every_file() -> None:
    assert sorted([*KUSTOMIZATION["resources"], "kustomization.yaml", "settings.env"]) == sorted(
        path.name for path in BASE.iterdir()
    )
    assert [(EXAMPLE / path).resolve() for path in OVERLAY["resources"]] == [BASE]
    assert KUSTOMIZATION["namespace"] == OVERLAY["namespace"]


def test_every_setting_that_is_named_exists() -> None:
    known = {name for name, _, _ in described()}
    for path in FOLDER.rglob("*.*"):
        assert set(re.findall(r"\bSOLIEU_\w*[A-Z]\b", path.read_text(encoding="utf-8"))) <= known, path


def test_the_settings_are_composes_and_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {key for name in (*SERVICES, "prune") for key in COMPOSE[name]["environment"] if key.startswith("SOLIEU_")}
    assert set(SETTINGS) | {"SOLIEU_DATABASE_URL"} == given - SAMPLE_ONLY
    yours = dict(line.split("=", 1) for line in OVERLAY["configMapGenerator"][0]["literals"])
    for name, value in {**SETTINGS, **yours, "SOLIEU_DATABASE_URL": SECRET["stringData"]["uri"]}.items():
        monkeypatch.setenv(name, value)
    settings = load(None)
    assert settings.crawl.contact
    assert (DEPLOY / "portals" / settings.crawl.portals.name).exists()


def test_each_of_composes_services_runs_and_nothing_else() -> None:
    assert sorted(pods()) == sorted([*(f"Deployment/{name}" for name in SERVICES), "Job/prepare", "CronJob/prune"])
    assert [container["name"] for container in pods()["Job/prepare"]["containers"]] == ["topics", "migrate"]
    for container, service in containers():
        assert f"${{IMAGE:-{container['image']}}}" == service["image"]
        every = ["--every", "24"] if container["name"] == "prune" else []  # the CronJob comes again by itself
        assert container["command"] + every == service["command"]
        assert container["resources"]["limits"] == {"memory": service["mem_limit"].upper() + "i"}
    assert OVERLAY["images"][0]["name"] == deployment("writer")["spec"]["template"]["spec"]["containers"][0][
        "image"
    ].removesuffix(":local")


def test_the_database_is_known_to_those_who_need_it() -> None:
    reference = {"name": SECRET["metadata"]["name"], "key": next(iter(SECRET["stringData"]))}
    knowing = []
    for container, _ in containers():
        assert container["envFrom"] == [{"configMapRef": {"name": KUSTOMIZATION["configMapGenerator"][0]["name"]}}]
        if "env" in container:
            knowing.append(container["name"])
            assert container["env"] == [{"name": "SOLIEU_DATABASE_URL", "valueFrom": {"secretKeyRef": reference}}]
    assert knowing == ["migrate", "crawler", "writer", "prune"]


def test_no_secret_lies_in_git() -> None:
    assert [each for each in RESOURCES if each["kind"] == "Secret"] == []
    assert "://solieu:PASSWORD@" in SECRET["stringData"]["uri"]


@pytest.mark.parametrize("name", SERVICES)
async def test_health_is_asked_where_the_service_answers(name: str) -> None:
    template = deployment(name)["spec"]["template"]
    container = template["spec"]["containers"][0]
    (port,) = container["ports"]
    compose = re.search(r"127\.0\.0\.1:(\d+)/healthz", COMPOSE[name]["healthcheck"]["test"][-1])
    assert compose
    assert port["containerPort"] == int(compose[1]) == Settings().health.port
    note = template["metadata"]["annotations"]
    assert note["prometheus.io/scrape"] == "true"
    assert note["prometheus.io/port"] == str(port["containerPort"])
    asked = {note["prometheus.io/path"]}
    for probe in (container["livenessProbe"], container["readinessProbe"]):
        assert probe["httpGet"]["port"] == port["name"]
        asked.add(probe["httpGet"]["path"])
    well = health.Progress(name)
    well.joined.set()
    async with (
        health.serve([well], HealthSettings(port=0), stuck_s=60) as served,
        ClientSession(f"http://127.0.0.1:{served}") as client,
    ):
        assert {path: (await client.get(path)).status for path in asked} == dict.fromkeys(asked, 200)


async def test_a_broken_release_is_not_started_again_but_not_ready() -> None:
    container = deployment("extractor")["spec"]["template"]["spec"]["containers"][0]
    broken = health.Progress("extractor", failed="broken release: 100 of 500")
    broken.joined.set()
    async with (
        health.serve([broken], HealthSettings(port=0), stuck_s=60) as served,
        ClientSession(f"http://127.0.0.1:{served}") as client,
    ):
        assert (await client.get(container["livenessProbe"]["httpGet"]["path"])).status == 200
        assert (await client.get(container["readinessProbe"]["httpGet"]["path"])).status == 503


@pytest.mark.parametrize("name", SERVICES)
def test_a_stopping_service_gets_as_long_as_in_compose(name: str) -> None:
    given = deployment(name)["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    assert f"{given}s" == COMPOSE[name]["stop_grace_period"]
    assert given > Settings().stage.grace_s


def test_pods_are_shut_in_as_composes_containers() -> None:
    user = re.search(r"^USER (\d+):(\d+)$", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert user
    for pod in pods().values():
        assert (
            pod["securityContext"].items()
            >= {
                "runAsNonRoot": True,
                "runAsUser": int(user[1]),
                "runAsGroup": int(user[2]),
                "seccompProfile": {"type": "RuntimeDefault"},
            }.items()
        )
        assert pod["automountServiceAccountToken"] is pod["enableServiceLinks"] is False
        assert pod["shareProcessNamespace"] is True
    for container, _ in containers():
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"name": "tmp", "mountPath": "/tmp"} in container["volumeMounts"]


def test_the_archive_lies_where_the_image_writes_it() -> None:
    pod = pods()["Deployment/crawler"]
    mount = next(each for each in pod["containers"][0]["volumeMounts"] if each["name"] == "archive")
    claim = next(each for each in pod["volumes"] if each["name"] == "archive")["persistentVolumeClaim"]["claimName"]
    assert f"SOLIEU_CRAWL__ARCHIVE={mount['mountPath']}" in (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert f"archive:{mount['mountPath']}" in COMPOSE["crawler"]["volumes"]
    assert f"PersistentVolumeClaim/{claim}" in map(named, RESOURCES)
    assert pod["securityContext"]["fsGroup"] == pod["securityContext"]["runAsGroup"]


def test_only_the_crawler_leads_out() -> None:
    (policy,) = [each["spec"] for each in RESOURCES if each["kind"] == "NetworkPolicy"]
    (rule,) = policy["podSelector"]["matchExpressions"]
    components = {name.partition("/")[2] for name in pods()}
    assert rule["operator"] == "In"
    assert set(rule["values"]) == components - {"crawler"}
    assert policy["policyTypes"] == ["Egress"]
    assert [list(target) for opening in policy["egress"] for target in opening["to"]] == [["namespaceSelector"]]


@pytest.mark.parametrize("name", SERVICES[1:])
def test_services_differ_in_nothing_but_name_memory_database_and_archive(name: str) -> None:
    def common(name: str) -> dict[str, Any]:
        found: dict[str, Any] = yaml.safe_load(yaml.safe_dump(deployment(name)).replace(name, "NAME"))
        found["spec"].pop("strategy", None)
        pod = found["spec"]["template"]["spec"]
        for of_the_archive in ("fsGroup", "fsGroupChangePolicy"):
            pod["securityContext"].pop(of_the_archive, None)
        pod["volumes"] = [each for each in pod["volumes"] if each["name"] == "tmp"]
        (container,) = pod["containers"]
        container["volumeMounts"] = [each for each in container["volumeMounts"] if each["name"] == "tmp"]
        container.pop("env", None)
        del container["resources"]
        return found

    assert common(name) == common("crawler")
