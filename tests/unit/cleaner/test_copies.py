"""What the limit for copies catches and lets by, on the composed articles of the reference material.

Reprints as portals make them: without the title, signed, with a line of other news, without a paragraph, with some
words changed. docs/decisions/0007 has the table.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable

import pytest

from services.cleaner.simhash import simhash
from shared.copies import COPY_BITS_MAX
from tests.fixtures.simhash import distance
from tests.reference import reference

DIGITS = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
TRIES = 6
"""Of each change on each article, each drawn anew."""

Lines = list[str]


def bodies() -> list[Lines]:
    files = sorted(reference("gold", "composed").glob("*.txt"))
    texts = [[line for line in file.read_text(encoding="utf-8").split("\n") if line.strip()] for file in files]
    return [lines[1:] for lines in texts if len(" ".join(lines[1:])) > 600]


def signed(lines: Lines, draw: random.Random) -> Lines:
    return [*lines, draw.choice(["Theo Báo tỉnh", "Nguyễn Văn An", "Tin, ảnh: Thu Hà"])]


def related(lines: Lines, draw: random.Random) -> Lines:
    return [*lines, draw.choice(["Xem thêm: Người lao động được hỗ trợ học nghề", "Tin khác: Ngày hội việc làm"])]


def shortened(lines: Lines, draw: random.Random) -> Lines:
    """Without one paragraph that holds no number."""
    without = [line for line in lines if not DIGITS.search(line)]
    if not without:
        return lines
    gone = draw.choice(without)
    return [line for line in lines if line is not gone]


def reworded(lines: Lines, draw: random.Random) -> Lines:
    """A hundredth of the words replaced, numbers left."""
    words = "\n".join(lines).split(" ")
    changed = ("nay" if draw.random() < 0.01 and not DIGITS.search(word) else word for word in words)
    return " ".join(changed).split("\n")


def of(lines: Lines) -> str:
    return simhash("\n".join(lines))


CHANGES: dict[str, tuple[Callable[[Lines, random.Random], Lines], ...]] = {
    "signed": (signed,),
    "related": (related,),
    "shortened": (shortened,),
    "shortened, signed and related": (shortened, signed, related),
    "reworded": (reworded,),
    "reworded, signed and related": (reworded, signed, related),
}


@pytest.mark.parametrize("change", CHANGES)
def test_reprints_lie_within_the_limit(change: str) -> None:
    draw = random.Random(7)
    near = []
    for lines in bodies():
        for _ in range(TRIES):
            reprint = lines
            for each in CHANGES[change]:
                reprint = each(reprint, draw)
            near.append(distance(of(lines), of(reprint)) <= COPY_BITS_MAX)
    assert sum(near) >= 0.97 * len(near)


def test_other_articles_lie_well_beyond_it() -> None:
    hashes = [of(lines) for lines in bodies()]
    assert min(itertools.starmap(distance, itertools.combinations(hashes, 2))) > COPY_BITS_MAX + 4


def test_a_report_with_one_other_figure_lies_within_it_too() -> None:
    """Hence the writer compares numbers: the simhash cannot tell these apart."""
    near = []
    for lines in bodies():
        text = "\n".join(lines)
        found = list(DIGITS.finditer(text))
        if found:
            figure = found[len(found) // 2]
            other = text[: figure.start()] + "4711" + text[figure.end() :]
            near.append(distance(simhash(text), simhash(other)) <= COPY_BITS_MAX)
    assert near
    assert all(near)
