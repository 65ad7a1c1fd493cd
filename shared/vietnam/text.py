"""The normal form in which Vietnamese text is compared.

Invariant: `fold` keeps the length, so an offset in the folded text is the same offset in the text.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_TONES: Final = "\u0300\u0301\u0309\u0303\u0323"
"""Combining grave, acute, hook, tilde, dot below: huyền, sắc, hỏi, ngã, nặng."""


def toned(vowel: str) -> list[str]:
    """`vowel` with each of the five tone marks, NFC: à á ả ã ạ."""
    return [unicodedata.normalize("NFC", vowel + tone) for tone in _TONES]


_I_FOR_Y: Final = dict(zip(["y", *toned("y")], ["i", *toned("i")], strict=True))
_CONSONANTS: Final = frozenset("bghklmnrstv")
_LATE_TONE: Final = {
    first + toned_second: (toned_first, second)
    for first, second in ("oa", "oe", "uy")
    for toned_first, toned_second in zip(toned(first), toned(second), strict=True)
}
_LAST_VOWEL: Final = re.compile("[" + "".join(toned("a") + toned("e") + list(_I_FOR_Y)) + r"](?!\w)")
_LONGER_IN_LOWER: Final = "\u0130"
"""The only character of Unicode whose lower case is longer than itself."""


def nfc(text: str) -> str:
    """Unicode NFC of `text`; the same object where it is NFC already."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """`text` (NFC) for matching: lower case, tone on the first vowel (`hoà` is `hòa`), i for a lone y (`tỷ` is `tỉ`).

    Accents stay: `bán` and `bạn` are two words. After q the u belongs to the consonant, so `quý` becomes `quí`.
    Length and offsets are those of `text`. Never raises; linear."""
    folded = text.lower()
    if len(folded) != len(text):
        folded = text.replace(_LONGER_IN_LOWER, "I").lower()
    parts: list[str] = []
    done = 0
    for match in _LAST_VOWEL.finditer(folded):
        at = match.start()
        before = folded[at - 1 : at]
        pair = _LATE_TONE.get(before + match[0])
        if pair and folded[at - 2 : at - 1] != "q":
            parts += (folded[done : at - 1], *pair)
        elif match[0] in _I_FOR_Y and (before in _CONSONANTS or folded[at - 2 : at] == "qu"):
            parts += (folded[done:at], _I_FOR_Y[match[0]])
        else:
            continue
        done = at + 1
    return "".join((*parts, folded[done:])) if parts else folded
