"""The status of a draft: the cue that governs its place, or the period where that lies ahead."""

from __future__ import annotations

from collections.abc import Sequence

from services.extractor.draft import Draft
from services.extractor.statuses import Governance


def resolve_statuses(drafts: Sequence[Draft], governing: Governance) -> None:
    """Set `status` of the drafts."""
    for draft in drafts:
        if draft.status != "actual":
            continue
        cue = governing.at(draft.quantity.start)
        if cue is not None:
            draft.status = cue.status
            draft.rules.append(f"status: {cue.status} ({', '.join(cue.rules)})")
