"""The gold sets: `composed` is the project's own and lies beside this file; the others are outside, and may be
absent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from services.cleaner.clean import clean_page
from services.cleaner.model import Discarded
from services.extractor.model import ArticleText
from shared.clock import day_in_vietnam
from tests import reference

HERE: Final = Path(__file__).parent
OWN: Final = HERE / "gold"
NAMES: Final = ("seeds", "composed", "real", "html")


@dataclass(frozen=True, slots=True)
class Gold:
    id: str
    article: ArticleText | None
    """None where the cleaner finds no article."""
    observations: Sequence[Mapping[str, Any]]


def folder(name: str) -> Path | None:
    """Where the set lies: here, or under $SOLIEU_REFERENCE/gold, or ../shared/gold beside the checkout; None where
    absent."""
    for base in (OWN, reference.folder() / "gold"):
        if (base / name / "manifest.jsonl").exists():
            return base / name
    return None


def articles(base: Path) -> Iterator[Gold]:
    """The set's articles through the cleaner, as in the pipeline."""
    for line in (base / "manifest.jsonl").read_text("utf-8").splitlines():
        if line.strip():
            yield _gold(base, json.loads(line))


def _gold(base: Path, row: Mapping[str, Any]) -> Gold:
    told = base / f"{row['id']}.json"
    observations = json.loads(told.read_text("utf-8"))["observations"]
    cleaned = clean_page((base / row["path"]).read_bytes(), url=row.get("url") or "")
    if isinstance(cleaned, Discarded):
        return Gold(row["id"], None, observations)
    published = date.fromisoformat(row["published"][:10]) if row.get("published") else None
    if published is None and cleaned.published:
        published = day_in_vietnam(cleaned.published)
    return Gold(
        row["id"], ArticleText(cleaned.text, published, row.get("area"), row.get("url"), row["id"]), observations
    )


def halves(golds: Sequence[Gold]) -> tuple[list[Gold], list[Gold]]:
    """Every second article: the half that rules were tuned on, and the half that they were checked on."""
    ordered = sorted(golds, key=lambda gold: gold.id)
    return ordered[::2], ordered[1::2]
