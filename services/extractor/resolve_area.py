"""The area and locality of a draft: a place that its clause names as subject, else the article's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from services.extractor.areas import area_key
from services.extractor.draft import Draft
from services.extractor.model import AreaMention
from services.extractor.periods import period_end
from services.extractor.scene import Scene, SentenceView
from shared.vietnam.areas import NATION
from shared.vietnam.text import fold

_AFTER: Final = re.compile(r"\s*\(?(?:ở |của |tại )?(?:tỉnh |thành phố |tp\.? ?)?")
"""What may stand between a number and the place that it is of: `12.830 người ở Nghệ An`, `97,2% (Quảng Trị)`."""

_WHERE: Final = re.compile(fold(r",? nơi\b"))
"""What follows is of the place just named: `kinh nghiệm của tỉnh Hà Nam, nơi năm 2023 …`."""
_OPENING_CHARACTERS: Final = 4
PARTS_MAX: Final = 12
"""Parts of a sentence between semicolons that are looked back over."""


def resolve_areas(view: SentenceView, drafts: Sequence[Draft], scene: Scene) -> None:
    """Set `area` and `locality` of the drafts: the unit of that name in force at the end of the statement's period."""
    folded = scene.reading.folded
    scopes = [mention for mention in view.areas if mention.role == "scope" or _WHERE.match(folded, mention.end)]
    scopes = [mention for mention in scopes if not _leads_nowhere(mention)]
    for draft in drafts:
        if draft.area is not None:
            continue
        mention = _attached(draft, scopes, scene) or _nearest(draft, scopes) or _of_whole_sentence(view, scene)
        if mention is None:
            mention = _of_paragraph(view, scene) if scene.area is None else _of_nation(view, scene)
        if mention is not None and mention.area == NATION:
            mention = _region_before(view, draft, mention) or mention
        draft.area, draft.locality = scene.area, scene.locality
        if mention is not None:
            draft.area = mention.area or (None if "area.region" in mention.rules else scene.area)
            draft.locality = mention.locality
            draft.rules.append(f"area: {scene.reading.text[mention.start : mention.end]}")
        if draft.area is not None and not (mention is not None and "area.old" in mention.rules):
            draft.area = area_key(draft.area, period_end(draft.period), published=scene.published)


def _attached(draft: Draft, scopes: Sequence[AreaMention], scene: Scene) -> AreaMention | None:
    after = next((m for m in scopes if m.start >= draft.end), None)
    if after is None or _AFTER.fullmatch(scene.reading.folded, draft.end, after.start) is None:
        return None
    return after if "area.reset" not in after.rules else None


def _nearest(draft: Draft, scopes: Sequence[AreaMention]) -> AreaMention | None:
    before = [m for m in scopes if m.start < draft.start]
    return before[-1] if before else None


def _of_whole_sentence(view: SentenceView, scene: Scene) -> AreaMention | None:
    """The place that a sentence opens with, or the one below the province that is its subject (`toàn huyện`), for
    its parts behind semicolons too."""
    for index in range(view.index - 1, max(-1, view.index - PARTS_MAX), -1):
        part = scene.sentences[index]
        if part.sentence.paragraph != view.sentence.paragraph or scene.reading.text[part.sentence.end - 1] != ";":
            return None
        scopes = [mention for mention in part.areas if mention.role == "scope"]
        if scopes:
            last = scopes[-1]
            opens = last.start - part.sentence.start <= _OPENING_CHARACTERS
            whole = scene.reading.folded.startswith((fold("toàn "), fold("cả ")), last.start)
            subject = whole or "area.same_unit" in last.rules
            return last if opens or (last.locality and subject) else None
    return None


def _of_paragraph(view: SentenceView, scene: Scene) -> AreaMention | None:
    """The last place that the sentences before in the paragraph speak of, in an article that is no area's own."""
    for index in range(view.index - 1, max(-1, view.index - PARTS_MAX), -1):
        part = scene.sentences[index]
        if part.sentence.paragraph != view.sentence.paragraph:
            return None
        scopes = [mention for mention in part.areas if mention.role == "scope" and not _leads_nowhere(mention)]
        if scopes:
            return scopes[-1]
    return None


def _of_nation(view: SentenceView, scene: Scene) -> AreaMention | None:
    """The nation, whose figures the sentences before in the paragraph told last: `Cả nước có …. Trong đó nữ …`."""
    for index in range(view.index - 1, max(-1, view.index - PARTS_MAX), -1):
        part = scene.sentences[index]
        scopes = [mention for mention in part.areas if mention.role == "scope"]
        if part.sentence.paragraph != view.sentence.paragraph:
            return None
        if scopes:
            told = any(quantity.non_value is None for quantity in part.quantities)
            speaks = scopes[-1].area == NATION and "area.compared" not in scopes[-1].rules
            return scopes[-1] if speaks and told else None
    return None


def _region_before(view: SentenceView, draft: Draft, nation: AreaMention) -> AreaMention | None:
    """Among the nation's figures those behind a region's name are the region's, whatever the verb: `Riêng Đông Nam Bộ
    không còn dẫn đầu, chỉ 2,67%`."""
    own = [m for m in view.areas if "area.region" in m.rules and nation.start < m.start < draft.start]
    return own[-1] if own else None


def _leads_nowhere(mention: AreaMention) -> bool:
    """`toàn tỉnh` in an article that is no area's own: the province named before is meant."""
    return "area.reset" in mention.rules and mention.area is None
