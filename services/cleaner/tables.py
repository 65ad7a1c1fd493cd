"""A data table as lines that keep each figure with its row's label and its column's heading.

`label | Kế hoạch: 6.000 | Thực hiện: 8.095`; a table of two columns without heading gives `label: value`; a cell of
several lines gives its row's label as a line and the cell's lines under it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Final

from services.cleaner import limits
from services.cleaner.dom import Element, text_of
from services.cleaner.lines import Kind, Line
from services.cleaner.model import Removed

_NUMERIC: Final = re.compile(r"[-+±≈~<>≥≤]?\s*[\d.,/]*\d[\d.,/]*\s*(?:%|‰|đ|\S{1,12})?")
_YEAR: Final = re.compile(r"(?:năm\s*)?(?:19|20)\d\d")
_ORDINAL: Final = re.compile(r"(?:[IVXL]{1,5}|\d{1,3}(?:\.\d{1,2}){0,3}|[a-zđ])[.)]?")
_COLUMN_NUMBER: Final = re.compile(r"\(?(?:\d{1,2}|[A-Z])\)?(?:\s*=.*)?")
_CELL_CHARS_MAX: Final = 1200
"""A cell longer than this holds the page's layout, not a datum: the longest list in a cell of the gold has 400."""
_COLUMNS_MAX: Final = 120
_JOIN_CHARS: Final = 100
"""Up to this length the paragraphs of a cell are one text that was broken for width."""


@dataclass(frozen=True, slots=True)
class _Cell:
    lines: tuple[str, ...]
    heading: bool

    @property
    def text(self) -> str:
        return " ".join(self.lines)


_EMPTY: Final = _Cell((), False)


def rows(table: Element, removed: list[Removed]) -> list[Line] | None:
    """The lines of a data table; None if `table` only lays out a page, or holds no text in two columns."""
    grid = _grid(table, removed)
    if grid is None:
        return None
    caption = next((text_of(child) for child in table if child.tag == "caption"), "")
    lines = [Line(caption, Kind.CAPTION)] if caption else []
    count = _heading_rows(grid)
    headings = _headings(grid[:count])
    for row in grid[count:]:
        if len(row) > 2 and all(_COLUMN_NUMBER.fullmatch(cell.text) for cell in row if cell.text):
            removed.append(Removed("column-numbers", " | ".join(cell.text for cell in row)))
            continue
        lines += _row_lines(row, headings)
    if count and not grid[count:]:
        lines += _row_lines(grid[0], [""] * len(grid[0]))
    return lines


def _grid(table: Element, removed: list[Removed]) -> list[list[_Cell]] | None:
    """Cells with colspan and rowspan unfolded, rows of one length; None if the table is none of data."""
    if table.get("role") == "presentation":
        return None
    nested = next(table.iterdescendants("table"), None)
    if nested is not None and len(list(islice(nested.iter("td"), 2))) > 1:
        return None
    found = [tr for tr in table.iter("tr") if _nearest_table(tr) is table]
    sizes = [[len(text_of(td)) for td in _cells(tr)] for tr in found]
    full = [tr for tr, row in zip(found, sizes, strict=True) if sum(map(bool, row)) > 1]
    if len(full) < 2 and not any(_is_number(text_of(td)) for tr in full for td in _cells(tr)):
        return None
    if any(size > _CELL_CHARS_MAX for row in sizes for size in row):
        return None
    out: list[list[_Cell]] = []
    spans: dict[int, tuple[int, _Cell]] = {}
    total = 0
    for tr in found:
        out.append(_row(_cells(tr), spans, removed))
        total += len(out[-1])
        if total > limits.TABLE_CELLS_MAX:
            return None
    widest = max(map(len, out))
    return [row + [_EMPTY] * (widest - len(row)) for row in out if any(cell.text for cell in row)]


def _row(tds: list[Element], spans: dict[int, tuple[int, _Cell]], removed: list[Removed]) -> list[_Cell]:
    """One row's cells. `spans`: by column the cells that reach down from rows above, and how many rows still."""
    row: list[_Cell] = []
    waiting = iter(tds)
    while len(row) < _COLUMNS_MAX:
        if len(row) in spans:
            left, cell = spans.pop(len(row))
            if left > 1:
                spans[len(row)] = (left - 1, cell)
            row.append(cell)
            continue
        td = next(waiting, None)
        if td is not None:
            cell, height = _cell(td, removed), _span(td, "rowspan", 500)
            for _ in range(_span(td, "colspan", 60)):
                if height > 1:
                    spans[len(row)] = (height - 1, cell)
                row.append(cell)
        elif any(column > len(row) for column in spans):
            row.append(_EMPTY)
        else:
            break
    return row


def _nearest_table(tr: Element) -> Element | None:
    return next((ancestor for ancestor in tr.iterancestors("table")), None)


def _cells(tr: Element) -> list[Element]:
    return [child for child in tr if child.tag in ("td", "th")]


def _span(td: Element, name: str, most: int) -> int:
    value = (td.get(name) or "").strip()
    return max(1, min(int(value), most)) if value.isdigit() and len(value) < 5 else 1


def _cell(td: Element, removed: list[Removed]) -> _Cell:
    from services.cleaner.linearise import linearise  # the two call each other: a cell is a small page

    lines = tuple(line.text for line in linearise(td, removed))
    heading = td.tag == "th" or _is_bold(td)
    has_list = next(td.iter("li"), None) is not None
    if len(lines) > 1 and not has_list and sum(map(len, lines)) <= _JOIN_CHARS:
        lines = (" ".join(lines),)
    return _Cell(lines, heading)


def _is_bold(td: Element) -> bool:
    bold = sum(len(text_of(el)) for el in td.iter("b", "strong"))
    return bold > 0 and bold >= 0.9 * len(text_of(td))


def _is_number(text: str) -> bool:
    return bool(_NUMERIC.fullmatch(text)) and not _YEAR.fullmatch(text)


def _heading_rows(grid: list[list[_Cell]]) -> int:
    """How many rows at the top name the columns."""
    if len(grid) < 2:
        return 0
    first = [cell for cell in grid[0] if cell.text]
    if any(_is_number(cell.text) for cell in first) or len({id(cell) for cell in first}) < 2:
        return 0
    values = [cell.text for row in grid[1:] for cell in row[1:] if cell.text]
    numbers = sum(map(_is_number, values))
    mostly = numbers >= 0.8 * len(values) or len(grid[0]) > 2  # two columns may be labels and values of any kind
    if not (all(cell.heading for cell in first) or (numbers and mostly)):
        return 0
    count = 1
    while count < min(4, len(grid) - 1):
        above, row = grid[count - 1], grid[count]
        spans = any(a is b for a, b in zip(above, row, strict=True) if a.text)
        wide = any(a is b and a.text for a, b in pairwise(above))
        if not (spans or wide) or any(_is_number(cell.text) for cell in row):
            break
        if len({id(cell) for cell in row}) < 2:
            break
        count += 1
    return count


def _headings(top: list[list[_Cell]]) -> list[str]:
    """A column's heading: the distinct texts above it, from the top."""
    if not top:
        return []
    return [" - ".join(dict.fromkeys(row[i].text for row in top if row[i].text)) for i in range(len(top[0]))]


def _row_lines(row: list[_Cell], headings: list[str]) -> list[Line]:
    cells = [(cell, headings[i] if headings else "") for i, cell in enumerate(row) if i == 0 or cell is not row[i - 1]]
    cells = [(cell, heading) for cell, heading in cells if cell.text]
    if not cells:
        return []
    ordinal = ""
    if (
        len(cells) > 1
        and cells[0][0] is row[0]
        and _ORDINAL.fullmatch(cells[0][0].text)
        and not _is_number(cells[1][0].text)
    ):
        ordinal = cells[0][0].text.rstrip(".)") + ". "
        cells = cells[1:]
    label = ordinal + cells[0][0].text
    values = cells[1:]
    if not values:
        return [Line(text, Kind.ROW) for text in (ordinal + cells[0][0].lines[0], *cells[0][0].lines[1:])]
    if any(len(cell.lines) > 1 for cell, _ in values):
        return [Line(label, Kind.ROW)] + [Line(text, Kind.ROW) for cell, _ in values for text in cell.lines]
    if len(values) == 1 and not headings:
        return [Line(f"{label.rstrip(': ')}: {values[0][0].text}", Kind.ROW)]
    parts = [f"{heading}: {cell.text}" if heading else cell.text for cell, heading in values]
    return [Line(" | ".join([label, *parts]), Kind.ROW)]
