"""Events to messages and records to events: CloudEvents 1.0 in the Kafka binary binding, JSON values."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from shared.bus import trace
from shared.bus.api import Message, Record
from shared.events import EVENTS, Event, headers

_BY_TYPE: Final[dict[str, type[Event]]] = {event.TYPE: event for event in EVENTS}


class NotAnEvent(ValueError):
    """The record carries no event that this release knows. A pure stage lets it out: the record is poison."""


def encode(event: Event, *, source: str, at: datetime) -> Message:
    """`event` as a message on its own topic and key. `source` names the stage (`cleaner`); `at` has a zone."""
    return Message(
        topic=event.TOPIC,
        key=event.key.encode(),
        value=event.model_dump_json().encode(),
        headers=(*headers(event, f"/solieu/{source}", at), trace.begun(event.event_id)),
    )


def event_type(record: Record) -> type[Event]:
    """The model that the record's `ce_type` header names. Cheap: the value is not read. Raises `NotAnEvent`."""
    named = [value for name, value in record.headers if name == "ce_type"]
    if len(named) != 1:
        raise NotAnEvent(f"{len(named)} ce_type headers, one is needed")
    kind = _BY_TYPE.get(named[0].decode("utf-8", "replace"))
    if kind is None:
        raise NotAnEvent(f"unknown ce_type {named[0][:80]!r}")
    return kind


def decode(record: Record) -> Event:
    """The event in `record`. Raises `NotAnEvent`, and pydantic's `ValidationError` (a ValueError) for a bad value."""
    return event_type(record).model_validate_json(record.value)
