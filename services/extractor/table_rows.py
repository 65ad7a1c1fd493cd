"""Rows and columns of tables: lines that the cleaner wrote as `label | Kế hoạch: 6.000 | Thực hiện: 8.095`, rows below
a row of headings, and tables that fell apart into one cell a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from services.extractor.model import Quantity
from services.extractor.scene import Scene, SentenceView
from shared.vietnam.text import fold

Span = tuple[int, int]
_CELL: Final = re.compile(r"[^|\t\n]+")
_NUMBER_LINE: Final = re.compile(r"[-+]?[0-9]{1,3}(?:[.,\s][0-9]{3})*(?:[.,][0-9]+)?\s*%?")
_COUNTER: Final = re.compile(r"\s*(?:[0-9]{1,3}|[ivx]{1,5}|stt|tt|số tt)?[.)]?\s*")
"""A cell that numbers its row."""
_UNIT_CELL: Final = re.compile(fold(r"\s*(?:đvt|đơn vị(?: tính)?)\s*:\s*"))
_UNIT_SAID: Final = re.compile(fold(r"(?:đvt|đơn vị tính|đơn vị)\s*:\s*([^\n|();]{1,30})"))
_NUMBERED: Final = ("document", "programme", "ordinal")
_LINE_CHARACTERS: Final = 60
"""Longest line that can be a cell of a table in pieces."""


@dataclass(frozen=True, slots=True)
class Cell:
    heading: Span | None
    """Span of the words above or before the number."""
    quantity: Quantity
    negative: bool = False
    """A minus stands before the number."""


@dataclass(frozen=True, slots=True)
class Row:
    sentence: int
    label: Span
    cells: tuple[Cell, ...]
    caption: int = -1
    """Index of the sentence above the headings."""
    unit: str = ""
    """Folded words of the unit that the row or the caption says for all its cells (`tỉ đồng`)."""


def rows(scene: Scene) -> Iterator[Row]:
    """All rows of the article's tables, in order."""
    headings: Sequence[Span] = ()
    caption = ""
    for view in scene.sentences:
        if view.sentence.kind != "table":
            headings, caption = (), unit_said(view, scene)
            continue
        spans = _spans(view, scene)
        if spans and not any(_values(view, span, scene) for span in spans[1:]):
            headings = spans
            continue
        row = _row(view, spans, headings if len(headings) == len(spans) else (), caption, scene)
        if row:
            yield row
    yield from _in_pieces(scene)


def unit_said(view: SentenceView, scene: Scene) -> str:
    """Folded words of the unit that a caption says (`Đơn vị tính: nghìn người`); empty where it says none."""
    said = _UNIT_SAID.search(scene.reading.folded, view.sentence.start, view.sentence.end)
    return said[1].strip() if said else ""


def _spans(view: SentenceView, scene: Scene) -> list[Span]:
    """The cells of a line, without a first one that only numbers it."""
    found = [match.span() for match in _CELL.finditer(scene.reading.text, view.sentence.start, view.sentence.end)]
    numbered = len(found) > 2 and _COUNTER.fullmatch(scene.reading.folded, *found[0])
    return found[1:] if numbered else found


def _values(view: SentenceView, span: Span, scene: Scene) -> list[Quantity]:
    """The numbers of a cell that may be values. `Kế hoạch: 500` is no document where the number fills its cell."""
    inside = [q for q in view.quantities if span[0] <= q.start < span[1]]
    filled = scene.reading.text[span[0] : span[1]].rpartition(":")[2].strip()
    return [
        q
        for q in inside
        if q.non_value in (None, "counter", "norm")
        or (q.non_value in _NUMBERED and q.value and filled == scene.reading.text[q.start : q.end])
    ]


def _row(view: SentenceView, spans: Sequence[Span], headings: Sequence[Span], unit: str, scene: Scene) -> Row | None:
    text = scene.reading.text
    cells = []
    bare = 0
    for at, (start, end) in enumerate(spans[1:], 1):
        said = _UNIT_CELL.match(scene.reading.folded, start, end)
        if said:
            unit = scene.reading.folded[said.end() : end].strip()
            continue
        inside = _values(view, (start, end), scene)
        if not inside:
            continue
        colon = text.rfind(":", start, inside[-1].start)
        heading = (start, colon) if colon > 0 else headings[at] if headings else None
        if heading is None and len(inside) > 1:  # a cell of prose
            return None
        bare += heading is None
        negative = text[start : inside[-1].start].rstrip().endswith(("-", "−", "–"))
        cells.append(Cell(heading, inside[-1], negative))
    if bare > 1:  # columns that nothing names
        return Row(view.index, spans[0], ())
    return Row(view.index, spans[0], tuple(cells), unit=unit) if cells else None


def _in_pieces(scene: Scene) -> Iterator[Row]:
    """`Huyện` / `Số hộ nghèo` / `Tỷ lệ (%)` / `Đầm Dơi` / `2.105` / `4,62` / ...: a line each, the numbers at fixed
    places."""
    block: list[SentenceView] = []
    for view in (*scene.sentences, None):
        if view is not None and _is_cell(view, scene):
            block.append(view)
            continue
        yield from _block(block, scene)
        block = []


def _is_cell(view: SentenceView, scene: Scene) -> bool:
    """A short line of its own; a number alone may look like a list mark."""
    sentence = view.sentence
    text = scene.reading.text[sentence.start : sentence.end]
    return len(text) <= _LINE_CHARACTERS and (sentence.kind == "heading" or _NUMBER_LINE.fullmatch(text) is not None)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A cell of a table in pieces."""

    start: int
    end: int
    number: Quantity | None
    sentence: int


def _pieces(view: SentenceView, scene: Scene) -> list[_Piece]:
    """The cell that a line is; a label and the number that was joined to it are two."""
    sentence = view.sentence
    text = scene.reading.text[sentence.start : sentence.end]
    values = [quantity for quantity in view.quantities if quantity.non_value is None]
    if _NUMBER_LINE.fullmatch(text):
        return [_Piece(sentence.start, sentence.end, values[-1] if values else None, view.index)]
    last = values[-1] if values else None
    if last is None or last.unit is not None or last.end != sentence.end or last.start == sentence.start:
        return [_Piece(sentence.start, sentence.end, None, view.index)]
    label = _Piece(sentence.start, last.start, None, view.index)
    return [label, _Piece(last.start, last.end, last, view.index)]


def _block(block: Sequence[SentenceView], scene: Scene) -> Iterator[Row]:
    cells = [piece for view in block for piece in _pieces(view, scene)]
    first = next((at for at, cell in enumerate(cells) if cell.number is not None), 0)
    width = 1
    while first + width - 1 < len(cells) and cells[first + width - 1].number is not None:
        width += 1
    label = first - 1
    if width < 2 or label < width:
        return
    headings = cells[label - width + 1 : label]
    caption = cells[label - width].sentence - 1
    while label + width <= len(cells):
        numbers = cells[label + 1 : label + width]
        if cells[label].number is not None or any(cell.number is None for cell in numbers):
            return
        yield Row(
            cells[label].sentence,
            (cells[label].start, cells[label].end),
            tuple(
                Cell((head.start, head.end), cell.number)
                for head, cell in zip(headings, numbers, strict=True)
                if cell.number is not None
            ),
            caption,
            unit_said(scene.sentences[caption], scene) if caption >= 0 else "",
        )
        label += width
