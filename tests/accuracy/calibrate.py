"""`python -m tests.accuracy.calibrate [--check]`: measure confidence.yaml anew on all gold sets that are here.

Right means strictly right. Needs the sets outside the project too: the composed one alone is too small for far
bindings.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import yaml

from services.extractor import confidence
from services.extractor.dedupe import dedupe, merge_plan_ratios
from services.extractor.draft import Draft
from services.extractor.extract import resolve
from services.extractor.observe import observe
from services.extractor.scene import see
from tests.accuracy import sets
from tests.accuracy.measure import as_rows
from tests.accuracy.scoring import score

FILE: Final = Path(confidence.__file__).with_name("confidence.yaml")
HEAD: Final = (
    "# Share of strictly right observations by the way of binding and the band of its cost, measured on the gold sets\n"
    "# {names}, each band drawn towards its way's share. Made by `python -m tests.accuracy.calibrate`.\n"
)


def judged(names: tuple[str, ...]) -> list[tuple[str, str, bool]]:
    """Way, band and verdict of every observation with an indicator."""
    found = []
    for name in names:
        base = sets.folder(name)
        for gold in sets.articles(base) if base else ():
            if gold.article is None:
                continue
            scene = see(gold.article)
            drafts = dedupe(resolve(scene))
            merge_plan_ratios(drafts)
            named = [draft for draft in drafts if draft.indicator]
            rows = as_rows(observe(named, scene))
            by_id: dict[str, Draft] = {row["observation_id"]: draft for row, draft in zip(rows, named, strict=True)}
            for row, _, right in score(gold.id, gold.observations, rows).judged:
                draft = by_id[row["observation_id"]]
                found.append((confidence.way_of(draft), confidence.band_of(draft), right))
    return found


def main() -> None:
    names = tuple(name for name in sets.NAMES if sets.folder(name))
    table = confidence.measured(judged(names))
    text = HEAD.format(names=", ".join(names)) + yaml.safe_dump(
        {"right": table}, sort_keys=True, default_flow_style=None
    )
    if "--check" in sys.argv:
        sys.exit(FILE.read_text("utf-8") != text and "confidence.yaml is stale: run python -m tests.accuracy.calibrate")
    FILE.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
