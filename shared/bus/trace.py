"""W3C Trace Context on messages: what comes of a page, through every stage, is one trace.

Ids are functions of the events' ids, so a replay gives the same trace. https://www.w3.org/TR/trace-context/
"""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import blake2b
from typing import Final

from shared.bus.api import Message, Record

HEADER: Final = "traceparent"
_FORM: Final = re.compile(rb"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_SAMPLED: Final = "01"


def begun(event_id: str) -> tuple[str, bytes]:
    """The header of an event that nothing led to: the trace begins with it."""
    return HEADER, _parent(blake2b(event_id.encode(), digest_size=16).hexdigest(), event_id)


def continued(message: Message, cause: Record) -> Message:
    """`message` in the trace of the record that led to it; as it is where that has none, or none that can be read."""
    trace = next(
        (found[1].decode() for name, value in cause.headers if name == HEADER if (found := _FORM.fullmatch(value))),
        None,
    )
    event_id = dict(message.headers).get("ce_id", b"").decode()
    if trace is None or not event_id:
        return message
    others = (header for header in message.headers if header[0] != HEADER)
    return replace(message, headers=(*others, (HEADER, _parent(trace, event_id))))


def _parent(trace: str, event_id: str) -> bytes:
    span = blake2b(event_id.encode(), digest_size=8).hexdigest()
    return f"00-{trace}-{span}-{_SAMPLED}".encode()
