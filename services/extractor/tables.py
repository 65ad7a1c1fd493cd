"""Figures of tables: the label names the indicator and the columns plan, result and rise; or the columns name
indicators and the label a place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from services.extractor.draft import Draft
from services.extractor.fit import companions, whole_only
from services.extractor.model import Mention
from services.extractor.quantities.lexicon import lexicon, longest
from services.extractor.scene import Scene
from services.extractor.table_rows import Cell, Row, rows
from shared.vietnam.catalogue import Indicator, catalogue
from shared.vietnam.text import fold

_PLAN: Final = re.compile(fold(r"\b(kế hoạch|kh|chỉ tiêu|mục tiêu|giao)\b"))
_RESULT: Final = re.compile(fold(r"\b(thực hiện|kết quả|th|đạt được|ước|số liệu|đạt)\b"))
_ESTIMATE: Final = re.compile(fold(r"\bước\b"))
_RATIO: Final = re.compile(fold(r"%|\b(tỷ lệ|so sánh|so với|tỉ lệ)\b"))
_CHANGE: Final = re.compile(fold(r"\b(tăng|giảm|chênh lệch)\b(?! nghèo)"))
_FALL: Final = re.compile(fold(r"\bgiảm\b"))
_BEFORE: Final = re.compile(fold(r"\b(cùng kỳ|năm trước|so với năm|so với 20|so năm)"))
_SCALE: Final = re.compile(fold(r"[(,:]\s*(?:đvt|đơn vị tính|đơn vị)?\s*:?\s*(nghìn|ngàn|triệu|tỷ|1\.?000)"))
_UNIT: Final = re.compile(fold(r"(nghìn|ngàn|triệu|tỷ|1\.?000)\b"))
_BRACKET: Final = re.compile(r"\((?:đvt:? ?)?([^()]{1,25})\)\s*$")
_SCALES: Final = {"nghìn": 3, "ngàn": 3, "1000": 3, "1.000": 3, "triệu": 6, fold("tỷ"): 9}
_WHOLE: Final = re.compile(fold(r"\b(tổng|cộng|toàn tỉnh|toàn thành phố|toàn quốc|chung)\b"))
_YEAR: Final = re.compile(r"\b(?:19|20)[0-9]{2}\b")
_UNKNOWN: Final[dict[str, str]] = {}
RATIO_TOLERANCE: Final = Decimal("1.2")
"""Points by which a column `Tỷ lệ (%)` may differ from result/plan to be the percent of plan."""
DONG_MIN: Final = 1_000_000
"""A sum in dong below it has lost its scale: no table of a province counts single dong."""


def read_tables(scene: Scene) -> dict[int, list[Draft]]:
    """Drafts of each sentence that is a row of a table or a cell of one; the other sentences are not there."""
    found: dict[int, list[Draft]] = {}
    for row in rows(scene):
        found[row.sentence] = read_row(row, scene)
        for cell in row.cells:
            found.setdefault(scene.reading.sentence_at(cell.quantity.start), [])
    return found


def read_row(row: Row, scene: Scene) -> list[Draft]:
    """Drafts of a row: the result with its plan and percent of plan, or one draft a column."""
    named = _named(row.label, scene.sentences[row.sentence].mentions)
    part = None if named or _WHOLE.search(scene.reading.folded[slice(*row.label)]) else _part(row, scene)
    if part is _UNKNOWN:
        return []
    rise = _rise_of(row, scene) if named else ""
    drafts: list[Draft] = []
    for cell in row.cells:
        heading = _heading(cell, scene)
        codes = named or _codes_of_column(cell, drafts, scene)
        if _is_ratio(heading, cell, drafts):
            _take_ratio(cell, heading, drafts)
            continue
        draft = _draft(row, cell, codes, scene)
        if draft is None:
            continue
        if _CHANGE.search(heading) and not catalogue()[draft.indicator or ""].whole:
            _make_change(draft, cell, heading)
        elif rise and not catalogue()[draft.indicator or ""].whole:
            _make_change(draft, cell, rise)
        if _PLAN.search(heading) and not _RESULT.search(heading):
            draft.status = "target"
        elif _ESTIMATE.search(heading):
            draft.status = "estimate"
        draft.breakdown |= part or {}
        drafts.append(draft)
    return _pair_plans(drafts)


def _rise_of(row: Row, scene: Scene) -> str:
    """The verb of a label that names a rise or fall (`Hộ nghèo giảm`), unless it is part of an indicator's name."""
    verb = _CHANGE.search(scene.reading.folded, *row.label)
    if verb is None:
        return ""
    names = [m for m in scene.sentences[row.sentence].mentions if m.kind == "pattern" and m.indicator]
    return "" if any(m.start <= verb.start() < m.end for m in names) else verb[0]


def _part(row: Row, scene: Scene) -> dict[str, str] | None:
    """Breakdown that a row's label gives; None where it is a place or a period, which their resolvers find, and
    `_UNKNOWN` where nothing tells what part of the province the row is."""
    view = scene.sentences[row.sentence]
    first, stop = row.label
    parts = [m.of[0] for m in view.mentions if m.kind == "breakdown" and first <= m.start and m.end <= stop]
    if parts:
        key, _, value = parts[0].partition("=")
        return {key: value}
    places = [area for area in view.areas if first <= area.start < stop]
    abroad = next((area.locality for area in places if area.role == "destination" and area.locality), None)
    if abroad:
        return {"destination": abroad}
    return None if places or any(first <= period.start < stop for period in view.periods) else _UNKNOWN


def _heading(cell: Cell, scene: Scene) -> str:
    return scene.reading.folded[slice(*cell.heading)] if cell.heading else ""


def _named(span: tuple[int, int], mentions: Sequence[Mention]) -> list[str]:
    """Indicators that the words of a cell name, the longest name first."""
    inside = [m for m in mentions if span[0] <= m.start and m.end <= span[1] and m.kind == "pattern" and m.indicator]
    inside.sort(key=lambda m: -m.weight)
    return [m.indicator for m in inside if m.indicator]


def _codes_of_column(cell: Cell, drafts: Sequence[Draft], scene: Scene) -> list[str]:
    if cell.heading is None:
        return []
    codes = _named(cell.heading, scene.sentences[scene.reading.sentence_at(cell.heading[0])].mentions)
    if not codes and drafts and _RATIO.search(_heading(cell, scene)):
        codes = [each.code for each in companions().get(drafts[-1].indicator or "", ())]
    return codes


def _is_ratio(heading: str, cell: Cell, drafts: Sequence[Draft]) -> bool:
    """A percent of plan or of the year before, not a rate of its own."""
    if not drafts or cell.quantity.unit not in ("percent", None) or not _RATIO.search(heading):
        return False
    if catalogue()[drafts[-1].indicator or ""].is_rate or _CHANGE.search(heading):
        return False
    compared = _PLAN.search(heading) or _BEFORE.search(heading) or fold("so sánh") in heading
    return bool(compared) or any(draft.status == "target" for draft in drafts)


def _take_ratio(cell: Cell, heading: str, drafts: Sequence[Draft]) -> None:
    """The percent of plan of the last result. One of the year before is left out: `108,4` and `8,4` mean the same."""
    results = [draft for draft in drafts if draft.status != "target" and draft.measure == "level"]
    plans = [draft for draft in drafts if draft.status == "target"]
    if not results:
        return
    agrees = any(
        abs(100 * results[-1].value / plan.value - cell.quantity.value) < RATIO_TOLERANCE
        for plan in plans
        if plan.value
    )
    if agrees or (_PLAN.search(heading) and not _BEFORE.search(heading)):
        results[-1].plan_ratio = cell.quantity.value


def _make_change(draft: Draft, cell: Cell, heading: str) -> None:
    """A column of rises and falls, signed as printed, or falls where its heading says so."""
    entry = catalogue()[draft.indicator or ""]
    falls = _FALL.search(heading) is not None and fold("tăng") not in heading
    draft.value = -abs(draft.value) if cell.negative or falls else draft.value
    draft.measure = "relative_change" if draft.unit == "percent" and not entry.is_rate else "change"
    if entry.is_rate:
        draft.unit = "percentage_point"


def _pair_plans(drafts: list[Draft]) -> list[Draft]:
    """The plan of a result of the same period is no draft of its own."""
    kept = []
    for draft in drafts:
        result = next((r for r in drafts if _is_result_of(r, draft)), None) if draft.status == "target" else None
        if result is None:
            kept.append(draft)
        else:
            result.target_value = draft.value
    return kept


def _is_result_of(result: Draft, plan: Draft) -> bool:
    same = (result.indicator, result.unit) == (plan.indicator, plan.unit) and plan.period in ("", result.period)
    return same and result.status != "target" and result.measure == "level" and result.target_value is None


def _draft(row: Row, cell: Cell, codes: Sequence[str], scene: Scene) -> Draft | None:
    quantity = cell.quantity
    heading = _heading(cell, scene)
    around = f"{scene.reading.folded[slice(*row.label)]} {heading}"
    for code in codes:
        entry = catalogue()[code]
        change = "%" in heading and _CHANGE.search(heading) is not None and not entry.is_rate and entry.unit != "vnd"
        if change:
            draft = Draft(quantity, row.sentence, code, "level", quantity.value, "percent")
        else:
            said = quantity.unit or _unit_said(row, heading, scene)
            unit = said if said in entry.units else None
            if (said is not None and unit is None) or not _suits(entry, f"{around} {row.unit}"):
                continue
            scale = 0 if quantity.unit else _scale(around, row.unit)
            draft = Draft(quantity, row.sentence, code, "level", quantity.value.scaleb(scale), unit or entry.unit)
            if (draft.unit == "vnd" and not quantity.unit and draft.value < DONG_MIN) or (
                whole_only(draft.unit) and draft.value != draft.value.to_integral_value()
            ):
                return None
        draft.rules.append("table")
        draft.period = _period(row, cell, scene)
        return draft
    return None


def _suits(entry: Indicator, around: str) -> bool:
    """`Tỷ lệ hộ nghèo` and `Số hộ nghèo` hold the same words: a percent sign or `tỷ lệ` asks for a rate."""
    rate = "%" in around or fold("tỷ lệ") in around
    return rate == (entry.unit == "percent") or entry.unit == "vnd"


def _unit_said(row: Row, heading: str, scene: Scene) -> str | None:
    """Unit that the column, the label or the row says: `Số nhà ở hỗ trợ cho hộ nghèo (nhà)` counts houses."""
    for words in (heading, scene.reading.folded[slice(*row.label)]):
        bracket = _BRACKET.search(words)
        found = _unit_of(bracket[1]) if bracket else None
        if found:
            return found
    return _unit_of(row.unit)


def _unit_of(words: str) -> str | None:
    """The unit that `words` are, after a scale (`nghìn người`); None where they are more or none."""
    scale = _UNIT.match(words)
    start = scale.end() if scale else 0
    found = longest(lexicon().nouns, words, start)
    if found is None or found[0].noun is None or found[2] != len(words.rstrip()):
        return None
    return "percent" if found[0].noun.unit == "percentage_point" else found[0].noun.unit


def _scale(around: str, unit: str) -> int:
    """Power of ten of the unit that the words around the number say, or the row's or the caption's unit."""
    found = _SCALE.search(around) or _UNIT.match(unit)
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
