"""The numbers of a text."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from services.extractor.model import Quantity
from services.extractor.reading import Reading

_NUMBER: Final = re.compile(r"(?<![\w.,/])([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,([0-9]{1,2}))?(?![\w/]|[.,][0-9])")
_SCALES: Final = {"nghìn": 3, "ngàn": 3, "triệu": 6, "tỉ": 9}
_UNITS: Final = {
    "%": "percent",
    "đồng": "vnd",
    "người": "person",
    "lao động": "person",
    "hộ": "household",
    "lượt": "turn",
}
_TAIL: Final = re.compile(r"\s?(nghìn|ngàn|triệu|tỉ)?\s?(%|(?:đồng|người|lao động|hộ|lượt)(?!\w))?")


def read_quantities(reading: Reading) -> list[Quantity]:
    """The quantities of `reading`, sorted, not overlapping, values and non-values alike. Never raises; linear."""
    found: list[Quantity] = []
    for match in _NUMBER.finditer(reading.folded):
        value = Decimal(match[1].replace(".", "") + ("." + match[2] if match[2] else ""))
        tail = _TAIL.match(reading.folded, match.end())
        assert tail is not None
        scale, word = tail.groups()
        end = tail.end() if word or scale else match.end()
        year = not word and not scale and len(match[0]) == 4 and match[0].isdigit() and 1900 <= value <= 2100
        found.append(
            Quantity(
                match.start(),
                end,
                value.scaleb(_SCALES.get(scale, 0)),
                _UNITS.get(word),
                reading.text[tail.start(2) : tail.end(2)] if word else "",
                non_value="year" if year else None,
            )
        )
    return found
