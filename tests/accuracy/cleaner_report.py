"""`python -m tests.accuracy.cleaner_report`: write docs/accuracy-cleaner.md (part of `make accuracy`)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.accuracy import sets
from tests.accuracy.cleaner_table import cleaner_table

PAGE: Final = Path(__file__).parents[2] / "docs" / "accuracy-cleaner.md"
FIRST_READING: Final = Path(__file__).with_name("first_reading.md")
"""Kept by hand: a page is read for the first time once."""
_HEAD: Final = """# How well the cleaner reads

Made by `make accuracy`; do not edit. `composed` are the golden pages of tests/golden/cleaner, the project's own
writing in the markup of each content management system; `real` are third-party pages that lie outside the project.
Lines found: of the lines that a reader must see, the share that comes out. Lines right: of the lines that come out,
the share that belongs there. Pages a second are of one noisy core, to be compared within a row group only. Profiles
and rules were written with the composed pages, and the real ones were in sight: neither is a blind score.

"""


def main() -> None:
    real = sets.folder("html")
    rows = [cleaner_table(real.parent if real else None).rstrip()]
    if real is None and PAGE.exists():  # the page keeps what can't be measured here
        rows += [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| real ")]
    PAGE.write_text(_HEAD + "\n".join(rows) + "\n" + FIRST_READING.read_text("utf-8"), "utf-8")


if __name__ == "__main__":
    main()
