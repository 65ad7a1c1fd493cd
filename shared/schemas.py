"""JSON Schemas of every event and the AsyncAPI 3 document, generated from shared/events.py into deploy/schemas.

    python -m shared.schemas              writes them (`make schemas`)
    python -m shared.schemas --check      exit 1 if they are stale, or break what a reader of the last release accepts
    python -m shared.schemas --release    freezes today's as deploy/schemas/released: the next changes are held to them

Our own few lines, since generators of frameworks were tried and say wrong things of batches, headers, keys and groups.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from shared import paths
from shared.bus.topics import RETENTION_DAYS, TOPICS, Topic
from shared.events import EVENTS, Event
from shared.settings import KafkaSettings

Json = dict[str, Any]

RELEASED: Final = paths.SCHEMAS / "released"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
KAFKA_BINDING: Final = "0.5.0"
ANNOTATIONS: Final = frozenset({"title", "description", "default", "examples", "$id", "$schema"})
"""Keys that say nothing about what is accepted."""
HEADERS: Final[Json] = {
    "type": "object",
    "description": "CloudEvents 1.0 in the Kafka binary binding, each value as UTF-8.",
    "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time", "content-type"],
    "properties": {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {"type": "string", "description": "Equal for equal content: a reader drops what it has seen."},
        "ce_type": {"type": "string"},
        "ce_source": {"type": "string", "description": "/solieu/ and the service that published it."},
        "ce_subject": {"type": "string", "description": "The key: the article's id (a dead letter's own id)."},
        "ce_time": {"type": "string", "format": "date-time"},
        "content-type": {"type": "string", "const": "application/json"},
        "traceparent": {
            "type": "string",
            "description": "W3C Trace Context: one trace from a page to its figures.",
        },
    },
}


def event_schema(event: type[Event]) -> Json:
    """JSON Schema of what is published as `event`. Fields with a default are not required: older messages lack them."""
    schema = event.model_json_schema(mode="serialization")
    return {"$schema": DIALECT, "$id": f"urn:{event.TYPE.replace('.', ':')}", **schema}


def asyncapi() -> Json:
    """The AsyncAPI 3 document: a channel a topic with its messages, headers and keys; who sends, who reads."""
    _, shared = models_json_schema(
        [(event, "serialization") for event in EVENTS], ref_template="#/components/schemas/{model}"
    )
    services = sorted({name for topic in TOPICS for name in (*topic.published_by, *topic.read_by)})
    operations = {}
    for topic in TOPICS:
        for service in services:
            if service in topic.published_by:
                operations[f"{service}_send_{topic.name}"] = _operation("send", topic, service)
            if service in topic.read_by:
                operations[f"{service}_receive_{topic.name}"] = _operation("receive", topic, service)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Solieu",
            "version": "1",
            "description": "The figures that Viet Nam's provincial portals publish, as traceable observations. "
            "An article's events share its id as key, and so keep their order.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": operations,
        "components": {
            "messages": {event.__name__: _message(event) for event in EVENTS},
            "schemas": shared["$defs"],
        },
    }


def breaks(old: Json, new: Json) -> list[str]:
    """Why `new` is no mere extension of `old`; empty if it is. Both are whole schemas with their `$defs`.

    Only optional properties may be added. All else breaks a reader of the last release (a type, a word more in a closed
    set) or a reader of today that meets an older message (a field that is now required)."""
    return _breaks(old, new, old, new, "$")


def files() -> dict[Path, str]:
    """Every generated file, and what belongs in it."""
    documents = {f"{event.TYPE}.json": event_schema(event) for event in EVENTS} | {"asyncapi.json": asyncapi()}
    return {paths.SCHEMAS / name: _text(document) for name, document in documents.items()}


def problems() -> list[str]:
    """What `--check` finds."""
    found = [
        f"{path.name} is stale: run `make schemas`"
        for path, text in files().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    today = {f"{event.TYPE}.json": event_schema(event) for event in EVENTS}
    for path in sorted(RELEASED.glob("*.json")):
        if path.name not in today:
            found.append(f"{path.stem}: released, and gone. Its messages are still on the topics")
            continue
        reasons = breaks(json.loads(path.read_text(encoding="utf-8")), today[path.name])
        found += [f"{path.stem}: {reason}. Make it a new version of the type" for reason in reasons]
    return found


def _channel(topic: Topic) -> Json:
    events = [event.__name__ for event in EVENTS if topic.name == event.TOPIC]
    return {
        "address": topic.name,
        "description": topic.about,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in events},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions or KafkaSettings().partitions,
                "replicas": KafkaSettings().replicas,
                "topicConfiguration": {
                    "retention.ms": RETENTION_DAYS * 86_400_000,
                    "max.message.bytes": topic.bytes_max,
                },
                "bindingVersion": KAFKA_BINDING,
            }
        },
    }


def _message(event: type[Event]) -> Json:
    typed = {**HEADERS["properties"], "ce_type": {"type": "string", "const": event.TYPE}}
    return {
        "name": event.TYPE,
        "title": event.__name__,
        "summary": " ".join((event.__doc__ or "").split()),
        "contentType": "application/json",
        "headers": {**HEADERS, "properties": typed},
        "payload": {"$ref": f"#/components/schemas/{event.__name__}"},
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": KAFKA_BINDING}},
    }


def _operation(action: str, topic: Topic, service: str) -> Json:
    operation: Json = {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "tags": [{"name": service}],
    }
    if action == "receive":
        group = {"type": "string", "const": f"solieu.{service}"}
        operation["bindings"] = {"kafka": {"groupId": group, "bindingVersion": KAFKA_BINDING}}
    return operation


def _breaks(old: Any, new: Any, old_root: Json, new_root: Json, where: str) -> list[str]:
    if not isinstance(old, dict) or not isinstance(new, dict):
        return [] if old == new else [f"{where} was {old!r}, is {new!r}"]
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    found = []
    for key in sorted((old.keys() | new.keys()) - ANNOTATIONS - {"properties", "$defs", "required"}):
        before, after = old.get(key), new.get(key)
        if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
            for index, (one, other) in enumerate(zip(before, after, strict=True)):
                found += _breaks(one, other, old_root, new_root, f"{where}.{key}[{index}]")
        else:
            found += _breaks(before, after, old_root, new_root, f"{where}.{key}")
    if set(old.get("required", ())) != set(new.get("required", ())):
        found.append(f"{where} required {sorted(old.get('required', ()))}, requires {sorted(new.get('required', ()))}")
    mine, theirs = old.get("properties", {}), new.get("properties", {})
    for name, schema in mine.items():
        if name not in theirs:
            found.append(f"{where}.{name} is gone")
        else:
            found += _breaks(schema, theirs[name], old_root, new_root, f"{where}.{name}")
    return found


def _resolved(schema: Json, root: Json) -> Json:
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


def _text(document: Json) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def command(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"], ["--release"]):
        sys.stderr.write("usage: python -m shared.schemas [--check | --release]\n")
        return 2
    if arguments == ["--check"]:
        found = problems()
        sys.stderr.writelines(f"{line}\n" for line in found)
        return 1 if found else 0
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if arguments == ["--release"] and path.name != "asyncapi.json":
            RELEASED.mkdir(exist_ok=True)
            (RELEASED / path.name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(command(sys.argv[1:]))
