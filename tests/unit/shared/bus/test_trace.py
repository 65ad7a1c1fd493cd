from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from shared.bus.api import Message, Record
from shared.bus.dead_letters import Failure, dead_letter
from shared.bus.trace import HEADER, begun, continued


def message(event_id: str) -> Message:
    return Message("t", None, b"", (("ce_id", event_id.encode()), begun(event_id)))


def record(*headers: tuple[str, bytes]) -> Record:
    return Record("t", 0, 0, None, b"", headers)


def test_a_trace_begins_in_the_form_of_the_standard_and_the_same_again() -> None:
    name, value = begun("page-1-0")
    assert name == "traceparent"
    assert re.fullmatch(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-01", value)
    assert begun("page-1-0") == (name, value)
    assert begun("page-2-0") != (name, value)


def test_what_a_record_leads_to_is_in_its_trace_with_a_span_of_its_own() -> None:
    cause = begun("page-1-0")
    first, second = (continued(message(event_id), record(cause)) for event_id in ("a", "b"))
    parts = [dict(each.headers)[HEADER].split(b"-") for each in (first, second)]
    assert {part[1] for part in parts} == {cause[1].split(b"-")[1]}
    assert len({part[2] for part in parts} | {cause[1].split(b"-")[2]}) == 3
    assert dict(first.headers)["ce_id"] == b"a"
    assert len(first.headers) == 2


def test_a_dead_letter_is_in_the_trace_of_its_original() -> None:
    cause = begun("page-1-0")
    letter = dead_letter(record(cause), Failure("poison", "x"), stage="s", at=datetime(2024, 1, 5, tzinfo=UTC))
    assert dict(letter.headers)[HEADER].split(b"-")[1] == cause[1].split(b"-")[1]


@pytest.mark.parametrize("bad", [b"", b"\xff", b"00-zz-11-01", b"00-" + b"a" * 32])
def test_a_parent_that_cannot_be_read_begins_a_new_trace(bad: bytes) -> None:
    assert continued(message("a"), record((HEADER, bad))) == message("a")
    assert continued(message("a"), record()) == message("a")
