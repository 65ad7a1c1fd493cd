"""Figures of tables: rows that the cleaner wrote as `label | Kế hoạch: 6.000 | Thực hiện: 8.095`, and tables that
fell apart
into one cell a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from services.extractor.draft import Draft
from services.extractor.fit import companions
from services.extractor.model import Mention, Quantity
from services.extractor.scene import Scene, SentenceView
from shared.vietnam.catalogue import Indicator, catalogue
from shared.vietnam.text import fold

_CELL: Final = re.compile(r"[^|\t\n]+")
_PLAN: Final = re.compile(fold(r"\b(kế hoạch|kh|chỉ tiêu|mục tiêu|giao)\b"))
_RESULT: Final = re.compile(fold(r"\b(thực hiện|kết quả|th|đạt được|ước|số liệu|đạt)\b"))
_RATIO: Final = re.compile(fold(r"%|\b(tỷ lệ|so sánh|so với|tỉ lệ)\b"))
_SCALE: Final = re.compile(fold(r"[(,:]\s*(?:đvt|đơn vị tính|đơn vị)?\s*:?\s*(nghìn|ngàn|triệu|tỷ)"))
_SCALES: Final = {"nghìn": 3, "ngàn": 3, "triệu": 6, fold("tỷ"): 9}
_WHOLE: Final = re.compile(fold(r"\b(tổng|cộng|toàn tỉnh|toàn thành phố|toàn quốc|chung)\b"))
_NUMBER_LINE: Final = re.compile(r"[-+]?[0-9]{1,3}(?:[.,\s][0-9]{3})*(?:[.,][0-9]+)?\s*%?")
_YEAR: Final = re.compile(r"\b(?:19|20)[0-9]{2}\b")
_LINE_CHARACTERS: Final = 60
"""Longest line that can be a cell of a table in pieces."""


@dataclass(frozen=True, slots=True)
class Cell:
    heading: tuple[int, int] | None
    """Span of the words above or before the number."""
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class Row:
    sentence: int
    label: tuple[int, int]
    cells: tuple[Cell, ...]
    caption: int = -1
    """Index of the sentence above the headings."""


def rows(scene: Scene) -> Iterator[Row]:
    """All rows of the article's tables, in order."""
    for view in scene.sentences:
        if view.sentence.kind == "table":
            row = _row(view, scene)
            if row:
                yield row
    yield from _in_pieces(scene)


def _row(view: SentenceView, scene: Scene) -> Row | None:
    text = scene.reading.text
    spans = [match.span() for match in _CELL.finditer(text, view.sentence.start, view.sentence.end)]
    if len(spans) < 2:
        return None
    cells = []
    for start, end in spans[1:]:
        inside = [q for q in view.quantities if start <= q.start < end and q.non_value in (None, "counter", "norm")]
        if not inside:
            continue
        colon = text.rfind(":", start, inside[-1].start)
        cells.append(Cell((start, colon) if colon > 0 else None, inside[-1]))
    return Row(view.index, spans[0], tuple(cells)) if cells else None


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
        )
        label += width


def read_tables(scene: Scene) -> dict[int, list[Draft]]:
    """Drafts of each sentence that is a row of a table or a cell of one; the other sentences are not there."""
    found: dict[int, list[Draft]] = {}
    for row in rows(scene):
        found[row.sentence] = read_row(row, scene)
        for cell in row.cells:
            found.setdefault(scene.reading.sentence_at(cell.quantity.start), [])
    return found


def read_row(row: Row, scene: Scene) -> list[Draft]:
    """Drafts of a row: the label names the indicator and the columns plan and result, or the columns name indicators
    and the
    label a place."""
    mentions = scene.sentences[row.sentence].mentions
    named = _named(row.label, mentions)
    drafts: list[Draft] = []
    if named:
        drafts = _plan_and_result(row, named, scene)
    else:
        for cell in row.cells:
            if cell.heading is None:
                continue
            codes = _named(cell.heading, scene.sentences[scene.reading.sentence_at(cell.heading[0])].mentions)
            if not codes and drafts and _RATIO.search(scene.reading.folded[slice(*cell.heading)]):
                codes = [each.code for each in companions().get(drafts[-1].indicator or "", ())]
            draft = _draft(row, cell, codes, scene)
            if draft:
                label = scene.reading.text[slice(*row.label)].strip()
                draft.locality = None if _WHOLE.search(fold(label)) else label
                drafts.append(draft)
    return drafts


def _named(span: tuple[int, int], mentions: Sequence[Mention]) -> list[str]:
    """Indicators that the words of a cell name, the longest name first."""
    inside = [m for m in mentions if span[0] <= m.start and m.end <= span[1] and m.kind == "pattern" and m.indicator]
    inside.sort(key=lambda m: -m.weight)
    return [m.indicator for m in inside if m.indicator]


def _plan_and_result(row: Row, codes: Sequence[str], scene: Scene) -> list[Draft]:
    result: Draft | None = None
    plan: Draft | None = None
    ratio: Decimal | None = None
    others: list[Draft] = []
    for cell in row.cells:
        heading = scene.reading.folded[slice(*cell.heading)] if cell.heading else ""
        percent_of = bool(_RATIO.search(heading)) and bool(_PLAN.search(heading) or result or plan)
        if percent_of and cell.quantity.unit in ("percent", None) and not catalogue()[codes[0]].is_rate:
            ratio = cell.quantity.value
            continue
        draft = _draft(row, cell, codes, scene)
        if draft is None:
            continue
        if _PLAN.search(heading) and not _RESULT.search(heading):
            draft.status = "target"
            plan = plan or draft
        elif result is None:
            result = draft
        else:
            others.append(draft)
    if result is not None:
        result.plan_ratio = ratio
        if plan is not None and plan.period in ("", result.period):
            result.target_value = plan.value
            plan = None
    return [draft for draft in (result, plan, *others) if draft is not None]


def _draft(row: Row, cell: Cell, codes: Sequence[str], scene: Scene) -> Draft | None:
    quantity = cell.quantity
    around = (
        scene.reading.folded[slice(*row.label)]
        + " "
        + (scene.reading.folded[slice(*cell.heading)] if cell.heading else "")
    )
    for code in codes:
        entry = catalogue()[code]
        unit = quantity.unit if quantity.unit in entry.units else None
        if quantity.unit is not None and unit is None:
            continue
        if not _suits(entry, around):
            continue
        value = quantity.value if quantity.unit else quantity.value.scaleb(_scale(around))
        draft = Draft(quantity, row.sentence, code, "level", value, unit or entry.unit)
        draft.rules.append("table")
        draft.period = _period(row, cell, scene)
        return draft
    return None


def _suits(entry: Indicator, around: str) -> bool:
    """`Tỷ lệ hộ nghèo` and `Số hộ nghèo` hold the same words: a percent sign or `tỷ lệ` asks for a rate."""
    rate = "%" in around or fold("tỷ lệ") in around
    return rate == (entry.unit == "percent") or entry.unit == "vnd"


def _scale(around: str) -> int:
    found = _SCALE.search(around)
    return _SCALES[found[1]] if found else 0


def _period(row: Row, cell: Cell, scene: Scene) -> str:
    """Of the column's heading, else of the caption."""
    if cell.heading is not None:
        view = scene.sentences[scene.reading.sentence_at(cell.heading[0])]
        own = [
            p for p in view.periods if cell.heading[0] <= p.start < cell.heading[1] and p.role in ("period", "as_of")
        ]
        if own:
            return own[-1].period
        year = _YEAR.search(scene.reading.text, *cell.heading)
        if year:
            return year[0]
    if row.caption < 0:
        return ""
    above = [p.period for p in scene.sentences[row.caption].periods if p.role in ("period", "as_of", "event")]
    return above[-1] if above else ""
