"""Deterministic ids: every one is a function of content, so replays and duplicates change nothing."""

from __future__ import annotations

import hashlib


def content_id(*parts: str | int | None) -> str:
    """128 bits of SHA-256 over the parts, as hex. Parts are length-prefixed, so ('ab','c') and ('a','bc') differ."""
    digest = hashlib.sha256()
    for part in parts:
        raw = b"\0" if part is None else str(part).encode()
        digest.update(f"{len(raw)}:".encode() + raw)
    return digest.hexdigest()[:32]


def article_id(canonical_url: str) -> str:
    return content_id("article", canonical_url)


def page_id(canonical_url: str, body_sha256: str) -> str:
    """One page is one body at one address: the same bytes fetched twice are the same page."""
    return content_id("page", canonical_url, body_sha256)


def revision_id(text: str) -> str:
    """Of the cleaned text alone, so that a clock or counter outside the article makes no revision."""
    return content_id("revision", text)


def observation_id(
    article: str,
    indicator: str | None,
    label: str | None,
    measure: str,
    status: str,
    period: str,
    area: str | None,
    locality: str | None,
    breakdown: dict[str, str],
    ordinal: int,
) -> str:
    """Without the value, so that a corrected figure is the same observation with a new value.

    `ordinal` counts equals within the article from 0, in the text's order."""
    parts = "&".join(f"{key}={breakdown[key]}" for key in sorted(breakdown))
    return content_id(
        "observation",
        article,
        indicator or f"label:{label}",
        measure,
        status,
        period,
        area,
        locality,
        parts,
        ordinal,
    )
