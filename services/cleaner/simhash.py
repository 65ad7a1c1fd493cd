"""SimHash (Charikar 2002; 64 bits and 3-bit threshold as in Manku, Jain, Das Sarma 2007) of an article's words."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Final

SHINGLE_WORDS: Final = 3
BITS: Final = 64
_WORD: Final = re.compile(r"\w+")


def simhash(text: str) -> str:
    """16 hex digits. Case, punctuation and line breaks do not count; a text without words gives zeros."""
    words = _WORD.findall(text.lower())
    shingles = (
        {" ".join(words[i : i + SHINGLE_WORDS]) for i in range(max(1, len(words) - SHINGLE_WORDS + 1))}
        if words
        else set()
    )
    if not shingles:
        return "0" * 16
    # Adding each hash as a big integer whose bits are spread over 16-bit lanes counts all 64 bits in one addition.
    total = sum(_spread(int.from_bytes(blake2b(s.encode(), digest_size=8).digest())) for s in shingles)
    half, value = len(shingles) / 2, 0
    for bit in range(BITS):
        if (total >> (_LANE * bit)) & _LANE_MASK > half:
            value |= 1 << bit
    return f"{value:016x}"


_LANE: Final = 20
_LANE_MASK: Final = (1 << _LANE) - 1
_BYTE: Final = tuple(sum(((b >> i) & 1) << (_LANE * i) for i in range(8)) for b in range(256))


def _spread(value: int) -> int:
    return sum(_BYTE[(value >> (8 * i)) & 0xFF] << (_LANE * 8 * i) for i in range(8))


def distance(a: str, b: str) -> int:
    """Bits in which two hashes differ, 0 to 64."""
    return (int(a, 16) ^ int(b, 16)).bit_count()
