"""Is this page a list of other articles: a category, an archive, a section's front page?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from services.cleaner.dom import Index, text_of
from services.cleaner.lines import PROSE_CHARS, Kind, Line, is_prose
from services.cleaner.meta import Meta
from services.cleaner.visible_dates import day_time

HEADLINES_MIN: Final = 5
HEADLINE_CHARS: Final = (18, 220)

_DATED_TAIL: Final = re.compile(
    r"\s*[(\[–-]?\s*(?:\d{1,2}:\d{2}\s*,?\s*)?\d{1,2}[/.-]\d{1,2}[/.-]\d{4}(?:\s+\d{1,2}:\d{2})?\s*[)\]]?$"
)
SHORT_CHARS: Final = 900
"""Running text up to which a page may be a section's front page with a few teasers."""
FRONT_HEADLINES: Final = 12
_OWN_CHARS: Final = 200
_DOCUMENT: Final = re.compile(
    r"(?:(?:dự thảo|bãi bỏ|về việc ban hành) )?(?:quyết định|nghị quyết|nghị định|kế hoạch|công văn|thông tư|chỉ thị|"
    r"báo cáo|tờ trình|luật|thông báo|công điện|hướng dẫn|giấy mời|v/v|về việc)\b",
    re.IGNORECASE,
)
_DOCUMENTS_MIN: Final = 3
_DOCUMENTS_SHARE: Final = 0.8
_RECORD_LINES: Final = 30
_RECORD: Final = re.compile(
    r"(?:mã ?/ ?)?(?:số (?:ký )?hiệu|số/ký hiệu|ký hiệu|ngày (?:ban hành|(?:có )?hiệu lực|hết hiệu lực|ký)|trích yếu|"
    r"trích dẫn|(?:cơ quan|đơn vị) ban hành|loại văn bản|lĩnh vực|người ký|tình trạng(?: hiệu lực)?|hiệu lực)\s*[:|]",
    re.IGNORECASE,
)


def headlines(index: Index) -> int:
    """How many links of a headline's length the page held before blocks went, each address once."""
    found = {
        a.get("href") for a in index.tags.get("a", ()) if HEADLINE_CHARS[0] + 7 <= len(text_of(a)) <= HEADLINE_CHARS[1]
    }
    return len(found)


def is_dated_link(line: Line) -> bool:
    """The headline of another article with its date behind the link: `Tỉnh tuyển 24 công chức (30/07/2019)`."""
    if line.links < 0.5 or line.text[-1] not in "0123456789)]":
        return False
    tail = _DATED_TAIL.search(line.text)
    return tail is not None and line.links * len(line.text) >= tail.start() - 3


def is_listing(lines: Sequence[Line], meta: Meta, anchored: bool, by_profile: bool) -> bool:
    """The text is headlines that link elsewhere, with or without a teaser each.

    `anchored`: the page has a title of its own that the text follows. `by_profile`: the text is that of a known
    system's body; else one to three paragraphs that each follow a linked headline are teasers already."""
    linking = [
        i
        for i, line in enumerate(lines)
        if line.links >= 0.7 and HEADLINE_CHARS[0] <= len(line.text) <= HEADLINE_CHARS[1]
    ]
    dated = sum((len(line.text) < 80 and day_time(line.text) is not None) or is_dated_link(line) for line in lines)
    teasers = {j for i in linking for j in (i + 1, i + 2, i + 3) if j < len(lines) and lines[j].links < 0.5}
    body = [i for i, line in enumerate(lines) if is_prose(line)]
    if not by_profile and body and linking and len(body) <= 3 and teasers.issuperset(body) and linking[0] < body[0]:
        return True
    if len(linking) < HEADLINES_MIN and not (len(linking) >= 3 and dated >= 3):
        return False
    own = sum(len(x.text) for i, x in enumerate(lines) if is_prose(x) and i not in teasers and x.kind is not Kind.ROW)
    own += sum(len(x.text) for x in lines if x.kind is Kind.ROW)
    linked = sum(len(lines[i].text) for i in linking)
    if own > max(600, linked) and anchored:
        return False
    if anchored and own >= _OWN_CHARS and linking[0] > body[-1]:  # a short article with others' headlines under it
        return False
    return meta.is_list or own < 300 or own < linked


def is_document_list(lines: Sequence[Line]) -> bool:
    """The text is names of official documents, each a line that is no sentence."""
    long = [line.text for line in lines if len(line.text) >= PROSE_CHARS // 2 and line.kind is not Kind.ROW]
    if sum(text[-1] in ".;:!?" for text in long) > (1 - _DOCUMENTS_SHARE) * len(long):
        return False
    named = sum(bool(_DOCUMENT.match(text)) and text[-1] not in ".;:!?" for text in long)
    return named >= _DOCUMENTS_MIN and named >= _DOCUMENTS_SHARE * len(long)


def is_document_record(lines: Sequence[Line]) -> bool:
    """The text is the entries of a document register: number, dates, issuer, abstract."""
    entries = [line for line in lines[:_RECORD_LINES] if _RECORD.match(line.text)]
    if len({line.text.split(":")[0] for line in entries}) < _DOCUMENTS_MIN:
        return False
    return sum(len(line.text) for line in lines if is_prose(line) and line not in entries) < _OWN_CHARS
