"""How many records wait for each stage on Kafka: end offsets less what its group has committed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, Final

from shared.bus.api import Stage
from shared.bus.connection import connection
from shared.errors import SolieuError
from shared.settings import KafkaSettings

WAIT_S: Final = 10.0


async def lags(stages: Sequence[Stage], kafka: KafkaSettings) -> dict[str, int]:
    """Records by stage name. A group that never committed reads from the start. Raises SolieuError kafka-away."""
    from aiokafka import AIOKafkaConsumer
    from aiokafka.admin import AIOKafkaAdminClient
    from aiokafka.errors import KafkaError

    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # its own lines beside our one sentence
    reader = AIOKafkaConsumer(**connection(kafka))
    admin = AIOKafkaAdminClient(**connection(kafka))
    try:
        async with asyncio.timeout(WAIT_S):
            await reader.start()
            await admin.start()
            return {stage.name: await _lag(stage, reader, admin) for stage in stages}
    except (TimeoutError, OSError, KafkaError) as error:
        raise SolieuError(
            "kafka-away",
            f"Kafka does not answer at {kafka.bootstrap_servers}",
            "is it running? see SOLIEU_KAFKA__BOOTSTRAP_SERVERS; --no-lag leaves it out",
        ) from error
    finally:
        await admin.close()
        await reader.stop()


async def _lag(stage: Stage, reader: Any, admin: Any) -> int:
    from aiokafka import TopicPartition
    from aiokafka.errors import GroupCoordinatorNotAvailableError

    partitions = [
        TopicPartition(topic["topic"], each["partition"])
        for topic in await admin.describe_topics(list(stage.sources))
        for each in topic["partitions"]
    ]
    ends, starts = await reader.end_offsets(partitions), await reader.beginning_offsets(partitions)
    try:
        found = await admin.list_consumer_group_offsets(stage.group, partitions=partitions)
    except GroupCoordinatorNotAvailableError:  # so early in a broker's life no group has committed anything
        found = {}
    committed = {partition: place.offset for partition, place in found.items() if place.offset >= 0}
    return sum(ends[each] - max(committed.get(each, 0), starts[each]) for each in partitions)
