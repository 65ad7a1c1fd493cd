"""Where the next page of a listing lies, as the page itself says: by `rel=next`, or by the numbers of its pager."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from services.crawler.canonical import absolute, clean_address

if TYPE_CHECKING:
    from lxml.html import HtmlElement

NUMBERS_MAX: Final = 20
"""A pager shows about ten numbers; more at once are the days of a calendar."""
ARTICLES_A_PAGE_MAX: Final = 100
"""Some pagers count articles: the second page then begins at the number of those on the first."""

_NUMBER: Final = re.compile(r"\d{1,4}")
_RUN: Final = re.compile(r"\d+")
_ONWARD: Final = re.compile(r"(?:trang )?(?:sau|tiếp(?: theo)?|kế(?: tiếp)?)|next(?: page)?|older posts")


def next_page(root: HtmlElement, base: str, url: str, anchors_max: int) -> str | None:
    """Address of the page after the one at `url`, on its host; None where the first `anchors_max` links don't say."""
    url = clean_address(url) or url
    for element in (*root.iterfind(".//link[@rel]"), *root.iterfind(".//a[@rel]")):
        if "next" in (element.get("rel") or "").lower().split():
            return _same_host(absolute(element.get("href") or "", base), url)
    anchors = list(islice(root.iter("a"), anchors_max))
    return _by_number(anchors, base, url) or _by_word(anchors, base, url)


def _same_host(found: str | None, url: str) -> str | None:
    return found if found and found != url and urlsplit(found).hostname == urlsplit(url).hostname else None


def _by_number(anchors: list[HtmlElement], base: str, url: str) -> str | None:
    """Addresses of a pager are alike but for one number in each. On a later page that number tells where we are; the
    first page often has an address of another form, and then the link that is labelled 2 leads on."""
    pagers: dict[str, dict[int, str]] = defaultdict(dict)
    for label, address in _numbers(anchors, base, url):
        pagers[_RUN.sub("#", address)].setdefault(label, address)
    own = pagers.get(_RUN.sub("#", url))
    if own is not None and len(own) <= NUMBERS_MAX:
        return _after(url, list(own.values()))
    seconds = (pager[2] for pager in pagers.values() if 2 in pager and len(pager) <= NUMBERS_MAX)
    return next((address for address in seconds if _is_second(address, url)), None)


def _is_second(address: str, url: str) -> bool:
    """Whether a link labelled 2 leads to the second page; it may also be how many comments an article has."""
    stem = re.sub(r"(?:/|\.\w{3,5})$", "", urlsplit(url).path)
    runs = [int(run) for run in _RUN.findall(address.removeprefix(url))]
    return urlsplit(address).path.startswith(stem) and any(run <= ARTICLES_A_PAGE_MAX for run in runs)


def _numbers(anchors: list[HtmlElement], base: str, url: str) -> Iterator[tuple[int, str]]:
    for anchor in anchors:
        label = anchor.text_content().strip()
        if _NUMBER.fullmatch(label) and (address := _same_host(absolute(anchor.get("href") or "", base), url)):
            yield int(label), address


def _after(url: str, addresses: list[str]) -> str | None:
    """The address whose number is the next above the one in `url`; None where more than one number changes."""
    here = [int(run) for run in _RUN.findall(url)]
    numbers = {address: [int(run) for run in _RUN.findall(address)] for address in addresses}
    changing = {at for runs in numbers.values() for at, run in enumerate(runs) if run != here[at]}
    if len(changing) != 1:
        return None
    (at,) = changing
    later = [(runs[at], address) for address, runs in numbers.items() if runs[at] > here[at]]
    return min(later)[1] if later else None


def _by_word(anchors: list[HtmlElement], base: str, url: str) -> str | None:
    for anchor in anchors:
        words = {
            " ".join(text.lower().split()).strip("»›>→ ")
            for text in (anchor.text_content(), anchor.get("title"), anchor.get("aria-label"))
            if text
        }
        if any(_ONWARD.fullmatch(each) for each in words) and (
            found := _same_host(absolute(anchor.get("href") or "", base), url)
        ):
            return found
    return None
