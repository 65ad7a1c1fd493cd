"""A subtree to lines: a paragraph, heading, list item, caption or table row each. Iterative, so at any depth."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from lxml import etree

from services.cleaner import normalise, tables
from services.cleaner.dom import Element, raw_text
from services.cleaner.lines import Kind, Line
from services.cleaner.model import Removed
from services.cleaner.words import names

_BLOCKS: Final = names(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr legend li main menu nav ol p pre section summary table tbody td tfoot "
    "th thead tr ul"
)
_HEADINGS: Final = names("h1 h2 h3 h4 h5 h6")
_DISPLAY_BLOCK: Final = re.compile(r"display\s*:\s*(?:block|flex|grid|table|list-item)", re.IGNORECASE)
_CAPTION_CLASS: Final = re.compile(
    r"caption|chu-?thich|img-?des|image-?desc|photo-?desc|pic-?desc|note-?anh", re.IGNORECASE
)
_MARK: Final = re.compile(r"[\[(]?(?:\d{1,3}|\*{1,3}|[ivx]{1,4})[\])]?")
_SQUARE_UNIT: Final = re.compile(r"(?:^|[\d\s(/.,])(?:m|km|cm|dm|mm|hm|dam|ha)$", re.IGNORECASE)
_POWER_OF_TEN: Final = re.compile(r"(?:^|[x×*.\s])10$")
_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(slots=True)
class _Writer:
    lines: list[Line] = field(default_factory=list)
    removed: list[Removed] = field(default_factory=list)
    buffer: list[str] = field(default_factory=list)
    chars: int = 0
    linked: int = 0
    links: int = 0
    """Depth of open links."""
    kinds: list[Kind] = field(default_factory=lambda: [Kind.TEXT])
    apart: bool = True
    term: bool = False
    """The buffer holds a term of a definition list, whose definition goes on its line."""

    def add(self, text: str | None) -> None:
        if text:
            self.buffer.append(text)
            size = len(text) if not text.isspace() else 0
            self.chars += size
            if self.links:
                self.linked += size

    def flush(self, apart: bool) -> None:
        if self.buffer:
            text = normalise.line("".join(self.buffer))
            if text:
                share = min(1.0, self.linked / self.chars) if self.chars else 0.0
                self.lines.append(Line(text, self.kinds[-1], share, self.apart, len(self.kinds)))
                self.apart = False
            self.buffer.clear()
            self.chars = self.linked = 0
        self.apart = self.apart or apart


def linearise(root: Element, removed: list[Removed], *, in_table: bool = False) -> list[Line]:
    """The lines of `root`, in order. Footnote marks go to `removed`; pictures and form fields give nothing.

    Inline elements join without a separator, so that `20</span><span>22` is 2022."""
    writer = _Writer(removed=removed)
    walker = etree.iterwalk(root, events=("start", "end"))
    skipped: Element | None = None
    for event, el in walker:
        if event == "start":
            if _start(writer, el, el is root, in_table):
                skipped = el
                walker.skip_subtree()
            continue
        if el is skipped:
            skipped = None
        else:
            _end(writer, el)
        if el is not root:
            writer.add(el.tail)
    writer.flush(True)
    return writer.lines


def _start(writer: _Writer, el: Element, is_root: bool, in_table: bool) -> bool:
    """Open `el`; True if its subtree has been dealt with."""
    tag = el.tag
    if tag == "br":
        writer.flush(False)
        return False
    if tag == "table" and not (is_root and in_table):
        rows = tables.rows(el, writer.removed)
        if rows is not None:
            writer.flush(True)
            writer.lines += rows
            return True
    if _is_block(el):
        if tag == "dd" and writer.term and writer.buffer:
            writer.add(": ")
        else:
            writer.flush(True)
        writer.kinds.append(_kind(el, writer.kinds[-1]))
    elif tag == "sup" and _raised(writer, el):
        return True
    elif tag == "a":
        if _is_footnote_link(el):
            writer.removed.append(Removed("footnote-mark", raw_text(el).strip()))
            return True
        writer.links += 1
    if tag == "pre" and el.text and "\n" in el.text:
        for piece in el.text.split("\n")[:-1]:
            writer.add(piece)
            writer.flush(False)
        writer.add(el.text.rsplit("\n", 1)[-1])
        return False
    writer.add(el.text)
    return False


def _end(writer: _Writer, el: Element) -> None:
    if _is_block(el):
        writer.term = el.tag == "dt" and next(el.iter("br", "p", "div"), None) is None
        if not writer.term:
            writer.flush(True)
        writer.kinds.pop()
    elif el.tag == "a":
        writer.links -= 1


def _is_block(el: Element) -> bool:
    if el.tag in _BLOCKS:
        return True
    style = el.get("style")
    return bool(style) and _shows_block(style or "") and el.tag not in ("br", "sup", "a")


@lru_cache(maxsize=4096)
def _shows_block(style: str) -> bool:
    return bool(_DISPLAY_BLOCK.search(style))


@lru_cache(maxsize=4096)
def _names_caption(classes: str) -> bool:
    return bool(_CAPTION_CLASS.search(classes))


def _kind(el: Element, around: Kind) -> Kind:
    tag = el.tag
    if tag in _HEADINGS:
        return Kind.HEADING
    if tag == "li":
        return Kind.ITEM
    if tag in ("figcaption", "caption"):
        return Kind.CAPTION
    classes = el.get("class")
    if classes and _names_caption(classes):
        return Kind.CAPTION
    return around


def _raised(writer: _Writer, el: Element) -> bool:
    """Raised digits: an exponent stays (raised, so that it joins no number), a footnote mark goes."""
    text = raw_text(el).strip()
    if not _MARK.fullmatch(text):
        return False
    before = "".join(writer.buffer[-3:]).rstrip()
    if text.isdigit() and (_SQUARE_UNIT.search(before) or _POWER_OF_TEN.search(before)):
        writer.add(text.translate(_RAISED))
    elif text in ("i", "v", "x"):
        return False
    else:
        writer.removed.append(Removed("footnote-mark", text))
    return True


def _is_footnote_link(el: Element) -> bool:
    href = el.get("href") or ""
    if "#" not in href or "ftnref" in href or not ("ftn" in href or "fn" in href or "note" in href):
        return False
    return bool(_MARK.fullmatch(raw_text(el).strip()))
