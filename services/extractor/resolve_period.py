"""The period of a draft: the words nearest, else its sentence, else heading or list head, else the article's own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from services.extractor.draft import Draft
from services.extractor.model import PeriodMention
from services.extractor.period_ahead import LIES_AHEAD, look_ahead
from services.extractor.period_kinds import at_its_end, averaged, by_kind, closes, spans_of_average, up_to_month
from services.extractor.periods import period_end, year_before
from services.extractor.scene import Scene, SentenceView
from shared.vietnam.text import fold

_OWN: Final = ("period", "as_of", "span")
_ATTACHED: Final = re.compile(fold(r"[\s(]*(?:vào|trong|của|ở|cho|cuối|từ)?\s*"))
_OWN_BRACKET: Final = re.compile(r"[^()]*[0-9][^()]*\)")
"""After a period in brackets that has a number of its own there: `42 vụ (năm 2022: 50 vụ)`."""
_BARE_YEAR: Final = re.compile(r"\( ?((?:19|20)[0-9]{2}) ?: ?$")
"""`1,39% (2022: 2,15%)`."""
_BARE_YEAR_CHARACTERS: Final = 12
_OF_BASE: Final = re.compile(fold(r"\s*(?:là|chỉ là|:|\()\s*"))
_BRACKET_OF_BASE: Final = re.compile(r"\([^()]{1,120}")
"""From a base's bracket to the number that it tells: `cùng kỳ năm ngoái (9 tháng đầu năm 2022, tổng số là 13.100)`."""
_OF_WHICH: Final = re.compile(fold(r"(?:trong đó|trong số đó|cụ thể)\b"))
_OF_NEXT: Final = re.compile(fold(r"[,;](?: [^\s,;:()]+){0,4} ?$"))
_VALUE: Final = re.compile(fold(r",?(?: [^\s,;:()0-9]+){0,6} [0-9]"))
"""Before and after a period that opens what is said of the next value: `còn 2,8%, ước cuối năm 2020 còn 2,6%`."""
_COMPARED: Final = re.compile(fold(r"so với (?:mức |con số )?[0-9][^;()]{0,25}$"))
_BRACKET_CHARACTERS: Final = 120
_BRACKET_OPENS: Final = 6
"""`(cuối ` before a year."""
_CHARACTERS_PER: Final = 60
"""Words for `each year` bear on a number at most so far away."""
_ON_AVERAGE_CHARACTERS: Final = len("tính bình quân ")
_BASE: Final = re.compile(fold(r"(?:\bso với|\blần đầu(?: tiên)?(?: kể)?(?: từ)?)\s*(?:dịp |đợt )?$"))
_PASSING: Final = frozenset(("period.now", "period.tet", "period.occasion"))
"""Rules of periods that say nothing of the sentences after theirs."""
_HEADING_CHARACTERS: Final = 150


@dataclass(slots=True)
class PeriodMemory:
    """Periods in force outside the sentence."""

    section: str = ""
    """Of the heading or list head above."""
    listing: bool = False
    """The section is a list: a paragraph that is no item ends it."""
    paragraph: int = -1
    carried: dict[str, PeriodMention] = field(default_factory=dict)
    """By status: of the sentences before in the same paragraph."""
    passing: PeriodMention | None = None
    """The last period of the part before, if it holds for no more than the parts of that sentence (`đến nay`)."""
    day: str = ""
    """The last day of the article's period, where a state was told of on it."""
    ahead: bool = False
    """What the part before said is a target because its period lies ahead."""
    span: str = ""
    """The last span of years that results were told of, for averages of later paragraphs."""
    planned: str = ""
    """The last period that a target was set for, or that is called a plan's."""


def resolve_periods(view: SentenceView, drafts: Sequence[Draft], scene: Scene, memory: PeriodMemory) -> None:
    """Set `period` (and `breakdown.per`) of the drafts, the status of what lies ahead, and move `memory` on."""
    if view.sentence.paragraph != memory.paragraph:
        memory.paragraph = view.sentence.paragraph
        memory.carried.clear()
        memory.passing = None
        if memory.listing and view.sentence.kind not in ("item", "table"):
            memory.section, memory.listing = "", False
    own = [m for m in view.periods if m.role in _OWN and m.period and not _is_base(m, scene)]
    if (memory.passing or memory.ahead) and not _goes_on(view, scene):
        memory.passing, memory.ahead = None, False
    for draft in drafts:
        if not draft.period:
            _one(draft, own, view, scene, memory)
        if draft.status == "target":
            memory.planned = draft.period
    _move(view, drafts, own, scene, memory)


def _one(draft: Draft, own: Sequence[PeriodMention], view: SentenceView, scene: Scene, memory: PeriodMemory) -> None:
    year = _BARE_YEAR.search(scene.reading.folded, max(0, draft.start - _BARE_YEAR_CHARACTERS), draft.start)
    if year:
        draft.period = year[1]
        draft.rules.append("period: a year before a colon")
        return
    earlier = draft.earlier or (draft.change_of.earlier if draft.change_of else None)
    if earlier is not None:  # `từ 3,68% cuối năm 2020 xuống còn 2,9%, giảm 0,78%`
        own = [mention for mention in own if not _attached(mention, earlier, scene)]
    mention = _value_of_base(draft, view, scene) or _nearest(draft, own, scene)
    if mention is not None and mention.start > draft.end and "period.now" in mention.rules and memory.carried:
        mention = None
    if draft.before_the_change and not (mention and _attached(mention, draft, scene)):
        _before_the_change(draft, mention, view, scene)
        return
    named = mention
    if mention is not None:
        draft.period = mention.period
        draft.rules.append(f"period: {scene.reading.text[mention.start : mention.end]}")
        draft.own_period = "period.doubtful" not in mention.rules
        look_ahead(draft, mention, scene.published)
        if draft.status == "target" and memory.planned[:4] > mention.period[:4] and _in_bracket(draft, mention, scene):
            draft.status = "actual"  # `xuống còn 1,5% (cuối năm 2019: 1,95%)`
            draft.rules.append("status: before the target's period")
    elif draft.change_of is not None and draft.change_of.period:
        draft.period = draft.change_of.period
        draft.rules.append("period: of the level beside it")
    else:
        named = _from_before(draft, scene, memory)
    by_kind(draft, scene.period, memory.day)
    up_to_month(draft, named)
    for each in view.periods:
        if each.role in ("per_year", "per_month") and _bears_on(each, draft, scene):
            draft.breakdown["per"] = each.role[4:]
    at_its_end(draft)
    if draft.breakdown.get("per") == "year" and (mention is None or mention.role == "as_of"):
        spoken = [m.period for m in view.periods if m.role in ("span", "name")]
        carried = memory.carried.get(draft.status)
        spoken += [draft.period, carried.period if carried else "", memory.section, scene.period or ""]
        spoken += [memory.span] if draft.status == "actual" and mention is None else []
        spoken += spans_of_average(draft, scene) if mention is None else []
        averaged(draft, spoken, scene.period)


def _from_before(draft: Draft, scene: Scene, memory: PeriodMemory) -> PeriodMention | None:
    """Give the draft, whose sentence names no period, that of what stands before, and return the mention of it."""
    if memory.ahead and not any(rule.startswith("status:") for rule in draft.rules):
        draft.status = "target"
        draft.rules.append(LIES_AHEAD)
    named = _carried(draft, memory)
    choices = (
        ("carried", named.period if named else ""),
        ("section", memory.section),
        ("planned", memory.planned if draft.status == "target" else ""),
        ("article", scene.period or ""),
    )
    name, draft.period = next((choice for choice in choices if choice[1]), ("none", ""))
    draft.rules.append(f"period: {name}")
    if named is not None and draft.period == named.period:
        look_ahead(draft, named, scene.published, carried=True)
    return named


def _goes_on(view: SentenceView, scene: Scene) -> bool:
    """It is a part of what the sentence before says: behind a semicolon, or `trong đó`."""
    if view.index == 0:
        return False
    before = scene.sentences[view.index - 1].sentence
    if before.paragraph != view.sentence.paragraph:
        return False
    part = scene.reading.text[before.end - 1] == ";"
    return part or _OF_WHICH.match(scene.reading.folded, view.sentence.start) is not None


def _nearest(draft: Draft, own: Sequence[PeriodMention], scene: Scene) -> PeriodMention | None:
    folded = scene.reading.folded
    start, end = draft.start, draft.end
    attached = [mention for mention in own if _attached(mention, draft, scene)]
    if "times" in draft.quantity.rules:  # `gấp đôi năm 2022`: a base
        own = [mention for mention in own if mention not in attached]
    elif attached:
        return attached[0]
    usable = [m for m in own if not _bracketed(m) and (draft.status == "target" or not _planned(m, scene))]
    before = [m for m in usable if m.end <= start and not _aside(m, start, scene)]
    if before:
        return before[-1]
    after = [m for m in usable if m.start >= end and not _aside(m, None, scene)]
    if not after or re.search(r"[0-9]", folded[end : after[0].start]):
        return None
    return None if _OF_NEXT.search(folded, end, after[0].start) and _VALUE.match(folded, after[0].end) else after[0]


def _value_of_base(draft: Draft, view: SentenceView, scene: Scene) -> PeriodMention | None:
    """The period of the year before, of a level that is said of it: `(cùng kỳ năm 2022 là 13.100 lao động)`."""
    if draft.measure != "level":
        return None
    folded = scene.reading.folded
    bases = [m for m in view.periods if m.role == "base" and m.period and m.end <= draft.start]
    if not bases:
        return None
    told = _OF_BASE.fullmatch(folded, bases[-1].end, draft.start)
    aside = _BRACKET_OF_BASE.fullmatch(folded, bases[-1].start - 1, draft.start)
    return bases[-1] if told or aside else None


def _is_base(mention: PeriodMention, scene: Scene) -> bool:
    """`tăng 13% so với Tết Ất Tỵ`, `lần đầu tiên kể từ năm 1990`: the words name no figure's own period."""
    return _BASE.search(scene.reading.folded, max(0, mention.start - _CHARACTERS_PER), mention.start) is not None


def _in_bracket(draft: Draft, mention: PeriodMention, scene: Scene) -> bool:
    """A bracket opens with the period and holds the number."""
    opens = scene.reading.folded[max(0, mention.start - _BRACKET_OPENS) : mention.start]
    return "(" in opens and mention.end <= draft.start and ")" not in scene.reading.folded[mention.end : draft.start]


def _bears_on(mention: PeriodMention, draft: Draft, scene: Scene) -> bool:
    """In the number's own clause; `a month` says something of money only."""
    start, end = (
        sorted((mention.end, draft.quantity.start)) if mention.end <= draft.start else (draft.end, mention.start)
    )
    between = scene.reading.text[start:end]
    if mention.start - scene.reading.sentences[draft.sentence].start <= _ON_AVERAGE_CHARACTERS:
        between = between.removeprefix(",")  # `Bình quân mỗi năm, tỉnh đào tạo …`
    money = draft.unit == "vnd" or mention.role == "per_year"
    return money and len(between) < _CHARACTERS_PER and not any(mark in between for mark in ",;(")


def _carried(draft: Draft, memory: PeriodMemory) -> PeriodMention | None:
    if memory.passing is not None and draft.status == "actual":
        return memory.passing
    found = memory.carried.get(draft.status)
    return memory.carried.get("actual") if found is None and draft.status == "estimate" else found


def _attached(mention: PeriodMention, draft: Draft, scene: Scene) -> bool:
    """Right after the number: `56% vào năm 2020`, `16,5% (cuối năm 2021)`."""
    folded = scene.reading.folded
    if mention.start < draft.end or _ATTACHED.fullmatch(folded, draft.end, mention.start) is None:
        return False
    return "(" not in folded[draft.end : mention.start] or _OWN_BRACKET.match(folded, mention.end) is None


def _aside(mention: PeriodMention, until: int | None, scene: Scene) -> bool:
    """In brackets that close before `until`, with a number of its own there."""
    folded = scene.reading.folded
    stop = mention.end + _BRACKET_CHARACTERS if until is None else until
    return _OWN_BRACKET.match(folded, mention.end, stop) is not None


def _compared(mention: PeriodMention, scene: Scene) -> bool:
    """The year of a figure that another is compared with: `so với 2,15% của năm 2022`."""
    return _COMPARED.search(scene.reading.folded, max(0, mention.start - _CHARACTERS_PER), mention.start) is not None


def _planned(mention: PeriodMention, scene: Scene) -> bool:
    """A plan's period, unless it lies before the publication: then a result was planned and reached."""
    if "period.planned" not in mention.rules:
        return False
    return scene.published is None or int(mention.period[:4]) >= scene.published.year


def _before_the_change(draft: Draft, mention: PeriodMention | None, view: SentenceView, scene: Scene) -> None:
    """`giảm từ 6,75% xuống 5,24%`: the first value is of the end of the year before the second's, or before a span that
    the change took."""
    period = mention.period if mention else scene.period or ""
    spans = [m.period for m in view.periods if m.role in ("span", "name") and m.end <= draft.start]
    if spans and spans[-1][:4].isdigit():
        draft.period = str(int(spans[-1][:4]) - 1)
    else:
        draft.period = year_before(period) if period[:4].isdigit() else period
    draft.rules.append("period: before the change")


def _bracketed(mention: PeriodMention) -> bool:
    return "period.bracket" in mention.rules


def _move(
    view: SentenceView, drafts: Sequence[Draft], own: Sequence[PeriodMention], scene: Scene, memory: PeriodMemory
) -> None:
    plain = [m for m in own if not (_bracketed(m) or _aside(m, None, scene) or _compared(m, scene))]
    if _heads(view, drafts, scene):
        memory.section = plain[-1].period if plain else memory.section if memory.listing else ""
        following = view.index + 1
        memory.listing = following < len(scene.sentences) and scene.sentences[following].sentence.kind == "item"
    for mention in plain:
        if mention.role == "as_of" and closes(mention.period, scene.period or ""):
            memory.day = mention.period
        if "period.planned" in mention.rules:
            memory.planned = mention.period
        ends = period_end(mention.period) if mention.role == "span" else None
        if ends and scene.published and ends.year <= scene.published.year:
            memory.span = mention.period
    lasting = [mention for mention in plain if _PASSING.isdisjoint(mention.rules)]
    if plain:
        memory.passing = None if plain[-1] in lasting else plain[-1]
    if drafts:
        memory.ahead = LIES_AHEAD in drafts[-1].rules
    if lasting and not _heads(view, drafts, scene):
        done = [mention for mention in lasting if not _planned(mention, scene)]
        last = {draft.status: draft.period for draft in drafts}
        for status in last or ("actual", "estimate", "target"):
            usable = lasting if status == "target" else done
            told = [mention for mention in usable if mention.period == last.get(status)]
            if usable:
                memory.carried[status] = (told or usable)[-1]
        if memory.ahead and lasting[-1].role == "span":
            memory.carried["actual"] = lasting[-1]  # of which look_ahead tells what is done


def _heads(view: SentenceView, drafts: Sequence[Draft], scene: Scene) -> bool:
    """A line above others: it ends with a colon, or heads a section of targets or results, or is a numbered heading, or
    list items follow it."""
    if view.sentence.paragraph == 0:
        return False
    if any(cue.scope == "section" for cue in view.statuses):
        return True
    text = scene.reading.text[view.sentence.start : view.sentence.end].rstrip()
    if text.endswith(":"):
        return True
    if drafts or len(text) > _HEADING_CHARACTERS or text[-1] in ".;,":
        return False
    following = view.index + 1
    item_follows = following < len(scene.sentences) and scene.sentences[following].sentence.kind == "item"
    return view.sentence.kind == "item" or (view.sentence.kind == "heading" and item_follows)
