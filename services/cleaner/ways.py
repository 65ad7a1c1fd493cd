"""The ways to find an article's body: a known system's container, the scorer, trafilatura. They check each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from services.cleaner import density, fallback, profiles, scorer, selectors, surroundings, titles
from services.cleaner.density import RUN_CHARS_MIN
from services.cleaner.dom import Dropped, Element, Index, attached, drop, text_of
from services.cleaner.headings import RANKED, dated_tail, heading_text, is_styled_title, looks_like_title
from services.cleaner.leads import between, lead_of
from services.cleaner.linearise import linearise
from services.cleaner.lines import Kind, Line
from services.cleaner.listing import is_dated_link
from services.cleaner.meta import Meta, clean
from services.cleaner.model import Removed
from services.cleaner.profiles import Profile
from services.cleaner.titles import Title
from services.cleaner.visibility import is_narrow_only

_BODY_CHARS_MIN: Final = 50
_SURE: Final = 0.7
_AGREED: Final = 0.9
"""Sureness of a title that two places agree on."""
_SCRAP_CHARS: Final = 300
_SCRAP_TIMES: Final = 5
_TWIN_SHARE: Final = 0.7
"""Share of a block's word triples that must stand elsewhere too: editors shorten the version for telephones."""
_FIRM_CHARS: Final = 600
"""From this much running text in a known container the scorer is not asked any more."""
_FALLBACK_CHARS: Final = (200, 100_000)
"""trafilatura needs minutes for some huge pages, and a page of that much text has a container for the scorer."""
_ARCHIVE_BODIES: Final = 4
"""So many containers of one name on a page are the teasers of an archive."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Texts beside the body, read before blocks such as `author-share-bar` go."""

    after: tuple[str, ...] = ()
    """Short lines that follow the title."""
    above: tuple[str, ...] = ()
    """Short lines above it."""
    date: tuple[str, ...] = ()
    coded: tuple[str, ...] = ()
    """Machine-readable dates in the body: of <time> and itemprop."""
    author: tuple[str, ...] = ()
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    lines: list[Line]
    lead: str | None
    marks: Marks
    title: Title
    profile: Profile | None
    container: Element | None
    method: str
    confidence: float
    removed: tuple[Removed, ...]
    anchored: bool
    """The text follows a title of its own."""


def read(body: Element, meta: Meta, index: Index, known: Iterable[Profile], feed_title: str | None) -> Reading:
    """The best reading of the page. May hold no lines."""
    by_profile = next((r for p in known if (r := _by_profile(body, meta, index, p, feed_title))), None)
    if by_profile and prose_chars(by_profile.lines) >= _FIRM_CHARS:
        return by_profile
    by_scorer = _by_scorer(body, meta, index, feed_title)
    if by_profile and by_scorer:
        return _agreed(by_profile, by_scorer)
    reading = by_profile or by_scorer
    if reading and prose_chars(reading.lines) >= _BODY_CHARS_MIN:
        return reading
    title = reading.title if reading else titles.choose(meta, index, body, (), feed_title)
    lines = fallback.read(body) if _FALLBACK_CHARS[0] <= len(text_of(body)) <= _FALLBACK_CHARS[1] else []
    if reading and prose_chars(lines) <= prose_chars(reading.lines):
        return reading
    return Reading(lines, None, _marks(index, body, None, title), title, None, body, "trafilatura", 0.4, (), False)


def prose_chars(lines: list[Line]) -> int:
    """Characters of the lines that read as text: sentences, however short, and rows of tables; no links."""
    return sum(len(x.text) for x in lines if x.links < 0.5 and (len(x.text) >= RUN_CHARS_MIN or x.kind is Kind.ROW))


def _agreed(by_profile: Reading, by_scorer: Reading) -> Reading:
    """A known container that holds less than half of what follows the title held a part only, or another text: systems
    give one name to the article and to the site's contacts."""
    mine, other = _chars(by_profile), _chars(by_scorer)
    unnamed = mine < _SCRAP_CHARS and other > _SCRAP_TIMES * mine and by_profile.title.sure < _SURE
    if unnamed and by_scorer.title.sure < _SURE:  # a scrap under no title, beside a text that neither names
        return replace(by_scorer, confidence=0.4)
    if not by_scorer.anchored or other <= mine:
        return by_profile
    shared = bool({line.text for line in by_profile.lines} & {line.text for line in by_scorer.lines})
    if other > 2 * mine + _BODY_CHARS_MIN and (shared or mine < _BODY_CHARS_MIN):
        return replace(by_scorer, confidence=0.6)
    if not shared and by_scorer.title.sure >= _AGREED:
        return replace(by_scorer, confidence=0.6)
    return by_profile


def _chars(reading: Reading) -> int:
    """Characters outside links, the lead's included where it stands outside the body."""
    lead = reading.lead or ""
    lines = sum(len(line.text) for line in reading.lines if line.links < 0.5)
    return lines + (0 if any(line.text == lead for line in reading.lines) else len(lead))


def _by_profile(body: Element, meta: Meta, index: Index, profile: Profile, feed_title: str | None) -> Reading | None:
    title = titles.choose(meta, index, body, _elements(index, body, profile.title), feed_title)
    container = _container(index, body, profile, title)
    if container is None:
        return None
    if title.sure < _SURE:
        title = _title_above(container, body, title, known=bool(profile.markers))
    marks = _marks(index, body, profile, title)
    log: list[Dropped] = []
    for selector in profile.strip:
        for el in selectors.find(index, selector):
            if el is not container and attached(el, container):
                drop(el, f"profile:{profile.id}", log)
    scorer.prune(density.measure(container), index, title.element, log)
    lines, removed = _lines(container, index, log)
    firm = prose_chars(lines) >= _FIRM_CHARS and bool(profile.markers)
    confidence = 0.95 if firm else 0.8
    lead = lead_of(index, body, profile, container, lines, title)
    opening = between(title, container, lines)
    if lead is None and len(opening) == 1:
        lead = opening[0].text
    lines = opening + lines
    return Reading(lines, lead, marks, title, profile, container, f"profile:{profile.id}", confidence, removed, True)


def _title_above(container: Element, body: Element, title: Title, *, known: bool) -> Title:
    """The heading right above the first running text, where nothing better names the article.

    `known`: the container is that of a system, not one that the scorer found. A scorer's region may begin with the
    heading itself, when it is as long as a sentence."""
    measured = density.measure(container)
    first = next((el for el, run in zip(measured.order, measured.runs, strict=True) if run), None)
    if first is None:
        return title
    if not known and (first.tag in RANKED or is_styled_title(first)) and looks_like_title(first):
        return Title(clean(heading_text(first)), first, 0.5)
    above = titles.before(first, body, container if known else None)
    return above if above.text else title


def _marks(index: Index, body: Element, profile: Profile | None, title: Title) -> Marks:
    profile = profile or profiles.common()

    def texts(wanted: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(text_of(el) for s in wanted for el in selectors.find(index, s)[:3] if attached(el, body))

    heading = title.element
    below, above = (
        (surroundings.after(heading, parts=True), surroundings.before(heading)) if heading is not None else ((), ())
    )
    if heading is not None and (own := dated_tail(heading)):
        below = (own, *below)
    coded: tuple[str, ...] = (index.coded_date,) if index.coded_date else ()
    coded += tuple(el.get("datetime", "") for el in index.tags.get("time", ())[:1] if attached(el, body))
    return Marks(below, above, texts(profile.date), coded, texts(profile.author), texts(profile.source))


def _elements(index: Index, body: Element, wanted: tuple[str, ...]) -> list[Element]:
    return [el for selector in wanted for el in selectors.find(index, selector) if attached(el, body)]


def _container(index: Index, body: Element, profile: Profile, title: Title) -> Element | None:
    """The fullest element of the first body selector that holds running text."""
    for selector in profile.body:
        found = [el for el in selectors.find(index, selector) if attached(el, body)]
        if not found or (len(found) >= _ARCHIVE_BODIES and profile.id != "liferay"):
            continue
        measured = [(density.measure(el), el) for el in found]
        best, el = max(measured, key=lambda pair: pair[0].prose(pair[1]))
        enough = best.prose(el) >= _BODY_CHARS_MIN or best.chars(el) >= 2 * _BODY_CHARS_MIN
        if not enough or best.link_share(el) > 0.6:
            continue
        if not profile.markers and title.element is not None and not _follows(el, title.element):
            continue
        return el
    return None


def _follows(el: Element, title: Element) -> bool:
    """`el` holds the title or stands after it."""
    if attached(title, el):
        return True
    root = el.getroottree().getroot()
    for node in root.iter(el.tag, title.tag):
        if node is title:
            return True
        if node is el:
            return False
    return False


def _by_scorer(body: Element, meta: Meta, index: Index, feed_title: str | None) -> Reading | None:
    title = titles.choose(meta, index, body, (), feed_title)
    if title.element is not None and not attached(title.element, body):
        title = replace(title, element=None)
    if title.sure < _SURE:
        dated = titles.dated(index, meta)
        title = dated if dated.element is not None and attached(dated.element, body) else title
    marks = _marks(index, body, None, title)
    measured = density.measure(body)
    log: list[Dropped] = []
    scorer.prune(measured, index, title.element, log)
    found = scorer.region(measured, title.element)
    if found is None:
        return None
    if not found.anchored and title.sure < _SURE:
        title = _title_above(found.root, body, title, known=False)
        marks = _marks(index, body, None, title)
    lines, removed = _lines(found.root, index, log)
    if title.sure < _SURE and (first := titles.first_line(lines)):
        title = first if title.element is None else title
    confidence = (0.75 if found.anchored else 0.5) * (0.7 + 0.3 * title.sure)
    lead = lead_of(index, body, None, found.root, lines, title)
    return Reading(lines, lead, marks, title, None, found.root, "scorer", round(confidence, 2), removed, found.anchored)


def _drop_twins(container: Element, log: list[Dropped]) -> None:
    """Take out a block for telephones that says again what the block for wide screens says."""
    narrow = [el for el in container.iter("*") if is_narrow_only((el.get("class") or "").split())]
    if not narrow:
        return
    said = Counter(_shingles(text_of(container)))
    for el in narrow:
        mine = _shingles(text_of(el))
        if mine and sum(said[shingle] > 1 for shingle in mine) >= _TWIN_SHARE * len(mine):
            drop(el, "twin", log)


def _shingles(text: str) -> list[tuple[str, ...]]:
    words = text.lower().split()
    return [tuple(words[i : i + 3]) for i in range(len(words) - 2)]


def _lines(container: Element, index: Index, log: list[Dropped]) -> tuple[list[Line], tuple[Removed, ...]]:
    _drop_twins(container, log)
    removed = [Removed(d.rule, d.text) for d in [*index.dropped, *log] if attached(d.parent, container)]
    lines = linearise(container, removed)
    linked = sum(len(line.text) * line.links for line in lines)
    if linked > 0.6 * sum(len(line.text) for line in lines):  # a link never closed: what is inside tells nothing
        headlines = sum((line.links > 0.9 or is_dated_link(line)) and len(line.text) < 220 for line in lines)
        if headlines < len(lines) / 2 and len(lines) < 30:
            lines = [replace(line, links=0.0) for line in lines]
    return lines, tuple(removed)
