"""Bytes of a page to text: UTF-8 first, the legacy Vietnamese encodings after, doubly encoded text mended."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from shared.vietnam.legacy import Encoding, convert, detect, syllable_share

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BAD_SHARE_MAX: Final = 0.01
"""Share of invalid bytes up to which a page is still UTF-8 with damage (a cut letter, a stray byte)."""
_MOJIBAKE: Final = re.compile(
    r"á[º»][\x80-\u2122]|Æ°|Æ¡|Ä[\u2018\x91\u0192\x83]|Ã[\x80-\xbf\u0160\u0161\u0192\u201a\u2030]"
)
_LEGACY: Final = re.compile("[®µ\u00adñöÑÖ×¸¹¶¬]")
_LEGACY_MIN: Final = 8
"""Signs that Vietnamese Unicode text hardly has. A page with fewer has no legacy paragraph, which would hold dozens."""
_SEGMENT: Final = re.compile(r"[^<>\n]*[\x80-\xff][^<>\n]*")
_TAG: Final = re.compile(r"<(?:script|style)\b.*?</(?:script|style)>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_SAMPLE_CHARS: Final = 200_000


@dataclass(frozen=True, slots=True)
class Decoded:
    text: str
    encoding: str
    """`utf-8`, `utf-16`, `cp1252`, `tcvn3`, ..."""
    replaced: int
    """Bytes that no reading fits, now U+FFFD."""


def decode(body: bytes) -> Decoded:
    """Never raises: what cannot be read becomes U+FFFD and is counted.

    Declarations of the header and of meta are not asked: of the pages that carry a wrong one, all are UTF-8 or a legacy
    encoding that no declaration names, and the bytes show which."""
    for bom, name in _BOMS:
        if body.startswith(bom):
            text = body[len(bom) :].decode(name, "replace")
            return Decoded(text, name, text.count("\ufffd"))
    if body[:400].count(b"\0") > 50:
        text = body.decode("utf-16-be" if body[:1] == b"\0" else "utf-16-le", "replace")
        return Decoded(text, "utf-16", text.count("\ufffd"))
    try:
        return Decoded(body.decode("utf-8"), "utf-8", 0)
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    replaced = text.count("\ufffd")
    letters = sum(body.count(lead) for lead in (b"\xe1\xba", b"\xe1\xbb", b"\xc3", b"\xc4", b"\xc6"))
    if letters > replaced and replaced <= max(3, _BAD_SHARE_MAX * len(body)):
        return Decoded(text, "utf-8", replaced)
    return _eight_bit(body)


def _eight_bit(body: bytes) -> Decoded:
    """Read after the table that gives the most Vietnamese syllables, else as windows-1252, as browsers do."""
    plain = body.decode("latin-1")
    found = detect(_TAG.sub(" ", plain[:_SAMPLE_CHARS]))
    if found:
        return Decoded(convert(plain, found), found, 0)
    text = body.decode("cp1252", "replace")
    return Decoded(text, "cp1252", text.count("\ufffd"))


def needs_mending(visible: str) -> bool:
    """The text shows doubly encoded or legacy letters inside valid Unicode: the site's database held them so."""
    return bool(_MOJIBAKE.search(visible)) or len(_LEGACY.findall(visible)) >= _LEGACY_MIN


def mend(text: str) -> str:
    """`text`, plain or HTML, with such letters mended.

    Segment by segment, because the menus of such a page are right and only a pasted body is not."""
    tally: dict[Encoding, int] = {}
    mended: dict[str, str] = {}
    for segment in {match[0] for match in _SEGMENT.finditer(text)}:
        suspect = len(segment.split()) > 2 and (_MOJIBAKE.search(segment) or _LEGACY.search(segment))
        if suspect and (found := detect(segment)):
            tally[found] = tally.get(found, 0) + 1
            mended[segment] = unicodedata.normalize("NFC", convert(segment, found))
    if not tally:
        return text
    main = max(tally, key=lambda name: tally[name])

    def replace(match: re.Match[str]) -> str:
        segment = match[0]
        if segment in mended:
            return mended[segment]
        short = unicodedata.normalize("NFC", convert(segment, main))
        return short if syllable_share(short) > syllable_share(segment) else segment

    return _SEGMENT.sub(replace, text)
