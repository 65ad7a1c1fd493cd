"""How many records wait for each stage on Kafka: end offsets less what its group has committed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from shared.bus.api import Stage
from shared.errors import SolieuError
from shared.settings import KafkaSettings

WAIT_S: Final = 10.0


async def lags(stages: Sequence[Stage], kafka: KafkaSettings) -> dict[str, int]:
    """Records by stage name. A group that never committed reads from the start. Raises SolieuError kafka-away."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # its own lines beside our one sentence
    try:
        async with asyncio.timeout(WAIT_S):
            return {stage.name: await _lag(stage, kafka) for stage in stages}
    except (TimeoutError, OSError) as error:
        raise _away(kafka) from error


async def _lag(stage: Stage, kafka: KafkaSettings) -> int:
    from aiokafka import AIOKafkaConsumer, TopicPartition
    from aiokafka.errors import KafkaError

    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka.bootstrap_servers, group_id=stage.group, enable_auto_commit=False
    )
    try:
        await consumer.start()
        await consumer.topics()
        partitions = [
            TopicPartition(topic, number)
            for topic in stage.sources
            for number in consumer.partitions_for_topic(topic) or ()
        ]
        ends = await consumer.end_offsets(partitions)
        starts = await consumer.beginning_offsets(partitions)
        total = 0
        for partition in partitions:
            done = await consumer.committed(partition)
            total += ends[partition] - (starts[partition] if done is None else done)
        return total
    except KafkaError as error:
        raise _away(kafka) from error
    finally:
        await consumer.stop()


def _away(kafka: KafkaSettings) -> SolieuError:
    return SolieuError(
        "kafka-away",
        f"Kafka does not answer at {kafka.bootstrap_servers}",
        "is it running? see SOLIEU_KAFKA__BOOTSTRAP_SERVERS; --no-lag leaves it out",
    )
