"""Profiles: where a family of content systems keeps title, lead, body and date. Data in deploy/profiles/."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from services.cleaner import selectors
from services.cleaner.dom import Index
from services.cleaner.meta import Meta
from shared.paths import DEPLOY

PROFILES: Final = DEPLOY / "profiles"
_MARKER_BYTES: Final = 80_000
"""How far a marker is looked for: systems sign in the head or in the first form. Bounds the cost on huge pages."""
_LISTS: Final = ("title", "lead", "body", "date", "author", "source", "strip", "attachments")


class BadProfile(ValueError):
    """A profile file has an unknown key, a wrong type or a bad selector. The message names file and key."""


@dataclass(frozen=True, slots=True)
class Profile:
    id: str
    order: int
    """Profiles are tried in this order."""
    markers: tuple[tuple[str, str], ...]
    """(kind, value): `generator` and `html` are parts of a text, `selector` matches an element. One is enough."""
    title: tuple[str, ...]
    lead: tuple[str, ...]
    body: tuple[str, ...]
    date: tuple[str, ...]
    author: tuple[str, ...]
    source: tuple[str, ...]
    strip: tuple[str, ...]
    attachments: tuple[str, ...]
    distrust_dates: bool
    """The system is known to print wrong machine-readable dates."""


@lru_cache(maxsize=4)
def load(folder: Path = PROFILES) -> tuple[Profile, ...]:
    """All profiles in their order. Raises BadProfile."""
    return tuple(sorted((_read(path) for path in folder.glob("*.yaml")), key=lambda p: (p.order, p.id)))


def _read(path: Path) -> Profile:
    with path.open(encoding="utf-8") as file:
        data: dict[str, Any] = yaml.load(file, Loader=yaml.CSafeLoader)
    unknown = set(data) - {"id", "order", "markers", "distrust_dates", *_LISTS}
    if unknown:
        raise BadProfile(f"{path.name}: unknown key {sorted(unknown)[0]!r}")
    if data.get("id") != path.stem:
        raise BadProfile(f"{path.name}: id must be {path.stem!r}")
    lists = {name: tuple(data.get(name) or ()) for name in _LISTS}
    markers = tuple((kind, value) for marker in data["markers"] for kind, value in marker.items())
    try:
        for selector in [s for name in _LISTS for s in lists[name]] + [v for kind, v in markers if kind == "selector"]:
            selectors.compiled(selector)
    except selectors.BadSelector as error:
        raise BadProfile(f"{path.name}: {error}") from None
    if bad := [kind for kind, _ in markers if kind not in ("generator", "html", "selector")]:
        raise BadProfile(f"{path.name}: unknown marker {bad[0]!r}")
    return Profile(
        id=data["id"],
        order=data["order"],
        markers=markers,
        distrust_dates=bool(data.get("distrust_dates")),
        **lists,
    )


def common() -> Profile:
    """The profile of names in common use, which no marker leads to."""
    return next(profile for profile in load() if profile.id == "common")


def recognised(source: bytes, meta: Meta, index: Index, named: str | None = None) -> Iterator[Profile]:
    """Profiles whose markers the page bears, in order, the one that the portal's entry names first; `common` last."""
    source = source[:_MARKER_BYTES]
    yield from (profile for profile in load() if profile.id == named)
    for profile in load():
        if profile.id != named and (
            not profile.markers or any(_bears(m, source, meta, index) for m in profile.markers)
        ):
            yield profile


def _bears(marker: tuple[str, str], source: bytes, meta: Meta, index: Index) -> bool:
    kind, value = marker
    if kind == "generator":
        return value.lower() in meta.generator.lower()
    if kind == "html":
        return value.encode() in source
    return bool(selectors.find(index, value))
