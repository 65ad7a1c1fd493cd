"""Publishing with patience: order, what is sent again after a failure, and who is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence

import pytest

from shared.bus import patience, publisher
from shared.bus.api import BusError, Consumer, Message, RebalanceListener, Stopped, TooLarge, Transient
from shared.bus.embedded import EmbeddedBus
from shared.bus.publisher import Publisher
from shared.health import Progress

pytestmark = pytest.mark.timeout(30)


def message(text: str) -> Message:
    return Message("t", b"k", text.encode())


class Broker:
    """Producers that do as told: `script` says for each send in turn what its acknowledgement does."""

    def __init__(self, *script: BaseException | None) -> None:
        self.script, self.log, self.producers = list(script), list[str](), 0

    def consumer(self, group: str, topics: Sequence[str], listener: RebalanceListener | None = None) -> Consumer:
        raise AssertionError("a publisher reads nothing")

    def producer(self) -> Broker:
        self.producers += 1
        return self

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def send(self, sent: Message) -> Awaitable[None]:
        outcome = self.script.pop(0) if self.script else None
        self.log.append(sent.value.decode())

        async def acknowledge() -> None:
            if outcome is not None:
                raise outcome

        return asyncio.ensure_future(acknowledge())


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "WAIT_S_FIRST", 0.01)
    monkeypatch.setattr(patience, "WAIT_S_MAX", 0.02)


async def test_from_the_first_unacknowledged_on_all_is_sent_again_by_a_new_producer() -> None:
    broker = Broker(None, Transient("gap"), None, None)
    await Publisher(broker, Progress("p")).publish([message(x) for x in "abcd"])
    assert broker.log == ["a", "b", "c", "d", "b", "c", "d"]
    assert broker.producers == 2


async def test_a_producer_that_did_well_is_kept() -> None:
    broker = Broker()
    sender = Publisher(broker, Progress("p"))
    await sender.publish([message("a")])
    await sender.publish([message("b")])
    assert broker.producers == 1


async def test_a_message_over_its_limit_is_refused_before_anything_is_sent() -> None:
    broker = Broker()
    with pytest.raises(TooLarge):
        await Publisher(broker, Progress("p")).publish([message("a"), message("x" * 13 * 1024 * 1024)])
    assert broker.log == []


async def test_an_error_for_good_comes_out_and_costs_the_producer() -> None:
    broker = Broker(BusError("not authorised"))
    sender = Publisher(broker, Progress("p"))
    with pytest.raises(BusError, match="not authorised"):
        await sender.publish([message("a")])
    await sender.publish([message("a")])
    assert broker.producers == 2


async def test_no_acknowledgement_for_long_renews_the_producer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher, "ACKNOWLEDGE_S_MAX", 0.1)

    async def never() -> None:
        await asyncio.Event().wait()

    class Silent(Broker):
        async def send(self, sent: Message) -> Awaitable[None]:
            self.log.append(sent.value.decode())
            return asyncio.ensure_future(never()) if len(self.log) < 3 else asyncio.sleep(0)

    broker = Silent()
    await Publisher(broker, Progress("p")).publish([message("a")])
    assert broker.log == ["a", "a", "a"]
    assert broker.producers == 3


async def test_who_is_stopping_does_not_wait() -> None:
    broker = Broker(Transient("away"))
    with pytest.raises(Stopped, match="away"):
        await Publisher(broker, Progress("p"), stopping=lambda: True).publish([message("a")])


async def test_waiting_is_shown_and_forgotten() -> None:
    progress, broker = Progress("p"), Broker(Transient("broker away"))
    sending = asyncio.create_task(Publisher(broker, progress).publish([message("a")]))
    while progress.waiting_for is None:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert progress.waiting_for == "publish: broker away"
    await sending
    assert progress.waiting_for is None


async def test_room_that_comes_slowly_costs_no_repetition() -> None:
    from shared.bus.embedded import Limits

    bus = EmbeddedBus(1, Limits(records_max=3, send_s_max=0.05))
    consumer = bus.consumer("g", ["t"])
    await consumer.start()
    sending = asyncio.create_task(Publisher(bus, Progress("p")).publish([message(str(n)) for n in range(20)]))
    got: list[str] = []
    while len(got) < 20:
        for partition, records in (await consumer.fetch(wait_s=0.2, records_max=1)).items():
            await asyncio.sleep(0.06)  # slower than a sender waits
            got += [record.value.decode() for record in records]
            await consumer.commit({partition: records[-1].offset + 1})
    await sending
    assert got == [str(n) for n in range(20)]
