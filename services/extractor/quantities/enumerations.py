"""What the members of an enumeration share: the unit of the last, the reason of the first."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import Final

from services.extractor.model import Quantity

_LIST_GAP: Final = re.compile(r"(?:[,;]| và| hoặc| hay|, và) ")
NAME_MAX: Final = 31
"""Largest number that a list of days, levels or documents hands on (`ngày 05 và 20`, `mức độ 3, 4`)."""
_NAMING: Final = ("ordinal", "document", "programme", "date")


def share_in_lists(folded: str, found: list[Quantity]) -> list[Quantity]:
    """Bare numbers of an enumeration take the unit behind its last member, and reasons of its first (`cấp độ 3, 4`)."""
    result = list(found)
    joined = [_LIST_GAP.fullmatch(folded, left.end, right.start) is not None for left, right in pairwise(found)]
    for index in range(len(joined) - 1, -1, -1):
        left, right = result[index], result[index + 1]
        if joined[index] and _is_bare(left) and right.unit and right.non_value is None:
            result[index] = replace(left, unit=right.unit, rules=(*left.rules, "list_unit"))
        elif joined[index] and _is_bare(left) and right.non_value == "date" and left.value <= NAME_MAX:
            result[index] = replace(left, non_value="date")
        elif right.non_value == "norm" and left.unit == right.unit == "vnd" and _are_two_norms(folded, left, right):
            result[index] = replace(left, non_value="norm")
    for index, listed in enumerate(joined):
        left, right = result[index], result[index + 1]
        if listed and left.non_value in _NAMING and _is_bare(right) and right.value <= NAME_MAX:
            result[index + 1] = replace(right, non_value=left.non_value)
    return result


def _are_two_norms(folded: str, left: Quantity, right: Quantity) -> bool:
    """`400.000 đồng và 200.000 đồng/suất`: what the second is for each, the first is too."""
    return left.non_value is None and folded[left.end : right.start] in (" và ", " hoặc ")


def _is_bare(quantity: Quantity) -> bool:
    return quantity.unit is None and quantity.non_value is None and not quantity.unit_text and quantity.pair is None
