"""How much running text and how many links each part of a tree holds. One pass, linear, iterative."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from services.cleaner.dom import Element
from services.cleaner.words import names

_INLINE: Final = names(
    "a abbr acronym b bdi bdo big br cite code data dfn em font i img ins kbd label mark q rp rt ruby s samp small "
    "span strike strong sub sup time tt u var wbr del"
)
RUN_CHARS_MIN: Final = 50
"""A block's own text of this length, not mostly links, is running text: menu entries and labels are shorter."""


@dataclass(slots=True)
class Density:
    order: list[Element]
    place: dict[Element, int]
    last: list[int]
    """Place of the last element below each."""
    runs: list[int]
    """Characters of running text directly in each block."""
    text: list[int]
    """Characters directly in each block, links included."""
    links: list[int]
    _sums: list[list[int]]

    def prose(self, el: Element) -> int:
        """Characters of running text in and below `el`."""
        i = self.place[el]
        return self._sums[0][self.last[i] + 1] - self._sums[0][i]

    def blocks(self, el: Element) -> int:
        """Blocks of running text in and below `el`."""
        i = self.place[el]
        return self._sums[3][self.last[i] + 1] - self._sums[3][i]

    def chars(self, el: Element) -> int:
        i = self.place[el]
        return self._sums[1][self.last[i] + 1] - self._sums[1][i]

    def link_share(self, el: Element) -> float:
        i = self.place[el]
        total = self._sums[1][self.last[i] + 1] - self._sums[1][i]
        return (self._sums[2][self.last[i] + 1] - self._sums[2][i]) / total if total else 0.0

    def prose_after(self, el: Element, within: Element) -> int:
        """Running text of `within` that stands after `el`."""
        return self._sums[0][self.last[self.place[within]] + 1] - self._sums[0][self.last[self.place[el]] + 1]

    def without(self, dropped: list[Element]) -> None:
        """Count nothing below `dropped` any more."""
        for el in dropped:
            i = self.place[el]
            for table in (self.runs, self.text, self.links):
                table[i : self.last[i] + 1] = [0] * (self.last[i] + 1 - i)
        self._sums = _sums(self.runs, self.text, self.links)


def measure(root: Element) -> Density:
    """Whitespace does not count; a link that wraps blocks counts as links throughout."""
    order = list(root.iter("*"))
    size = len(order)
    place = {el: i for i, el in enumerate(order)}
    last = list(range(size))
    run, linked = [0] * size, [0] * size
    runs, text, links = [0] * size, [0] * size, [0] * size
    for i in range(size - 1, -1, -1):
        el = order[i]
        own = el.text
        if own and not own.isspace():
            run[i] += len(own.strip())
        if el.tag == "a":
            linked[i] = run[i]
            for j in range(i + 1, last[i] + 1):
                links[j], runs[j] = text[j], 0
        if i == 0:
            break
        parent = place[el.getparent()]  # type: ignore[index]
        if last[i] > last[parent]:
            last[parent] = last[i]
        if el.tag in _INLINE:
            run[parent] += run[i]
            linked[parent] += linked[i]
        else:
            _close(i, run, linked, runs, text, links)
        tail = el.tail
        if tail and not tail.isspace():
            run[parent] += len(tail.strip())
    _close(0, run, linked, runs, text, links)
    return Density(order, place, last, runs, text, links, _sums(runs, text, links))


def _close(i: int, run: list[int], linked: list[int], runs: list[int], text: list[int], links: list[int]) -> None:
    text[i], links[i] = run[i], linked[i]
    if run[i] >= RUN_CHARS_MIN and linked[i] * 2 <= run[i]:
        runs[i] = run[i]


def _sums(runs: list[int], text: list[int], links: list[int]) -> list[list[int]]:
    return [[0, *accumulate(table)] for table in (runs, text, links, [1 if r else 0 for r in runs])]
