"""The last way: trafilatura on the prepared body, for pages where no container is found.

Imported only here and only when needed: it takes half a second, and 12 to 24 ms a page.
"""

from __future__ import annotations

from lxml import etree

from services.cleaner import normalise
from services.cleaner.dom import Element
from services.cleaner.lines import Line


def read(body: Element) -> list[Line]:
    """Lines of what trafilatura takes for the main text; empty if it finds none."""
    from trafilatura import extract

    source = etree.tostring(body, encoding="unicode", method="html")
    found = extract(f"<html>{source}</html>", fast=True, include_tables=True, include_comments=False, deduplicate=False)
    return [Line(text) for raw in (found or "").splitlines() if (text := normalise.line(raw))]
