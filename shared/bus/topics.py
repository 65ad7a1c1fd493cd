"""The topics: how many partitions, how large a message. Made by an administrator, never by a client that misspells one.

python -m shared.bus.topics      creates what is missing, on SOLIEU_KAFKA__BOOTSTRAP_SERVERS; says what it did
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shared.bus.api import Message
from shared.events import ARTICLES_CLEANED, DEAD_LETTERS, INDICATORS_OBSERVED, MESSAGE_BYTES_MAX, PAGES_FETCHED

if TYPE_CHECKING:
    from shared.settings import KafkaSettings

DEAD_LETTER_BYTES_MAX: Final = 17 * 1024 * 1024
"""A dead letter holds the original as base64 (a third more than MESSAGE_BYTES_MAX), with the error beside it."""
OVERHEAD_BYTES: Final = 1024
"""Allowance for what a record batch adds to key, value and headers (some 100 bytes, and a few a header)."""
RETENTION_DAYS: Final = 14
"""How long Kafka keeps a topic: long enough to mend a stage that stopped at the start of a holiday."""


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    about: str
    bytes_max: int = MESSAGE_BYTES_MAX
    partitions: int | None = None
    """None: as many as SOLIEU_KAFKA__PARTITIONS says."""
    published_by: tuple[str, ...] = ()
    """Services. A test holds these two to what the services' stages say."""
    read_by: tuple[str, ...] = ()


TOPICS: Final = (
    Topic(PAGES_FETCHED, "Answers of the portals, as they came.", published_by=("crawler",), read_by=("cleaner",)),
    Topic(
        ARTICLES_CLEANED,
        "Articles, and pages that are none.",
        published_by=("cleaner",),
        read_by=("extractor", "writer"),
    ),
    Topic(
        INDICATORS_OBSERVED,
        "Observations, and after each article's last one the list of them.",
        published_by=("extractor",),
        read_by=("writer",),
    ),
    # One partition: it carries little, and a request with a largest message a partition must stay below the broker's
    # 100 MiB.
    Topic(
        DEAD_LETTERS,
        "Messages that a stage could not process, as they were.",
        DEAD_LETTER_BYTES_MAX,
        partitions=1,
        published_by=("cleaner", "extractor", "writer"),
        read_by=("writer",),
    ),
)
_BYTES_MAX: Final = {topic.name: topic.bytes_max for topic in TOPICS}


def fits(message: Message) -> bool:
    """Whether the message's topic takes it. Topics that are not ours (in tests) take MESSAGE_BYTES_MAX."""
    headers = sum(len(name) + len(value) for name, value in message.headers)
    size = len(message.key or b"") + len(message.value) + headers + OVERHEAD_BYTES
    return size <= _BYTES_MAX.get(message.topic, MESSAGE_BYTES_MAX)


async def create(kafka: KafkaSettings, topics: tuple[Topic, ...] = TOPICS) -> list[str]:
    """Creates the topics that are missing and returns their names. Raises aiokafka's KafkaError.

    An existing topic is left as it is: changing its partitions would move keys."""
    from aiokafka.admin import AIOKafkaAdminClient, NewTopic
    from aiokafka.errors import TopicAlreadyExistsError, for_code

    from shared.bus.connection import connection

    admin = AIOKafkaAdminClient(**connection(kafka))
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        missing = [topic for topic in topics if topic.name not in existing]
        answer = await admin.create_topics(
            [
                NewTopic(
                    name=topic.name,
                    num_partitions=topic.partitions or kafka.partitions,
                    replication_factor=kafka.replicas,
                    topic_configs={
                        "max.message.bytes": str(topic.bytes_max),
                        "retention.ms": str(RETENTION_DAYS * 86_400_000),
                    },
                )
                for topic in missing
            ]
        )
        for name, code, *rest in answer.topic_errors:
            if code and for_code(code) is not TopicAlreadyExistsError:
                raise for_code(code)(f"{name}: {rest[0] if rest else ''}")
        return [topic.name for topic in missing]
    finally:
        await admin.close()


def command() -> int:
    """Exit 0 when every topic is there, 2 for wrong settings, 1 when the broker refuses or can't be reached in 60 s."""
    from aiokafka.errors import KafkaError

    from shared.settings import SettingsError, load

    try:
        kafka = load().kafka
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for _ in range(60):
        try:
            made = asyncio.run(create(kafka))
            break
        except KafkaError as error:
            last = error
            if not getattr(error, "retriable", False):
                sys.stderr.write(f"{kafka.bootstrap_servers} refused: {error!r}\n")
                return 1
        asyncio.run(asyncio.sleep(1))
    else:
        sys.stderr.write(f"no broker at {kafka.bootstrap_servers} within 60 s ({last!r}). Is Kafka running?\n")
        return 1
    for topic in TOPICS:
        sys.stdout.write(f"{topic.name}: {'created' if topic.name in made else 'already there'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(command())
