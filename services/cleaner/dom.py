"""The page's tree: parsed at any depth, without scripts, hidden and struck-out parts, with an index of names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from services.cleaner.visibility import hidden_names, hides_by_class, hides_by_style, is_struck
from services.cleaner.words import names

Element = etree._Element

_NO_TEXT: Final = (
    "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas", "audio", "video", "map",
    "select", "textarea", "button", "input", "datalist", "math",
)  # fmt: skip
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][\w:-]*)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_VOID: Final = names("area base br col embed hr img input link meta param source track wbr")
_FLAT_DEPTH: Final = 200
"""Depth kept when a page is flattened: far deeper than any layout, far shallower than the parser's bound."""
_SCRIPT: Final = re.compile(r"<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_STRIKING: Final = names("s strike del")
INDEXED_ATTRS: Final = ("itemprop", "data-role", "data-field")
_WITH_CLASS, _WITH_ID, _WITH_STYLE = (etree.XPath(f"//*[@{name}]") for name in ("class", "id", "style"))
_WITH_OTHER: Final = etree.XPath("//*[@hidden or @itemprop or @data-role or @data-field]")
_SENTENCE_CHARS: Final = 60
_STYLE_CHARS_MAX: Final = 20_000
"""What an editor or a page hides stands in a small style sheet; a large one is a system's own, for menus and tabs."""
_INDEXED_TAGS: Final = names("a h1 h2 h3 h4 article main time table nav footer aside header form")


@dataclass(frozen=True, slots=True)
class Dropped:
    """A part of the tree that was taken out, and where it stood."""

    parent: Element
    rule: str
    text: str


@dataclass(slots=True)
class Index:
    """Elements by class, id and, for a few, attribute or tag: what selectors look up instead of walking the tree."""

    classes: dict[str, list[Element]] = field(default_factory=lambda: defaultdict(list))
    ids: dict[str, list[Element]] = field(default_factory=lambda: defaultdict(list))
    attrs: dict[tuple[str, str], list[Element]] = field(default_factory=lambda: defaultdict(list))
    """By name and value of INDEXED_ATTRS."""
    tags: dict[str, list[Element]] = field(default_factory=dict)
    names: str = ""
    """All ids and classes in one text: one search tells that no name holds a given part."""
    dropped: list[Dropped] = field(default_factory=list)
    coded_date: str = ""
    """Of the first itemprop=datePublished, which systems hide from readers."""


def parse(source: bytes) -> Element:
    """The root element of UTF-8. Never raises on a text that holds a tag: libxml2 is as lenient as browsers.

    Pages nested deeper than the parser's bound lose their deepest text silently; its error log tells, and such a page
    is parsed again with the wrappers beyond a sane depth taken out."""
    parser = _parser()
    root = _root(source, parser)
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        root = _root(flatten(source.decode("utf-8", "replace")).encode(), _parser())
    return root


def _parser() -> etree.HTMLParser:
    return etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)


def _root(source: bytes, parser: etree.HTMLParser) -> Element:
    root = etree.fromstring(source.replace(b"\0", b""), parser=parser)
    return etree.Element("html") if root is None else root


def flatten(text: str) -> str:
    """`text` with elements deeper than `_FLAT_DEPTH` unwrapped; a line break stands where a wrapper was."""
    text = _SCRIPT.sub("", text)
    out: list[str] = []
    kept: list[bool] = []
    depth = done = 0
    for match in _TAG.finditer(text):
        tag = match[2].lower()
        if tag in _VOID:
            continue
        if match[1]:
            keep = kept.pop() if kept else True
            depth -= keep
        else:
            keep = depth < _FLAT_DEPTH
            kept.append(keep)
            depth += keep
        if not keep:
            out += (text[done : match.start()], "<br>")
            done = match.end()
    out.append(text[done:])
    return "".join(out)


def prepare(root: Element) -> Index:
    """Take out what no reader sees, in place, and index the rest.

    Elements are found by what they bear, in C: asking thousands for every attribute costs more than the parse."""
    unseen = hidden_names(_styles(root))
    _keep_only_body(root)
    etree.strip_elements(root, *_NO_TEXT, with_tail=False)
    index = Index()
    hidden: list[Element] = []
    for el in _found(_WITH_CLASS, root):
        tokens = el.get("class", "").split()
        for token in tokens:
            index.classes[token].append(el)
        if hides_by_class(tokens, unseen):
            hidden.append(el)
    for el in _found(_WITH_ID, root):
        name = el.get("id", "")
        index.ids[name].append(el)
        if unseen and "#" + name in unseen:
            hidden.append(el)
    hidden += _index_others(index, root)
    styled = _found(_WITH_STYLE, root)
    hidden += [el for el in styled if hides_by_style(el.get("style", ""))]
    struck = [el for el in (*root.iter(*_STRIKING), *styled) if is_struck(el)]
    index.names = "\n".join((*index.ids, *index.classes))
    for el in index.attrs.get(("itemprop", "datePublished"), ())[:1]:
        index.coded_date = el.get("content") or el.get("datetime") or text_of(el)
    for el in hidden:
        drop(el, "hidden", index.dropped)
    for el in struck:
        drop(el, "struck-out", index.dropped)
    return index


def _keep_only_body(root: Element) -> None:
    """A <noscript> that holds most of the page's text is its body, not a plea for scripts."""
    for el in list(root.iter("noscript")):
        paragraphs = [text for p in el.iter("p", "div", "li") if len(text := text_of(p)) >= _SENTENCE_CHARS]
        if paragraphs and "javascript" not in paragraphs[0].lower():
            size = len(text_of(el))
            unseen = sum(len(raw_text(script)) for script in root.iter("script", "style"))
            if size >= _SENTENCE_CHARS * 2 and 2 * size >= len(raw_text(root)) - unseen:
                el.tag = "div"


def _index_others(index: Index, root: Element) -> list[Element]:
    """Index tags and rarer attributes; the elements that bear `hidden`."""
    for el in root.iter(*_INDEXED_TAGS):
        index.tags.setdefault(el.tag, []).append(el)
    others = _found(_WITH_OTHER, root)
    for el in others:
        for attr in INDEXED_ATTRS:
            if value := el.get(attr):
                index.attrs[attr, value].append(el)
    return [el for el in others if el.get("hidden") is not None]


def _found(path: etree.XPath, root: Element) -> list[Element]:
    return path(root)  # type: ignore[return-value]


def _styles(root: Element) -> Iterator[str]:
    for el in root.iter("style"):
        if el.text and "none" in el.text and len(el.text) <= _STYLE_CHARS_MAX:
            yield el.text


def drop(el: Element, rule: str, log: list[Dropped]) -> None:
    """Take out what `el` holds, but not the text after it."""
    parent = el.getparent()
    if parent is None or el.tag in ("html", "body"):
        return
    text = text_of(el)
    if text:
        log.append(Dropped(parent, rule, text[:200]))
    # Emptied, not removed: the text after it would have to be set anew, which lxml refuses for control characters.
    el.clear(keep_tail=True)  # type: ignore[call-arg]
    el.tag = "span"


def raw_text(el: Element) -> str:
    """All text below `el`, as it stands."""
    return "".join(el.itertext())  # type: ignore[arg-type]


def text_of(el: Element) -> str:
    """All text below `el`, blanks folded."""
    return " ".join(raw_text(el).split())


def attached(el: Element, root: Element) -> bool:
    """`el` is still part of the tree below `root`."""
    return el is root or any(ancestor is root for ancestor in el.iterancestors())
