"""An article that its site splits over pages, in one body: joined by the crawler, taken apart by the cleaner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

SEAM: Final = b"\n<!-- solieu: the next page of the same article -->\n"
PAGES_MAX: Final = 10


def join(pages: Sequence[bytes]) -> bytes:
    return SEAM.join(pages)


def split(body: bytes) -> list[bytes]:
    """The pages of a joined body, in order; of any other body itself. At most PAGES_MAX, whatever a site writes."""
    return body.split(SEAM, PAGES_MAX - 1)
