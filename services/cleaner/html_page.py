"""An HTML page to its article: page type, body, title, lead, date and the rest, line rules last."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from services.cleaner import (
    dates,
    dom,
    limits,
    listing,
    meta,
    pagetype,
    profiles,
    rules,
    scripted,
    titles,
    trimming,
    ways,
)
from services.cleaner.attachments import attachments
from services.cleaner.bylines import author_of, source_of
from services.cleaner.compose import text_of
from services.cleaner.decode import mend, needs_mending
from services.cleaner.dom import Element, Index
from services.cleaner.entities import is_escaped_twice, unescaped
from services.cleaner.linearise import linearise
from services.cleaner.lines import Kind, Line, is_prose
from services.cleaner.model import Article, Discarded, Removed
from services.cleaner.outcomes import Reason
from services.cleaner.repair import join_torn, same_text, without_repeats
from services.cleaner.simhash import simhash
from services.cleaner.visible_dates import read_date

_TEXT_CHARS_MIN: Final = 60
"""An article has at least a title and a sentence."""
_SPARSE_CHARS: Final = 30_000
"""Text below this length, blanks included, may be that of an error or challenge page."""
_PLAIN_PARAGRAPHS: Final = 2
_SPARSE_PROSE: Final = 200
_UNNAMED_CHARS: Final = 600
"""A text below this length under no title of its own is the site's address or notice, on a page without article."""
_NAMED: Final = 0.5
_MENU_LINKS: Final = 15
"""Links of a page inside a site's frame; a bare page has fewer."""


def clean_html(
    source: bytes,
    *,
    url: str,
    profile: str | None,
    feed_title: str | None,
    feed_published: datetime | None,
    fetched_at: datetime | None,
) -> Article | Discarded:
    """The article of a page in UTF-8. Never raises."""
    root = dom.parse(source)
    head = meta.read(root, url)
    if pagetype.is_twin(url, head):
        return Discarded(Reason.TWIN, head.canonical or "")
    if pagetype.is_home(url) and not head.articles and head.names.get("og:type") != "article":
        return Discarded(Reason.HOME, url)
    index = dom.prepare(root)
    body = root.find("body")
    body = root if body is None else body
    raw = dom.raw_text(body)
    again = _mended(source, raw, head.title)
    if again is not None:
        return clean_html(
            again,
            url=url,
            profile=profile,
            feed_title=feed_title,
            feed_published=feed_published,
            fetched_at=fetched_at,
        )
    visible = " ".join(raw.split()) if len(raw) < _SPARSE_CHARS else raw
    found = pagetype.of_source(source, visible)
    if found:
        return Discarded(*found)
    headings = [
        dom.text_of(el) for tag in ("h1", "h2", "h3") for el in index.tags.get(tag, ())[:3] if dom.attached(el, body)
    ]
    known = profiles.recognised(source, head, index, profile)
    reading = ways.read(body, head, index, known, feed_title)
    prose = ways.prose_chars(reading.lines)
    found = pagetype.of_head(head.title, headings, visible, prose, reading.anchored)
    if found is None and prose < _SPARSE_PROSE:
        found = pagetype.of_notices([line.text for line in linearise(body, [])])
    if found:
        return Discarded(*found, reading.removed)
    headlines = listing.headlines(index) if prose < listing.SHORT_CHARS else 0
    named = reading.anchored and reading.title.sure >= 0.7
    if headlines >= listing.FRONT_HEADLINES and not named and not _is_plain_text(reading):
        return Discarded(Reason.LISTING, f"{headlines} headlines, no article of its own", reading.removed)
    if reading.method == "trafilatura" and headlines >= listing.HEADLINES_MIN:
        return Discarded(Reason.LISTING, f"{headlines} headlines, and no text that a title anchors", reading.removed)
    if (
        head.passwords
        and prose < (50 if reading.anchored else 300)
        and not _is_dated(reading)
        and headlines < listing.FRONT_HEADLINES
    ):
        return Discarded(Reason.LOGIN, "asks for a password", reading.removed)
    outcome = _article(reading, head, index, body, url, feed_published, fetched_at)
    if isinstance(outcome, Discarded) and outcome.reason is Reason.EMPTY and headlines >= listing.FRONT_HEADLINES:
        return Discarded(Reason.LISTING, f"{headlines} headlines, no text", outcome.removed)
    if isinstance(outcome, Discarded) and outcome.reason is Reason.EMPTY and b"json" in source:
        titled = f"{head.title} {head.names.get('og:title', '')} {feed_title or ''}"
        return _scripted(source, titled, url, feed_title, feed_published, fetched_at) or outcome
    return outcome


def _scripted(
    source: bytes,
    page_title: str,
    url: str,
    feed_title: str | None,
    feed_published: datetime | None,
    fetched_at: datetime | None,
) -> Article | None:
    page = scripted.article_page(source.decode("utf-8", "replace"), page_title)
    if page is None:
        return None
    found = clean_html(
        page.encode(),
        url=url,
        profile=None,
        feed_title=feed_title,
        feed_published=feed_published,
        fetched_at=fetched_at,
    )
    return replace(found, method="scripted") if isinstance(found, Article) else None


def _mended(source: bytes, visible: str, title: str) -> bytes | None:
    """The source with letters mended that show as entities, doubly encoded or legacy; None if it needs none."""
    if is_escaped_twice(visible) and (once := unescaped(source)) != source:
        return once
    if needs_mending(f"{title} {visible}"):
        text = source.decode("utf-8", "replace")
        mended = mend(text)
        return mended.encode() if mended != text else None
    return None


def _is_plain_text(reading: ways.Reading) -> bool:
    """Paragraphs without headlines of others among them: an article whose title nothing on the page repeats."""
    lines = reading.lines
    links = any(line.links > 0.5 and len(line.text) >= listing.HEADLINE_CHARS[0] for line in lines)
    return not links and sum(map(is_prose, lines)) >= _PLAIN_PARAGRAPHS


def _is_dated(reading: ways.Reading) -> bool:
    """A sure title with a dateline beside it and text below: an article, whatever forms the page holds besides."""
    marks = (*reading.marks.date, *reading.marks.after[:4])
    return reading.anchored and reading.title.sure >= 0.9 and any(map(titles.is_dateline, marks))


def _article(
    reading: ways.Reading,
    head: meta.Meta,
    index: Index,
    body: Element,
    url: str,
    feed_published: datetime | None,
    fetched_at: datetime | None,
) -> Article | Discarded:
    title, profile = reading.title, reading.profile
    removed = list(reading.removed)
    lines = trimming.after_title(reading.lines, title.text, removed)
    lines = trimming.without_coded(lines, removed)
    scrambled = any(one.rule == "coded-run" for one in removed)
    lead = reading.lead
    kept, struck = rules.apply(lines)
    is_listing = listing.is_listing(kept, head, reading.anchored, reading.profile is not None)
    kept = trimming.without_link_lines(kept, struck)
    removed += struck
    kept = without_repeats(join_torn(kept), removed)
    kept = trimming.without_byline(kept, head.author(), removed)
    if title.text:
        kept = [line for line in kept if titles.key(line.text) != titles.key(title.text)]
    files = attachments(index, reading.container, profile, head.base)
    has_menus = len(index.tags.get("a", ())) >= _MENU_LINKS
    refused = _refused(kept, lines, head, reading, title.text, lead, bool(files), scrambled, has_menus)
    if is_listing:
        refused = Reason.LISTING, "headlines that link elsewhere, each with a teaser"
    if refused:
        return Discarded(*refused, tuple(removed))
    kept = _with_lead(kept, lead, removed)
    text = text_of(title.text, lead, kept)
    if len(text) > limits.TEXT_CHARS_MAX:
        return Discarded(Reason.TOO_LARGE, f"{len(text)} characters of text", tuple(removed))
    published = dates.choose(
        marked=reading.marks.date,
        nearby=[*reading.marks.after, *_datelines(lines)],
        above=reading.marks.above,
        machine=[*head.published(), *(("time", text) for text in reading.marks.coded)],
        feed=feed_published,
        url=url,
        fetched_at=fetched_at,
        distrust_machine=bool(profile and profile.distrust_dates),
    )
    return Article(
        title=title.text,
        lead=lead,
        text=text,
        published=published.moment if published else None,
        published_from=published.source if published else None,
        author=author_of(reading.marks.author, kept, head),
        source=source_of(reading.marks.source, kept),
        method=reading.method,
        method_confidence=reading.confidence,
        removed=tuple(removed),
        attachments=files,
        canonical_url=head.canonical,
        simhash=simhash(text_of("", lead, kept)),
    )


def _datelines(lines: list[Line]) -> list[str]:
    """Lines of the container that may date it: those above the first running text, and labelled ones at its end."""
    first = next((i for i, line in enumerate(lines) if is_prose(line)), len(lines))
    tail = [line.text for line in lines[-4:] if (found := read_date(line.text)) and found.label == "published"]
    return [line.text for line in lines[: min(first, 12)]] + tail


def _refused(
    kept: list[Line],
    lines: list[Line],
    head: meta.Meta,
    reading: ways.Reading,
    title: str,
    lead: str | None,
    has_files: bool,
    scrambled: bool,
    has_menus: bool,
) -> tuple[Reason, str] | None:
    size = sum(len(line.text) for line in kept) + len(lead or "")
    if size < 300 and listing.is_listing(lines, head, reading.anchored, reading.profile is not None):
        return Reason.LISTING, "nothing but headlines of other articles"
    if head.is_list and size < 600:
        return Reason.LISTING, "its JSON-LD calls it a collection"
    if listing.is_document_list(kept):
        return Reason.LISTING, "names of documents"
    if listing.is_document_record(kept):
        return Reason.ATTACHMENT_ONLY, "the entry of a document register"
    if scrambled and size < 300:
        return Reason.SCRAMBLED, "the body is a coded run"
    prose = [line for line in kept if len(line.text) >= _TEXT_CHARS_MIN or line.kind is Kind.ROW]
    if not prose and reading.anchored and reading.title.sure >= 0.9:
        prose = [line for line in kept if line.links < 0.5 and line.text[-1] in ".!?…" and len(line.text.split()) > 3]
    if has_files and not prose and not lead:
        return Reason.ATTACHMENT_ONLY, "a document is linked, and there is no text"
    if size < _TEXT_CHARS_MIN or not (prose or lead):
        return Reason.EMPTY, f"{size} characters"
    if size < _UNNAMED_CHARS and reading.title.element is None and reading.title.sure < _NAMED and has_menus:
        return Reason.EMPTY, f"{size} characters that no title on the page names"
    whole = " ".join(line.text for line in kept)
    if not pagetype.is_vietnamese(f"{title} {whole}"):
        return Reason.NOT_VIETNAMESE, "too few Vietnamese letters"
    return None


def _with_lead(lines: list[Line], lead: str | None, removed: list[Removed]) -> list[Line]:
    """The body without the line that is the lead, which the text says first."""
    if not lead:
        return lines
    for i, line in enumerate(lines[:8]):
        if same_text(line.text, lead):
            removed += [Removed("repeat", line.text)] if line.text != lead else []
            before = [replace(x) for x in lines[:i]]
            return before + lines[i + 1 :]
    return lines
