"""The cleaner beside general extractors on the same pages in one run: what is kept, what leaks, how fast.

`cleaner_table(gold)` gives a Markdown table for docs/accuracy.md, `python -m tests.accuracy.cleaner_table [GOLD]`
prints it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from services.cleaner.clean import clean_page
from services.cleaner.model import Article
from tests.accuracy import cleaner_pages
from tests.accuracy.cleaner_pages import Sample

Reader = Callable[[Sample], str | None]
ROUNDS: Final = 3
"""Each page is read so often; its best time counts, so that a busy machine disturbs the comparison less."""


def solieu(page: Sample) -> str | None:
    outcome = clean_page(page.body, url=page.url)
    return outcome.text if isinstance(outcome, Article) else None


def trafilatura(*, fast: bool = False, favor_precision: bool = False) -> Reader:
    """`bare_extraction` with metadata, as a crawler would use it: title and text."""
    from trafilatura import bare_extraction

    def read(page: Sample) -> str | None:
        found = bare_extraction(page.body, with_metadata=True, fast=fast, favor_precision=favor_precision)
        assert not isinstance(found, dict), "only `as_dict` asks for one"
        return "\n".join(filter(None, (found.title, found.text))) if found else None

    return read


def readability(page: Sample) -> str | None:
    from lxml import etree, html
    from readability import Document

    document = Document(page.body.decode("utf-8", "replace"))
    summary = html.fromstring(document.summary())
    for block in summary.iter("p", "div", "li", "tr", "h1", "h2", "h3", "h4", "br"):
        block.tail = "\n" + (block.tail or "")
    text = etree.tostring(summary, encoding="unicode", method="text", with_tail=False)
    return f"{document.short_title()}\n{text}"


def justext(page: Sample) -> str | None:
    import justext as library

    paragraphs = library.justext(page.body, library.get_stoplist("Vietnamese"), encoding="utf-8")
    return "\n".join(p.text for p in paragraphs if not p.is_boilerplate)


def readers() -> dict[str, Reader]:
    return {
        "solieu": solieu,
        "trafilatura": trafilatura(),
        "trafilatura fast": trafilatura(fast=True),
        "trafilatura precision": trafilatura(favor_precision=True),
        "readability-lxml": readability,
        "jusText": justext,
    }


def read_all(reader: Reader, samples: Sequence[Sample]) -> tuple[list[str | None], float]:
    """What the reader makes of each page, and its CPU seconds for one round of all."""
    texts: list[str | None] = []
    seconds = 0.0
    for sample in samples:
        best, text = float("inf"), None
        for _ in range(ROUNDS):
            start = time.process_time()
            text = attempt(reader, sample)
            best = min(best, time.process_time() - start)
        texts.append(text)
        seconds += best
    return texts, seconds


def attempt(reader: Reader, page: Sample) -> str | None:
    """A rival that raises on a page has read nothing of it; the project's own reader may not raise."""
    try:
        return reader(page)
    except Exception:
        if reader is solieu:
            raise
        return None


def cleaner_table(gold: Path | None = None) -> str:
    """Markdown: a row per extractor and set. `gold` adds the real pages, where the reference material is at hand."""
    sets = {"composed": list(cleaner_pages.composed())}
    if gold is not None and (gold / "html" / "gold.jsonl").exists():
        sets["real"] = list(cleaner_pages.real(gold))
    rows = [
        "| pages | extractor | lines found | lines right | snippets leaked | non-articles refused | pages/s per core |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, samples in sets.items():
        for extractor, reader in readers().items():
            texts, seconds = read_all(reader, samples)
            tally = cleaner_pages.score(samples, texts)
            rows.append(
                f"| {name} ({len(samples)}) | {extractor} | {tally.recall:.3f} | {tally.precision:.3f} "
                f"| {tally.leaked} "
                f"| {tally.refused} of {tally.others} | {len(samples) / seconds:.0f} |"
            )
    return "\n".join(rows)


if __name__ == "__main__":
    sys.stdout.write(cleaner_table(Path(sys.argv[1]) if len(sys.argv) > 1 else None) + "\n")
