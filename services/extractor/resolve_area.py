"""The area and locality of a draft: a place that its clause names as subject, else the article's area."""

from __future__ import annotations

from collections.abc import Sequence

from services.extractor.draft import Draft
from services.extractor.model import AreaMention
from services.extractor.scene import Scene, SentenceView


def resolve_areas(view: SentenceView, drafts: Sequence[Draft], scene: Scene) -> None:
    """Set `area` and `locality` of the sentence's drafts."""
    scopes = [mention for mention in view.areas if mention.role == "scope"]
    for draft in drafts:
        if draft.area is not None:
            continue
        mention = _nearest(draft, scopes)
        draft.area = scene.area
        if mention is not None:
            draft.area = mention.area or scene.area
            draft.locality = mention.locality
            draft.rules.append(f"area: {scene.reading.text[mention.start : mention.end]}")


def _nearest(draft: Draft, scopes: Sequence[AreaMention]) -> AreaMention | None:
    before = [m for m in scopes if m.start < draft.start]
    return before[-1] if before else None
