"""The values of a sentence as slots that want an indicator, each with its role and the words around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from services.extractor import roles
from services.extractor.model import Mention, Quantity
from services.extractor.roles import Role
from services.extractor.scene import Scene, SentenceView
from shared.vietnam.catalogue import catalogue
from shared.vietnam.text import fold

AFTER_CHARACTERS: Final = 120
"""So much of what follows a number is looked at."""
_EQUIVALENT: Final = fold("tương đương")
_BARE: Final = re.compile(fold(r"\s*(?:$|[,;.:()\n–-]|và\b|so với\b|đạt\b|kế hoạch\b|cao đẳng\b|trung cấp\b|sơ cấp\b)"))


@dataclass(frozen=True, slots=True)
class Slot:
    """A number that wants an indicator, with its surroundings."""

    quantity: Quantity
    role: Role
    before: str
    after: str
    first: int
    """Index of its first word; `stop` that after its last."""
    stop: int
    headline: bool

    @property
    def nameable(self) -> bool:
        """False for a bare number that a word follows which is no unit (`2 ao tôm`), and for any of a headline."""
        return (
            self.quantity.unit is not None
            or is_zero(self.quantity)
            or (not self.headline and _BARE.match(self.after) is not None)
        )


def slots_of(view: SentenceView, scene: Scene) -> list[Slot]:
    """The values of a sentence with their roles. Non-values are left out, but for norms, which some indicators are."""
    folded = scene.reading.folded
    values = [q for q in view.quantities if q.non_value in (None, "norm")]
    slots: list[Slot] = []
    last = view.sentence.start
    for at, quantity in enumerate(values):
        stop = values[at + 1].start if at + 1 < len(values) else view.sentence.end
        start = quantity.start if quantity.comparator_start is None else min(quantity.start, quantity.comparator_start)
        if folded.startswith(_EQUIVALENT, start):  # no comparator here: `giảm 1,53%, tương đương 2.931 hộ`
            start = quantity.start
        before = folded[last:start] if start > last else ""
        after = folded[
            quantity.end : view.sentence.end if stop < quantity.end else min(stop, quantity.end + AFTER_CHARACTERS)
        ]
        slots.append(
            Slot(
                quantity,
                _level_inside_name(
                    roles.role_of(quantity, before, after, slots[-1].role if slots else None),
                    quantity,
                    last,
                    view,
                    scene,
                ),
                before,
                after,
                scene.words.at(quantity.start),
                scene.words.at(quantity.end),
                view.sentence.kind == "heading",
            )
        )
        last = quantity.end
    return slots


def _level_inside_name(role: Role, quantity: Quantity, before_from: int, view: SentenceView, scene: Scene) -> Role:
    """A level where the verb of rise or fall is a part of a name (`việc làm tăng thêm`, `giảm giờ làm`)."""
    if role.name != roles.CHANGE or quantity.unit == "percent":
        return role
    at = before_from + role.governor
    for mention in view.mentions:
        named = mention.indicator is not None and mention.kind == "pattern"
        if named and _holds(mention, at, scene) and not catalogue()[mention.indicator or ""].is_rate:
            return Role(roles.LEVEL, rule="role.verb_inside_name")
    return role


def _holds(mention: Mention, at: int, scene: Scene) -> bool:
    """Whether the words that matched hold character `at`; the words in the gaps do not count."""
    return any(scene.words.starts[first] <= at < scene.words.ends[last] for first, last in mention.parts)


def is_zero(quantity: Quantity) -> bool:
    """Nought by negation (`không xảy ra`): only the name right after it is denied."""
    return quantity.value == 0 and "nought" in quantity.rules
