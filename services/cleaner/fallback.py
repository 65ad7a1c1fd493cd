"""The last way: trafilatura on the prepared body, for pages where no container is found.

Imported only here and only when needed: it takes half a second, and 12 to 24 ms a page.
"""

from __future__ import annotations

from typing import Final

from lxml import etree

from services.cleaner import normalise
from services.cleaner.dom import Element
from services.cleaner.lines import Line

ELEMENTS_MAX: Final = 5000
"""trafilatura is quadratic in sibling inline elements: 20,000 took 2.6 s, 100,000 over 54 s (measured)."""


def read(body: Element) -> list[Line]:
    """Lines of what trafilatura takes for the main text; empty if it finds none or the page has too many elements for
    it. Takes the spans of table cells out of `body`."""
    if sum(1 for _ in body.iter()) > ELEMENTS_MAX:
        return []
    from trafilatura import extract

    for cell in body.iter("td", "th"):  # it unfolds spans without bound
        for name in ("rowspan", "colspan"):
            if cell.get(name) is not None:
                del cell.attrib[name]
    source = etree.tostring(body, encoding="unicode", method="html")
    found = extract(f"<html>{source}</html>", fast=True, include_tables=True, include_comments=False, deduplicate=False)
    return [Line(text) for raw in (found or "").splitlines() if (text := normalise.line(raw))]
