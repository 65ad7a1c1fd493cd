"""What a text has said so far, for words of periods that lean on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.extractor.periods.article import Frame
from services.extractor.periods.scan import Find

Answer = tuple[str, str] | None
"""Period and role, or None where the words name no period."""


@dataclass(slots=True)
class State:
    """What the words so far have set, for words that lean on them."""

    frame: Frame
    year: int
    """Year that `trong năm`, `cả năm`, `cuối năm` mean here."""
    explicit: bool = False
    """The paragraph itself named that year."""
    period: str = ""
    """The last period of the paragraph, for `cùng kỳ`."""
    span: str = ""
    """The last span of years, a programme's too, for `cả giai đoạn`."""
    section_year: int | None = None
    """Year that the section's heading names."""

    @property
    def published(self) -> date:
        return self.frame.published


def year_of(find: Find, state: State | None = None) -> int | None:
    """The year that the words name; with `state` also by `năm nay` and `năm ngoái`."""
    named = find.parts.get("y")
    if named:
        return int(named)
    relative = find.parts.get("r")
    return state.published.year - (relative != "nay") if state and relative else None
