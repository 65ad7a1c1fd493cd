"""The frozen text of an article from its parts."""

from __future__ import annotations

from collections.abc import Sequence

from services.cleaner.lines import Line


def text_of(title: str, lead: str | None, body: Sequence[Line]) -> str:
    """Title, blank line, lead, body: a line each."""
    rows = [lead] if lead else []
    rows += [line.text for line in body]
    return f"{title}\n\n" + "\n".join(rows) if title else "\n".join(rows)
