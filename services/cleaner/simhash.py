"""SimHash (Charikar 2002; 64 bits as in Manku, Jain, Das Sarma 2007) of an article's words.

How near two must be to be copies: shared/copies.py.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from hashlib import blake2b
from typing import Final

SHINGLE_WORDS: Final = 3
BITS: Final = 64
_WORD: Final = re.compile(r"\w+")


def simhash(text: str) -> str:
    """16 hex digits. Case, punctuation and line breaks do not count; a text without words gives zeros."""
    words = [_hashes(word) for word in _WORD.findall(text.lower())]
    if not words:
        return "0" * 16
    words += [(0, 0, 0)] * (SHINGLE_WORDS - 1) if len(words) < SHINGLE_WORDS else []
    shingles = {a[0] ^ b[1] ^ c[2] for a, b, c in zip(words, words[1:], words[2:], strict=False)}
    digests = b"".join(shingle.to_bytes(8, "little") for shingle in shingles)
    # Bits are counted in lanes of one big integer: a byte of the hash adds its eight bits at once.
    half, value = len(shingles) / 2, 0
    for column in range(8):
        total = sum(_BYTE[byte] * count for byte, count in Counter(digests[column::8]).items())
        for bit in range(8):
            if (total >> (_LANE * bit)) & _LANE_MASK > half:
                value |= 1 << (8 * column + bit)
    return f"{value:016x}"


@lru_cache(maxsize=20_000)
def _hashes(word: str) -> tuple[int, int, int]:
    """The word's hash as first, second and third of a shingle. Vietnamese has some 7,000 syllables: most are known."""
    value = int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little")
    return value, _rotated(value, 21), _rotated(value, 42)


def _rotated(value: int, by: int) -> int:
    return ((value << by) | (value >> (BITS - by))) & ((1 << BITS) - 1)


_LANE: Final = 20
_LANE_MASK: Final = (1 << _LANE) - 1
_BYTE: Final = tuple(sum(((b >> i) & 1) << (_LANE * i) for i in range(8)) for b in range(256))
