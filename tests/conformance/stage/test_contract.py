"""The contract itself: a pure stage and a sink that keep it, and stages that break it and are caught."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from shared.bus.api import Message, Record, Rejected, Stage, Write
from shared.bus.codec import decode, encode
from shared.bus.trace import begun
from shared.events import ARTICLES_CLEANED, PAGES_FETCHED, ArticleDiscarded
from shared.settings import Settings
from tests.conformance.stage.contract import ListeningBus, StageContract, new_bus

AT = datetime(2024, 1, 5, 8, tzinfo=UTC)


def message(topic: str, value: bytes) -> Message:
    return Message(topic, b"article", value, (("ce_type", b"test"), begun("page"), ("odd", b"\xff\x00")))


def core(record: Record) -> list[Message]:
    if record.value == b"poison":
        raise ValueError("cannot be read")
    if record.value == b"empty":
        return []
    event = ArticleDiscarded(
        page_id=record.value.decode(), article_id="a", url="u", portal="p", fetched_at=AT, reason="listing"
    )
    return [encode(event, source="example", at=AT)]


class TestAPureStage(StageContract):
    stage = Stage("example", (PAGES_FETCHED,), work=core)
    good = message(PAGES_FETCHED, b"good")
    discarded = message(PAGES_FETCHED, b"empty")
    poison = message(PAGES_FETCHED, b"poison")


STORE: Counter[object] = Counter()


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Write]:
    async def write(records: Sequence[Record]) -> None:
        STORE.update({record.value: 1 for record in records if record.value == b"good" and not STORE[b"good"]})
        bad = {n: "no such column" for n, record in enumerate(records) if record.value == b"poison"}
        if bad:
            raise Rejected(bad)

    yield write


class TestASink(StageContract):
    stage = Stage("example-sink", (ARTICLES_CLEANED,), open=open_store)
    good = message(ARTICLES_CLEANED, b"good")
    discarded = message(ARTICLES_CLEANED, b"empty")
    poison = message(ARTICLES_CLEANED, b"poison")

    @pytest.fixture(autouse=True)
    def _empty(self) -> None:
        STORE.clear()

    async def effects(self, bus: ListeningBus, settings: Settings) -> Counter[object]:
        return Counter(STORE)


def forgetful(record: Record) -> list[Message]:
    return [] if record.value == b"poison" else core(record)


def random_ids(record: Record) -> list[Message]:
    import uuid

    return core(Record(record.topic, record.partition, record.offset, record.key, uuid.uuid4().hex.encode()))


class _SwallowsPoison(StageContract):
    stage = Stage("swallows", (PAGES_FETCHED,), work=forgetful)
    good, discarded, poison = TestAPureStage.good, TestAPureStage.discarded, TestAPureStage.poison


class _SaysSomethingElseTheSecondTime(StageContract):
    stage = Stage("random", (PAGES_FETCHED,), work=random_ids)
    good, discarded, poison = TestAPureStage.good, TestAPureStage.discarded, TestAPureStage.poison


async def test_a_stage_that_drops_poison_is_caught() -> None:
    contract = _SwallowsPoison()
    with pytest.raises(ValueError, match="not enough values to unpack"):
        await contract.test_poison_between_good_ones_costs_one_dead_letter(new_bus(contract.stage), Settings())


async def test_a_stage_whose_ids_are_random_is_caught() -> None:
    contract = _SaysSomethingElseTheSecondTime()
    with pytest.raises(AssertionError):
        await contract.test_a_kill_between_publish_and_commit_changes_nothing(new_bus(contract.stage), Settings())


def test_a_dead_letter_decodes_to_its_original() -> None:
    from shared.bus.dead_letters import Failure, dead_letter
    from shared.events import DeadLetter

    record = Record(PAGES_FETCHED, 2, 7, None, b"\xff\x00", (("số", b"\xfe"),))
    sent = dead_letter(record, Failure("poison", "ValueError: no"), stage="example", at=AT)
    letter = decode(Record(sent.topic, 0, 0, sent.key, sent.value, sent.headers))
    assert isinstance(letter, DeadLetter)
    assert (letter.origin_key, letter.origin_value, letter.origin_headers) == (None, b"\xff\x00", (("số", b"\xfe"),))
    assert (letter.origin_topic, letter.origin_partition, letter.origin_offset) == (PAGES_FETCHED, 2, 7)
