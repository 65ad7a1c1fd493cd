"""What part of the whole a figure is of: words at the number (`lao động nữ`, `hộ nghèo`), and the country that people
go to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from services.extractor.draft import Draft
from services.extractor.model import AreaMention, Mention
from services.extractor.scene import Scene, SentenceView
from shared.vietnam.catalogue import catalogue
from shared.vietnam.text import fold

_FAR: Final = 99.0
_LISTED: Final = re.compile(fold(r"[ ,]*(?:và)?[ ,]*"))
_BREAK: Final = re.compile(r"[,;()]")
_OPENS_BRACKET: Final = re.compile(r" ?\( ?")
NEAR: Final = 3
"""Words between the number and what tells its part."""
NEAR_COUNTRY: Final = 16
"""Words between a number and the only country before it."""
_OF_DOMAIN: Final = {"poverty": ("poverty_status", "kind"), "merit": ("poverty_status",), "vet": ("residence",)}
"""Keys that say nothing new of a domain's indicators: a poor household is poor."""
_IMPLIED: Final = {
    "employment.unemployment_rate_urban": "residence",
    "poverty.rate_ethnic_minority": "ethnic_minority",
    "gender.female_job_share": "sex",
}
_WORK: Final = ("employment", "vet", "overseas")
"""Domains whose people may be inside or outside the province."""
_LEVELS: Final = ("vet.enrolment_college_intermediate", "vet.enrolment_elementary_short", "vet.graduates")


def resolve_breakdowns(view: SentenceView, drafts: Sequence[Draft], scene: Scene) -> None:
    """Set `breakdown` of the sentence's drafts."""
    parts = [mention for mention in view.mentions if mention.kind == "breakdown"]
    countries = _countries(view, scene)
    for draft in drafts:
        if draft.indicator is None:
            continue
        ranked = [(_words_away(m.start, m.end, draft, scene), m) for m in parts if _says_more(m, draft)]
        for away, mention in sorted(ranked, key=lambda pair: (pair[0], -pair[1].weight)):
            if away <= NEAR:
                key, _, value = mention.of[0].partition("=")
                draft.breakdown.setdefault(key, value)
        if draft.indicator.startswith("overseas.") and countries:
            country = min(countries, key=lambda m: _words_away(m.start, m.end, draft, scene))
            away = _words_away(country.start, country.end, draft, scene)
            if away <= NEAR or (away <= NEAR_COUNTRY and _leads_to(country, countries, draft, view)):
                draft.breakdown["destination"] = country.locality or ""


def _countries(view: SentenceView, scene: Scene) -> list[AreaMention]:
    """Countries that people go to, each by itself: of a list of them (`tại Hàn Quốc, Nhật Bản`) no number is told."""
    found = [mention for mention in view.areas if mention.role == "destination" and mention.locality]
    if len(found) < 2:
        return found
    listed = {
        id(each)
        for pair in pairwise(found)
        if _LISTED.fullmatch(scene.reading.folded, pair[0].end, pair[1].start)
        for each in pair
    }
    return [mention for mention in found if id(mention) not in listed]


def _leads_to(country: AreaMention, countries: Sequence[AreaMention], draft: Draft, view: SentenceView) -> bool:
    """`Nhật Bản dẫn đầu các thị trường với 1.210 người`: the last country before the number, with no other number
    between them."""
    starts = [*(each.start for each in countries), *(each.start for each in view.quantities)]
    return country.end <= draft.start and not any(country.end <= start < draft.start for start in starts)


def _words_away(start: int, end: int, draft: Draft, scene: Scene) -> float:
    """Words between the span and the number; a comma, semicolon or bracket between them is too far. What follows counts
    half a word more: `Đài Loan 241, Hàn Quốc 66`."""
    number = draft.quantity
    if start < number.end and number.start < end:
        return 0
    after = start >= number.end
    first, stop = (number.end, start) if after else (end, number.start)
    if not after and _OPENS_BRACKET.fullmatch(scene.reading.text, first, stop):
        return 1  # `Nhật Bản (5.900 người), Đài Loan (4.300 người)`
    if _BREAK.search(scene.reading.text, first, stop):
        return _FAR
    return scene.words.at(stop) - scene.words.at(first) + 0.5 * after


def _says_more(mention: Mention, draft: Draft) -> bool:
    key = mention.of[0].partition("=")[0]
    entry = catalogue()[draft.indicator or ""]
    if key == _IMPLIED.get(entry.code):
        return False
    if key == "extreme" and draft.indicator != "labour.tet_bonus":
        return False
    if key == "training_level" and draft.indicator not in _LEVELS:
        return False
    if key == "place" and entry.domain not in _WORK:
        return False
    if key == "scheme" and entry.domain != "insurance":
        return False
    return key not in _OF_DOMAIN.get(entry.domain, ()) or (
        key == "kind" and draft.indicator == "poverty.households_new"
    )
