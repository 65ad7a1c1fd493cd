"""The articles' small markup into a system's HTML.

Blocks are separated by empty lines: `## heading`, `![caption](picture)`, table rows `| a | b |` (the first is the
header), raw HTML where the block starts with `<`, else a paragraph. `**bold**` within a block.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from string import Template
from typing import Any, Final

_FIGURE: Final = re.compile(r"!\[(?P<caption>[^\]]*)\]\((?P<picture>[^)]+)\)")
_BOLD: Final = re.compile(r"\*\*(.+?)\*\*")


def body_html(body: str, cms: Mapping[str, Any], path: str) -> str:
    """`body` in the markup of `cms`; `path` is the site's path, under which pictures lie."""
    return "\n".join(_block(block.strip(), cms, path) for block in re.split(r"\n\s*\n", body) if block.strip())


def _block(block: str, cms: Mapping[str, Any], path: str) -> str:
    if block.startswith("<"):
        return block
    if block.startswith("|"):
        return _table(block.splitlines(), cms["cell_padding"])
    if figure := _FIGURE.fullmatch(block):
        caption, picture = html.escape(figure["caption"]), html.escape(figure["picture"])
        return Template(cms["figure"]).substitute(caption=caption, picture=picture, path=path)
    if block.startswith("## "):
        return Template(cms["heading"]).substitute(text=_inline(block[3:]))
    return Template(cms["paragraph"]).substitute(text=_inline(block))


def _inline(text: str) -> str:
    return _BOLD.sub(r"<strong>\1</strong>", html.escape(text, quote=False))


def _table(lines: list[str], padding: int) -> str:
    rows = []
    for line in lines:
        cells = [_inline(cell.strip()) for cell in line.strip().strip("|").split("|")]
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    return (
        f'<table border="1" cellpadding="{padding}" cellspacing="0"><tbody>\n' + "\n".join(rows) + "\n</tbody></table>"
    )
