"""Vietnamese text of the time before Unicode that was read as Latin-1 (or windows-1252), and UTF-8 that was read so.

Tables: TCVN 5712:1993 as the ABC fonts (.VnTime) use it, VISCII (RFC 1456), VNI-Windows, Windows-1258. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, Literal

from shared.vietnam.syllables import syllables
from shared.vietnam.text import fold

Encoding = Literal["tcvn3", "viscii", "vni", "cp1258", "mojibake"]

_TCVN3: Final = (
    "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\u00adõö÷øùúûüýþ¡¢£¤¥¦§",
    "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂÊÔƠƯĐ",
)
"""The fonts have marked capitals in a second font with the same codes (.VnTimeH), which plain text does not show."""
_VISCII: Final = (
    "".join(map(chr, range(0x80, 0x100))),
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡư"
    "àáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ",
)
_VNI_TONES: Final = dict(zip("ùøûõï", "\u0301\u0300\u0309\u0303\u0323", strict=True))
_VNI_SHAPES: Final = {
    "a": {
        "â": "â",
        "á": "ấ",
        "à": "ầ",
        "å": "ẩ",
        "ã": "ẫ",
        "ä": "ậ",
        "ê": "ă",
        "é": "ắ",
        "è": "ằ",
        "ú": "ẳ",
        "ü": "ẵ",
        "ë": "ặ",
    },
    "e": {"â": "ê", "á": "ế", "à": "ề", "å": "ể", "ã": "ễ", "ä": "ệ"},
    "o": {"â": "ô", "á": "ố", "à": "ồ", "å": "ổ", "ã": "ỗ", "ä": "ộ"},
}
_VNI_LETTERS: Final = {"ô": "ơ", "ö": "ư", "ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_CP1258_LETTERS: Final = {"ã": "ă", "õ": "ơ", "ý": "ư", "ð": "đ", "Ã": "Ă", "Õ": "Ơ", "Ý": "Ư", "Ð": "Đ"}
_CP1258_TONES: Final = dict(zip("Ìì\u00d2Þò", "\u0300\u0301\u0309\u0303\u0323", strict=True))
_MOJIBAKE: Final = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{1,3}"
)
_WORD: Final = re.compile(r"[^\W\d_]+")
SYLLABLE_SHARE_MIN: Final = 0.7
"""Share of distinct words that must be syllables after decoding. Plain officialese has 0.85 to 0.95 (abbreviations and
names are none); running text in a wrong encoding about 0.3."""
MOJIBAKE_LETTERS_MIN: Final = 2
GAIN_MIN: Final = 0.25
"""How much the share of syllables must grow, so that a name or a foreign line is left alone."""


def _vni() -> dict[str, str]:
    table = dict(_VNI_LETTERS)
    for base in "aeouyôö":
        plain = _VNI_LETTERS.get(base, base)
        for mark, tone in _VNI_TONES.items():
            table[base + mark] = unicodedata.normalize("NFC", plain + tone)
        for mark, letter in _VNI_SHAPES.get(base, {}).items():
            table[base + mark] = letter
    upper = {old.upper(): new.upper() for old, new in table.items()}
    capital = {old[0].upper() + old[1:]: new.upper() for old, new in table.items() if len(old) == 2}
    return table | upper | capital


def _cp1258() -> dict[str, str]:
    table = dict(_CP1258_LETTERS)
    for base in "aâãeêioôõuýyAÂÃEÊIOÔÕUÝY":
        for mark, tone in _CP1258_TONES.items():
            table[base + mark] = unicodedata.normalize("NFC", _CP1258_LETTERS.get(base, base) + tone)
    return table


@lru_cache(maxsize=5)
def _table(encoding: Encoding) -> dict[str, str]:
    if encoding == "vni":
        return _vni()
    if encoding == "cp1258":
        return _cp1258()
    old, new = _TCVN3 if encoding == "tcvn3" else _VISCII
    return dict(zip(old, new, strict=True))


@lru_cache(maxsize=5)
def _pattern(encoding: Encoding) -> re.Pattern[str]:
    keys = sorted(_table(encoding), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, keys)))


def replacements(text: str, encoding: Encoding) -> Iterator[tuple[int, int, str]]:
    """What `text`, written in `encoding` and read as Latin-1, must have replaced: (start, end, new), in order."""
    if encoding == "mojibake":
        for match in _MOJIBAKE.finditer(text):
            try:
                new = match[0].encode("cp1252").decode("utf-8")
            except UnicodeError:
                new = _with_controls(match[0])
            if new:
                yield match.start(), match.end(), new
        return
    table = _table(encoding)
    for match in _pattern(encoding).finditer(text):
        yield match.start(), match.end(), table[match[0]]


def _with_controls(run: str) -> str:
    """As browsers read windows-1252: its five undefined bytes are control characters. Empty where it is no UTF-8."""
    try:
        raw = b"".join(char.encode("latin-1") if ord(char) < 0x100 else char.encode("cp1252") for char in run)
        return raw.decode("utf-8")
    except UnicodeError:
        return ""


def convert(text: str, encoding: Encoding) -> str:
    """`text` in Unicode."""
    parts: list[str] = []
    done = 0
    for start, end, new in replacements(text, encoding):
        parts += (text[done:start], new)
        done = end
    return "".join((*parts, text[done:]))


def syllable_share(text: str) -> float:
    """Share of Vietnamese syllables among the distinct words of `text` (NFC); 1 where it has no word."""
    words = set(_WORD.findall(fold(text)))
    return len(words & syllables()) / len(words) if words else 1.0


_ORDINARY: Final = bytes(range(0x80)) + "\u00a0àáâãèéêìíòóôõùúýÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝÐð«»°·²³©–".encode("latin-1", "ignore")
_ODD_CHARACTERS_MIN: Final = 2
_ODD_PAIRS: Final = ("á»", "áº", "Ä‘", "êò", "ôò", "ýò", "õò", "ýì", "õì")
"""Two letters that no Vietnamese word has side by side: UTF-8 read as windows-1252, and loose marks of Windows-1258."""


def looks_legacy(text: str) -> bool:
    """Whether `text` holds Latin-1 letters that Vietnamese in Unicode has no use for: a cheap test before `detect`."""
    odd = len(text.encode("latin-1", "ignore").translate(None, _ORDINARY)) >= _ODD_CHARACTERS_MIN
    return odd or any(pair in text for pair in _ODD_PAIRS)


def detect(text: str) -> Encoding | None:
    """The encoding after whose table `text` reads as Vietnamese and before did not; None where there is none.

    Judge a line or paragraph at a time: a page's frame is often Unicode where its pasted body is not."""
    if _is_mojibake(text):
        return "mojibake"
    best: Encoding | None = None
    best_share = max(syllable_share(text) + GAIN_MIN, SYLLABLE_SHARE_MIN)
    encodings: tuple[Encoding, ...] = ("tcvn3", "vni", "cp1258", "viscii")
    for encoding in encodings:
        share = syllable_share(unicodedata.normalize("NFC", convert(text, encoding)))
        if share > best_share:
            best, best_share = encoding, share
    return best


def _is_mojibake(text: str) -> bool:
    """Two runs that are UTF-8 of letters hardly arise by chance; the share tells little, since `Tá»·` holds the
    syllable Tá."""
    letters = sum(new.isalpha() for _, _, new in replacements(text, "mojibake"))
    return letters >= MOJIBAKE_LETTERS_MIN and syllable_share(convert(text, "mojibake")) >= SYLLABLE_SHARE_MIN
