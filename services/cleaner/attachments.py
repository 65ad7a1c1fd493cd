"""Documents that an article links to: recorded, not read."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

from services.cleaner import normalise, selectors
from services.cleaner.dom import Element, Index, text_of
from services.cleaner.model import Attachment
from services.cleaner.profiles import Profile

_DOCUMENT: Final = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|rtf|odt|ods|zip|rar|7z|csv)$", re.IGNORECASE)
_LIFERAY: Final = re.compile(r"/documents/\d+/\d+/[^/]+/[0-9a-f-]{8,}")
_MOST: Final = 50


def is_document(href: str) -> bool:
    """The address is of a file, by its path or by a file parameter."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return False
    if _DOCUMENT.search(unquote(parts.path)) or _LIFERAY.search(parts.path):
        return True
    return bool(
        re.search(r"(?:file|filename|path|url)=[^&]+\.(?:pdf|docx?|xlsx?)(?:&|$)", unquote(parts.query), re.IGNORECASE)
    )


def attachments(index: Index, container: Element | None, profile: Profile | None, base: str) -> tuple[Attachment, ...]:
    """Links to documents in the container and in the parts that the profile names, once each, in order."""
    roots = [container] if container is not None else []
    roots += [el for s in (profile.attachments if profile else ()) for el in selectors.find(index, s)]
    found: dict[str, Attachment] = {}
    for root in roots:
        for a in root.iter("a"):
            href = (a.get("href") or "").strip()
            if href and is_document(href):
                address = _absolute(base, href)
                name = unquote(address.split("?", 1)[0].rsplit("/", 1)[-1])
                found.setdefault(address, Attachment(address, normalise.line(text_of(a)) or name))
    return tuple(found.values())[:_MOST]


def _absolute(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:
        return href
