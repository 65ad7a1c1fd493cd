"""The source of a page of a static-site generator: `---json {...} ---` or `---` YAML `---` before an HTML body.

Some archives of papers hold the source instead of the page. It becomes the page that the generator would make.
"""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any, Final

import yaml

_FRONT: Final = re.compile(r"\A\ufeff?---(json|yaml)?[ \t]*\r?\n(.{1,20000}?)\r?\n---[ \t]*\r?\n", re.DOTALL)


def as_page(text: str) -> str | None:
    """The HTML page of a source with front matter; None if `text` has none that can be read."""
    match = _FRONT.match(text)
    if not match:
        return None
    try:
        data: Any = json.loads(match[2]) if match[1] == "json" else yaml.load(match[2], Loader=yaml.CSafeLoader)
    except (ValueError, yaml.YAMLError):
        return None
    if not isinstance(data, dict) or not data.get("title"):
        return None
    title, lead, day = (escape(str(data.get(name) or "")) for name in ("title", "description", "date"))
    head = f'<title>{title}</title><meta property="article:published_time" content="{day}">'
    lead = f'<p class="sapo">{lead}</p>' if lead else ""
    body = f'<article><h1>{title}</h1>{lead}<div class="article-content">{text[match.end() :]}</div></article>'
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"
