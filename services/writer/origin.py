"""Whose page a dead letter was: what can be read of its original, which may be anything at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ValidationError


@dataclass(frozen=True, slots=True)
class Origin:
    """Each None where the original does not tell."""

    portal: str | None = None
    article_id: str | None = None
    page_id: str | None = None
    url: str | None = None
    fetched_at: datetime | None = None

    @property
    def names_a_page(self) -> bool:
        """Enough for a row of the ledger."""
        return None not in (self.page_id, self.article_id, self.fetched_at)


class _Named(BaseModel):
    """What the events have in common."""

    portal: str | None = None
    article_id: str | None = None
    page_id: str | None = None
    url: str | None = None
    fetched_at: datetime | None = None
    revised_at: datetime | None = None


def origin_of(value: bytes) -> Origin:
    """Never raises: an original that is no JSON object of ours gives an empty origin."""
    try:
        named = _Named.model_validate_json(value)
    except ValidationError:
        return Origin()
    words = [named.portal, named.article_id, named.page_id, named.url]
    if any(word is not None and "\0" in word for word in words):  # Postgres text takes no NUL
        return Origin()
    return Origin(named.portal, named.article_id, named.page_id, named.url, named.fetched_at or named.revised_at)
