"""The names that read_areas looks for, as one automaton, and what each may be."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from services.extractor.cues import Triggers, load
from shared.vietnam.areas import areas
from shared.vietnam.text import fold

WORDS: Final = load(Path(__file__).with_name("words.yaml"))
KINDS: Final[dict[str, int]] = {fold(word): rank for word, rank in WORDS["kinds"].items()}
_DISTRICTS: Final = Path(__file__).with_name("districts.csv")

What = Literal[
    "province",
    "district",
    "kind",
    "nation",
    "source",
    "default",
    "default_city",
    "subject",
    "region",
    "bare_kind",
    "country",
    "weak_country",
]


@dataclass(frozen=True, slots=True)
class District:
    area: str
    """Key of its province among the 63."""
    kind: str
    name: str


@lru_cache(maxsize=1)
def districts() -> dict[str, tuple[District, ...]]:
    """Units below the provinces by folded name. Names that are mere numbers are left out: `quận 9` needs its kind."""
    found: dict[str, tuple[District, ...]] = {}
    with _DISTRICTS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if not row["name"].isdigit():
                name = fold(row["name"])
                found[name] = (*found.get(name, ()), District(row["area"], row["kind"], row["name"]))
    return found


@lru_cache(maxsize=1)
def province_names() -> dict[str, str]:
    """Name of the province by folded name or alias, as text is matched: marks count, hyphens and blanks too."""
    found = {}
    for area in areas():
        for name in (area.name, *area.aliases):
            found[fold(name)] = area.name
    return found


@lru_cache(maxsize=1)
def meanings() -> dict[str, What]:
    """What each word is; of several meanings the first of this order. (`Điện Biên` is a province and a district.)"""
    found: dict[str, What] = {}

    def add(what: What, words: object) -> None:
        assert isinstance(words, list | dict)
        for word in words:
            found.setdefault(fold(word), what)

    add("province", province_names())
    for what in ("nation", "default", "default_city"):
        add(what, WORDS[what])
    add("source", WORDS["national_sources"])
    add("region", WORDS["regions"])
    add("bare_kind", WORDS["bare_kinds"])
    add("country", WORDS["countries"])
    add("weak_country", WORDS["weak_countries"])
    add("kind", KINDS)
    add("subject", ["tỉnh"])
    add("district", districts())
    return found


@lru_cache(maxsize=1)
def triggers() -> Triggers:
    return Triggers(meanings())
