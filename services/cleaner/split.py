"""The pages of a split article, each cleaned, as one article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.cleaner.model import Article, Discarded, Removed
from services.cleaner.simhash import simhash

SAME_SHARE: Final = 0.8
"""A page of whose characters more than so many stand on those before it is the same page under another address."""


def as_one(pages: Sequence[Article | Discarded]) -> Article | Discarded:
    """The first page, with what the later ones say beyond it: their title and lead are the first's again. A page that
    is no article adds nothing, and is named in `removed`. The first decides whether there is an article at all."""
    first = pages[0]
    if isinstance(first, Discarded):
        return first
    lines, removed, attachments = first.text.split("\n"), list(first.removed), list(first.attachments)
    for page in pages[1:]:
        if isinstance(page, Discarded):
            removed.append(Removed("split-page", f"{page.reason}: {page.detail}"))
            continue
        said = set(lines)
        body = [line for line in page.text.split("\n")[1:] if line]
        new = [line for line in body if line not in said]
        if sum(map(len, new)) < (1 - SAME_SHARE) * sum(map(len, body)):
            removed.append(Removed("split-page", "the same page again"))
            continue
        lines += new
        removed += page.removed
        attachments += [each for each in page.attachments if each not in attachments]
    text = "\n".join(lines)
    return replace(
        first,
        text=text,
        removed=tuple(removed),
        attachments=tuple(attachments),
        simhash=simhash(text.partition("\n\n")[2]),
    )
