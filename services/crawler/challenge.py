"""Whether a page is a challenge: something for a browser or a person to solve. It is left alone, never evaded."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

import yaml

TEXT_CHARACTERS_MAX: Final = 1500
"""A page with more visible text is content, whatever scripts and comment captchas it carries."""


def is_challenge(body: bytes) -> bool:
    text = body[:120_000].decode("utf-8", "replace")
    visible = re.sub(
        r"<(script|style|noscript)\b.*?(?:</\1\s*>|\Z)|<[^>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE
    )
    if len(" ".join(visible.split())) > TEXT_CHARACTERS_MAX:
        return False
    return any(pattern.search(text[:30_000]) for pattern in _patterns())


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    rules = yaml.load(Path(__file__).with_name("challenges.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    return tuple(re.compile(rule, re.IGNORECASE) for rule in rules)
