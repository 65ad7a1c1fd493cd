"""The generated contracts: fresh, valid, and only ever extended."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
from typing import Any

import jsonschema
import pytest

from shared import paths, schemas
from shared.events import EVENTS, ArticleDiscarded, Event
from tests.unit.shared.samples import SAMPLES

LOCAL = paths.DEPLOY / "local"


def test_the_generated_files_are_fresh_and_break_no_reader_of_the_last_release() -> None:
    assert schemas.problems() == []


def test_there_is_no_file_of_an_event_that_is_gone() -> None:
    assert {path.name for path in paths.SCHEMAS.glob("*.json")} == {path.name for path in schemas.files()}


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: type(event).__name__)
def test_what_is_published_is_valid_by_its_schema(event: Event) -> None:
    schema = schemas.event_schema(type(event))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(event.model_dump_json()), schema)


def test_every_event_has_a_sample() -> None:
    assert {type(event) for event in SAMPLES} == set(EVENTS)


OLD: dict[str, Any] = {
    "type": "object",
    "required": ["a", "kind", "inner"],
    "properties": {
        "a": {"type": "string"},
        "b": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None},
        "kind": {"$ref": "#/$defs/Kind"},
        "inner": {"$ref": "#/$defs/Inner"},
    },
    "$defs": {
        "Kind": {"enum": ["x", "y"], "type": "string"},
        "Inner": {"type": "object", "properties": {"n": {"type": "number"}}},
    },
}


def changed(*path: str, to: object) -> dict[str, Any]:
    new = copy.deepcopy(OLD)
    place = new
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return new


@pytest.mark.parametrize(
    "new",
    [
        OLD,
        changed("properties", "c", to={"type": "string", "default": ""}),
        changed("$defs", "Inner", "properties", "m", to={"type": "string"}),
        changed("properties", "a", to={"type": "string", "description": "Words."}),
        changed("properties", "inner", to=OLD["$defs"]["Inner"]),
    ],
    ids=["same", "optional field", "optional field within", "description", "inlined"],
)
def test_an_extension_breaks_nobody(new: dict[str, Any]) -> None:
    assert schemas.breaks(OLD, new) == []


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (changed("properties", "a", to={"type": "integer"}), "$.a.type was 'string', is 'integer'"),
        (changed("required", to=["a", "kind"]), "$ required ['a', 'inner', 'kind'], requires ['a', 'kind']"),
        (changed("required", to=["a", "b", "inner", "kind"]), "$ required"),
        (changed("$defs", "Kind", "enum", to=["x", "y", "z"]), "$.kind.enum was ['x', 'y'], is ['x', 'y', 'z']"),
        (changed("$defs", "Inner", "properties", to={}), "$.inner.n is gone"),
        (changed("properties", "b", "anyOf", to=[{"type": "integer"}]), "$.b.anyOf"),
        (changed("additionalProperties", to=False), "$.additionalProperties was None, is False"),
    ],
    ids=["type", "no longer required", "newly required", "word in a closed set", "gone", "not null", "closed"],
)
def test_anything_else_is_named(new: dict[str, Any], why: str) -> None:
    [found] = schemas.breaks(OLD, new)
    assert found.startswith(why)


def test_the_check_names_a_stale_file_and_a_break(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "SCHEMAS", tmp_path)
    monkeypatch.setattr(schemas, "RELEASED", tmp_path / "released")
    assert schemas.command(["--release"]) == 0
    assert schemas.command(["--check"]) == 0
    (tmp_path / "asyncapi.json").write_text("{}")
    name = f"{ArticleDiscarded.TYPE}.json"
    released = json.loads((tmp_path / "released" / name).read_text())
    released["properties"]["lost"] = {"type": "string"}
    (tmp_path / "released" / name).write_text(json.dumps(released))
    assert schemas.problems() == [
        "asyncapi.json is stale: run `make schemas`",
        f"{ArticleDiscarded.TYPE}: $.lost is gone. Make it a new version of the type",
    ]


def test_the_official_parser_accepts_the_asyncapi_document() -> None:
    required = os.environ.get("REQUIRE_KAFKA") == "1"  # CI, where nothing may be skipped
    missing = ""
    if shutil.which("npm") is None:
        missing = "no `npm` on this machine"
    elif not (LOCAL / "node_modules" / "@asyncapi" / "parser").exists():
        install = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"]
        done = subprocess.run(install, cwd=LOCAL, capture_output=True, text=True, check=False, timeout=240)
        missing = f"npm could not fetch @asyncapi/parser: {done.stderr[-200:]}" if done.returncode else ""
    if missing:
        (pytest.fail if required else pytest.skip)(missing)
    checked = subprocess.run(
        ["node", "check-asyncapi.mjs"], cwd=LOCAL, capture_output=True, text=True, check=False, timeout=120
    )
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.startswith("valid: AsyncAPI 3.0.0, 4 channels")
