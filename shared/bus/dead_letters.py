"""Dead letters: what a stage gives up, kept as it was; and the limit beyond which the stage itself is bad."""

from __future__ import annotations

from base64 import b64encode
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from shared.bus.api import Message, Record
from shared.bus.codec import encode
from shared.bus.trace import continued
from shared.events import DeadLetter
from shared.ids import content_id

Error = Literal["poison", "time_limit", "worker_died", "too_large", "refused"]

WINDOW_DOCUMENTS: Final = 500
MESSAGE_CHARACTERS_MAX: Final = 2_000


class TooManyDeadLetters(Exception):
    """A broken release, not broken documents: the stage stopped before the commit."""


@dataclass(frozen=True, slots=True)
class Failure:
    error: Error
    message: str


def dead_letter(record: Record, failure: Failure, *, stage: str, at: datetime) -> Message:
    """`record` as a message on dead.letters, with key, value and headers as they were, byte for byte.

    Its id is of stage and content, so the same poison delivered twice is one dead letter."""
    origin_id = content_id("dead", stage, record.topic, (record.key or b"").hex(), content_id(record.value.hex()))
    letter = DeadLetter.model_validate(
        {
            "dead_letter_id": origin_id,
            "stage": stage,
            "error": failure.error,
            "message": failure.message[:MESSAGE_CHARACTERS_MAX],
            "failed_at": at,
            "origin_topic": record.topic,
            "origin_partition": record.partition,
            "origin_offset": record.offset,
            "origin_key": None if record.key is None else b64encode(record.key),
            "origin_value": b64encode(record.value),
            "origin_headers": [(name, b64encode(value)) for name, value in record.headers],
        }
    )
    return continued(encode(letter, source=stage, at=at), record)


class Limit:
    """Share of dead letters among the last WINDOW_DOCUMENTS documents, judged from a minimum number on."""

    def __init__(self, *, share_max: float, documents_min: int) -> None:
        self._share_max, self._documents_min = share_max, documents_min
        self._window: deque[bool] = deque(maxlen=max(WINDOW_DOCUMENTS, documents_min))

    def check(self, failures: Iterable[Failure | None]) -> None:
        """Counts a batch's documents, None for a good one. Raises `TooManyDeadLetters`: publish and commit nothing.

        After a restart the count begins anew, at the batch that was not committed: a backlog of `documents_min` records
        stops the stage again at once."""
        last = ""
        for failure in failures:
            self._window.append(failure is not None)
            last = failure.message if failure else last
        dead, seen = sum(self._window), len(self._window)
        if seen >= self._documents_min and dead > self._share_max * seen:
            raise TooManyDeadLetters(
                f"{dead} of the last {seen} documents failed (limit {self._share_max:.0%}); last: {last[:300]}"
            )
