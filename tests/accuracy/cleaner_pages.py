"""The pages on which the cleaner and its rivals are compared: composed ones of the project, real ones outside it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

ROOT: Final = Path(__file__).parents[2]
COMPOSED: Final = ROOT / "tests" / "golden" / "cleaner"
COVERED_SHARE: Final = 0.7
"""Share of a line's runs of four words that must be found for the line to count as found: the scorer's own bound."""


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    body: bytes
    url: str
    article: bool
    wanted: tuple[str, ...] = ()
    """Lines or snippets that the article says."""
    unwanted: tuple[str, ...] = ()
    """Snippets of other parts of the page."""
    whole: bool = False
    """`wanted` is all that the article says, so that any other line is a leak."""


def composed() -> Iterator[Sample]:
    for page in sorted(COMPOSED.glob("*.html")):
        want = yaml.safe_load(page.with_suffix(".yaml").read_text("utf-8"))
        lines = tuple(filter(None, want.get("text", "").splitlines()))
        body = page.read_text("utf-8").encode(want.get("bytes_of", "utf-8"))
        yield Sample(page.stem, body, want.get("url", ""), want["outcome"] == "article", lines, whole=True)


def real(gold: Path) -> Iterator[Sample]:
    """Pages of portals and newspapers, kept outside the project: `gold` holds the folders `html` and `pages`."""
    for folder in (gold / "html", gold / "pages"):
        for line in (folder / "gold.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            segments = tuple(segment["text"] for segment in row.get("segments", []))
            yield Sample(
                row["file"],
                (folder / row["file"]).read_bytes(),
                "",
                row["type"] == "article",
                segments + tuple(row.get("must_contain", [])),
                tuple(row.get("must_not_contain", [])),
                bool(segments),
            )


@dataclass(slots=True)
class Tally:
    wanted: int = 0
    found: int = 0
    lines: int = 0
    known: int = 0
    leaked: int = 0
    refused: int = 0
    """Pages without article of which nothing was read."""
    others: int = 0

    @property
    def recall(self) -> float:
        return self.found / self.wanted if self.wanted else 1.0

    @property
    def precision(self) -> float:
        return self.known / self.lines if self.lines else 1.0

    def add(self, sample: Sample, text: str | None) -> None:
        """`text`: what was read of the page, None or empty for nothing."""
        if not sample.article:
            self.others += 1
            self.refused += not text
            return
        text = text or ""
        whole, grams = fold(text), shingles(text)
        self.wanted += len(sample.wanted)
        self.found += sum(covered(line, whole, grams) for line in sample.wanted)
        self.leaked += sum(fold(snippet) in whole for snippet in sample.unwanted)
        if sample.whole:
            known, theirs = fold(" ".join(sample.wanted)), shingles(" ".join(sample.wanted))
            lines = list(filter(None, map(fold, text.splitlines())))
            self.lines += len(lines)
            self.known += sum(covered(line, known, theirs) for line in lines)


def fold(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip().lower()


def shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", fold(text))
    return {tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3))} if words else set()


def covered(line: str, whole: str, grams: set[tuple[str, ...]]) -> bool:
    mine = shingles(line)
    if len(re.findall(r"\w+", line)) < 4:
        return fold(line) in whole
    return len(mine & grams) >= COVERED_SHARE * len(mine)


def score(samples: Sequence[Sample], texts: Sequence[str | None]) -> Tally:
    tally = Tally()
    for sample, text in zip(samples, texts, strict=True):
        tally.add(sample, text)
    return tally
