"""Whether a page is a challenge: something for a browser or a person to solve. It is left alone, never evaded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from services.crawler.unseen import without, without_tags

TEXT_CHARACTERS_MAX: Final = 1500
"""A page with more visible text is content, whatever scripts and comment captchas it carries."""


HEAD_CHARACTERS: Final = 30_000
"""Where a challenge shows, if the page is one."""


@dataclass(frozen=True, slots=True)
class _Sign:
    has: tuple[str, ...]
    pattern: re.Pattern[str]


def is_challenge(body: bytes) -> bool:
    text = body[:120_000].decode("utf-8", "replace")
    head = text[:HEAD_CHARACTERS]
    lowered = head.lower()
    suspected = (sign for sign in _signs() if any(word in lowered for word in sign.has))
    return any(sign.pattern.search(head) for sign in suspected) and _visible(text) <= TEXT_CHARACTERS_MAX


def _visible(text: str) -> int:
    """Characters that a reader sees."""
    return len(" ".join(without_tags(without(text, ("script", "style", "noscript"), " "), " ").split()))


@cache
def _signs() -> tuple[_Sign, ...]:
    rules = yaml.load(Path(__file__).with_name("challenges.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    return tuple(_Sign(tuple(rule["has"]), re.compile(rule["is"], re.IGNORECASE)) for rule in rules)
