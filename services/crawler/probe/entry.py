"""Entries of the portals file, drafted and written from what a probe has found. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

import yaml

from services.crawler.portals import Listing, Portal
from services.crawler.probe.visit import Probed

_KINDS: Final = (("feeds", "feed"), ("listings", "listing"), ("sitemaps", "sitemap"))


def draft(url: str, identity: str | None = None) -> Portal:
    """A first entry for the site at `url`, to be probed."""
    host = urlsplit(url).hostname or ""
    stem = re.sub(r"^www\.|\.(?:gov|com|org|net|edu)\.vn$|\.[a-z]+$", "", host)
    made = identity or re.sub(r"[^a-z0-9]+", "-", stem).strip("-") or "portal"
    kind = "department" if re.match(r"(?:so|s[a-z]{1,4})\w*\.", host) else "newspaper"
    if host.endswith(".gov.vn") and host.count(".") == 2:
        kind = "province"
    return Portal(made, host, kind, (url,), listings=(Listing(url),))


def entry_of(result: Probed) -> str:
    """The portals file's entry for what a probe has found, as YAML."""
    portal = result.portal
    values = {"name": _scalar(result.title or portal.name), "kind": portal.kind}
    values |= {"area": portal.area} if portal.area else {}
    values |= {"cms": result.cms} if result.cms else {}
    values["base"] = _list(portal.base)
    found = {key: _list(source.url for source in result.found(kind)) for key, kind in _KINDS if result.found(kind)}
    values |= found or {"listings": _list(listing.url for listing in portal.listings)}
    values["verified"] = str(result.alive).lower()
    return f"  - id: {portal.id}\n" + "".join(f"    {key}: {value}\n" for key, value in values.items())


def written(text: str, result: Probed) -> str:
    """The portals file's `text` with the entry of `result` brought up to what was found; comments and all else stay.
    Unchanged where the portal gave no articles: a bad day must not undo what was once seen. Sources of the entry that
    fail stay in it, and listings for which it has rules of its own stay as they are."""
    lines = text.splitlines(keepends=True)
    start = next((n for n, line in enumerate(lines) if re.match(rf"  - id: {result.portal.id}\s*(?:#|$)", line)), None)
    if start is None or not result.alive:
        return text
    end = next((n for n in range(start + 1, len(lines)) if not re.match(r"    \S|      ", lines[n])), len(lines))
    ruled = any(listing != Listing(listing.url) for listing in result.portal.listings)
    values = {"verified": "true"} | ({"cms": result.cms} if result.cms else {})
    entry = lines[start:end]
    if f'"{result.portal.base[0]}"' not in "".join(entry):
        values["base"] = _list(result.portal.base)
    for key, kind in _KINDS:
        urls = [source.url for source in result.sources if source.kind == kind]
        if urls and not (key == "listings" and ruled):
            values[key] = _list(urls)
    for key, value in values.items():
        entry = _with(entry, key, value)
    return "".join((*lines[:start], *entry, *lines[end:]))


def _with(entry: list[str], key: str, value: str) -> list[str]:
    at = next((n for n, line in enumerate(entry) if line.startswith(f"    {key}:")), None)
    if at is None:
        return [*entry, f"    {key}: {value}\n"]
    after = next((n for n in range(at + 1, len(entry)) if re.match(r"    [^\s-]", entry[n])), len(entry))
    return [*entry[:at], f"    {key}: {value}\n", *entry[after:]]


def _list(urls: Iterable[str]) -> str:
    return "[" + ", ".join(f'"{url}"' for url in urls) + "]"


def _scalar(text: str) -> str:
    printed: str = yaml.safe_dump(text, allow_unicode=True, width=10_000)
    return printed.splitlines()[0]
