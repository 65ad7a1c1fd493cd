"""Entities escaped twice: the page's source says `&amp;oacute;`, and a browser shows `&oacute;`."""

from __future__ import annotations

import re
from typing import Final

_NAME: Final = (
    r"#\d{2,6}|#[xX][0-9a-fA-F]{2,5}|[a-zA-Z](?:grave|acute|circ|tilde|uml)"
    r"|nbsp|amp|quot|apos|[lr][sd]quo|[nm]dash|hellip|bull|middot|[lr]aquo"
)
"""Those of text. Not `lt` and `gt`: what they hide is text about markup, or must not become any."""
_SHOWN: Final = re.compile(rf"&(?:{_NAME});")
_ESCAPED: Final = re.compile(rf"&(?:amp;)+(?=(?:{_NAME});)".encode())


def is_escaped_twice(visible: str) -> bool:
    return "&" in visible and bool(_SHOWN.search(visible))


def unescaped(source: bytes) -> bytes:
    """`source` with such entities escaped once. Linear."""
    return _ESCAPED.sub(b"&", source)
