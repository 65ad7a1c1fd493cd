"""Block rules: elements that go by their names. The rules are data, rules/blocks.yaml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

_DATA: Final = Path(__file__).with_name("rules") / "blocks.yaml"
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WRAPPER: Final = re.compile(
    r"^(?:has|no|with|without|is|not|hide|show|elementor|wp-block|js|td-pb|vc)-|-(?:content|body|text|free|content-area|wrap(?:per)?-content|note)$"
)
"""Tokens that tell of a page's layout, or of what a block's own inner part is, not of the block."""
PROSE_SHARE_MAX: Final = 1 / 3
_HARD_SHARE_MAX: Final = 0.8
_FOREIGN_SHARE_MAX: Final = 0.98
"""Readers' comments and consent texts can be fifty times as long as a short article."""
_TOKEN_CHARS_MAX: Final = 40
"""A longer token is a slug of some text, not a name."""


@dataclass(frozen=True, slots=True)
class BlockRule:
    name: str
    hard: bool
    foreign: bool
    regex: re.Pattern[str]
    strikes: tuple[str, ...]
    spares: tuple[str, ...]

    def share_max(self, titled: bool) -> float:
        """The share of the page's running text up to which a block goes; `titled`: the title is known to be outside."""
        if self.foreign and titled:
            return _FOREIGN_SHARE_MAX
        return _HARD_SHARE_MAX if self.hard else PROSE_SHARE_MAX

    def hits(self, token: str) -> bool:
        if len(token) > _TOKEN_CHARS_MAX:
            return False
        folded = _CAMEL.sub("-", token).lower()
        return any(self.regex.search(form) for form in (token.lower(), folded)) and not _WRAPPER.search(folded)


@lru_cache(maxsize=1)
def load() -> tuple[BlockRule, ...]:
    with _DATA.open(encoding="utf-8") as file:
        return tuple(_rule(entry) for entry in yaml.load(file, Loader=yaml.CSafeLoader))


def _rule(entry: dict[str, Any]) -> BlockRule:
    parts = "|".join(re.escape(str(part)) for part in entry["parts"])
    return BlockRule(
        name=entry["name"],
        hard=bool(entry.get("hard")),
        foreign=bool(entry.get("foreign")),
        regex=re.compile(rf"(?:^|[-_]+)(?:{parts})(?:$|[-_]+|\d)"),
        strikes=tuple(entry["strikes"]),
        spares=tuple(entry["spares"]),
    )


@lru_cache(maxsize=16384)
def rule_of(token: str) -> BlockRule | None:
    """The rule that a class or id token falls under."""
    return next((rule for rule in load() if rule.hits(token)), None)
