"""Dead letters, their limit, and what a topic takes."""

from __future__ import annotations

import pytest

from shared.bus.api import Message, Record
from shared.bus.codec import NotAnEvent, decode, encode
from shared.bus.dead_letters import Failure, Limit, TooManyDeadLetters, dead_letter
from shared.bus.topics import TOPICS, fits
from shared.events import DEAD_LETTERS, EVENTS, MESSAGE_BYTES_MAX, PAGES_FETCHED, Event
from tests.unit.shared.samples import AT, SAMPLES

BAD = Failure("poison", "ValueError: no")


def test_below_the_minimum_nothing_stops_a_stage() -> None:
    Limit(share_max=0.2, documents_min=10).check([BAD] * 9)


def test_from_the_minimum_on_the_share_counts() -> None:
    limit = Limit(share_max=0.2, documents_min=10)
    limit.check([None] * 8 + [BAD] * 2)  # just 20 %
    with pytest.raises(TooManyDeadLetters, match=r"3 of the last 11 documents failed \(limit 20%\); last: ValueError"):
        limit.check([BAD])


def test_only_the_last_500_count() -> None:
    limit = Limit(share_max=0.2, documents_min=10)
    limit.check([None] * 10_000)
    with pytest.raises(TooManyDeadLetters, match="101 of the last 500"):
        limit.check([BAD] * 101)


def test_the_same_poison_is_one_letter_wherever_it_lay() -> None:
    one = Record("t", 0, 1, b"k", b"v")
    same, other = Record("t", 2, 9, b"k", b"v"), Record("t", 0, 1, b"k", b"w")
    ids = [dead_letter(r, BAD, stage="s", at=AT).key for r in (one, same, other)]
    assert ids[0] == ids[1] != ids[2]


def test_the_largest_message_fits_as_a_dead_letter() -> None:
    value = b"\xff" * (MESSAGE_BYTES_MAX - 1_100)
    record = Record(PAGES_FETCHED, 0, 0, b"k" * 32, value)
    assert fits(Message(PAGES_FETCHED, record.key, value))
    letter = dead_letter(record, Failure("poison", "x" * 10_000), stage="cleaner", at=AT)
    assert fits(letter)
    assert not fits(Message(PAGES_FETCHED, None, value + b"\xff" * 1_200))


def test_headers_count_towards_a_message_s_size() -> None:
    room = MESSAGE_BYTES_MAX - 2_000
    assert fits(Message("t", None, bytes(room)))
    assert not fits(Message("t", None, bytes(room), (("x", bytes(2_000)),)))


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: type(event).__name__)
def test_an_event_comes_back_as_it_went(event: Event) -> None:
    sent = encode(event, source="test", at=AT)
    assert decode(Record(sent.topic, 0, 0, sent.key, sent.value, sent.headers)) == event
    assert dict(sent.headers)["ce_source"] == b"/solieu/test"


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ((), "0 ce_type headers"),
        ((("ce_type", b"a"), ("ce_type", b"b")), "2 ce_type headers"),
        ((("ce_type", b"solieu.page.fetched.v9"),), "unknown ce_type"),
        ((("ce_type", b"\xff"),), "unknown ce_type"),
    ],
)
def test_what_is_no_event_is_named(headers: tuple[tuple[str, bytes], ...], says: str) -> None:
    with pytest.raises(NotAnEvent, match=says):
        decode(Record("t", 0, 0, None, b"{}", headers))


def test_every_event_has_a_topic_of_the_list() -> None:
    assert {event.TOPIC for event in EVENTS} == {topic.name for topic in TOPICS}


def test_the_topics_say_who_reads_them() -> None:
    from services.cleaner.stage import CLEANER
    from services.extractor.stage import EXTRACTOR
    from services.writer.stage import WRITER

    for stage in (CLEANER, EXTRACTOR, WRITER):
        assert {topic.name for topic in TOPICS if stage.name in topic.read_by} == set(stage.sources)
        assert stage.name in next(topic for topic in TOPICS if topic.name == DEAD_LETTERS).published_by
