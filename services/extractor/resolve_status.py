"""The status of a draft: the cue that governs its place, or the period where that lies ahead."""

from __future__ import annotations

from collections.abc import Sequence

from services.extractor.draft import Draft
from services.extractor.statuses import Governance


def resolve_statuses(drafts: Sequence[Draft], governing: Governance, offset: int | None = None) -> None:
    """Set `status` of the drafts, by what governs each number, or all of them by what governs `offset`."""
    for draft in drafts:
        if draft.status != "actual":
            continue
        cue = governing.at(draft.quantity.start if offset is None else offset)
        if cue is not None:
            draft.status = cue.status
            draft.rules.append(f"status: {cue.status} ({', '.join(cue.rules)})")
