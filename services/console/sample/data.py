"""The sample's files, read and checked.

One folder a site: `site.yaml`, and one Markdown file an article (YAML front matter, then the body in the small markup
that `markup` turns into each system's HTML). The markup of a system is a file in `cms/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, get_args

import yaml

from shared.clock import VIETNAM
from shared.paths import PORTALS

SAMPLE: Final = PORTALS / "sample"

Kind = Literal["article", "login", "missing", "listing"]
"""What a link of a listing or feed leads to. All but `article` are pages that answer 200 and are none."""


class SampleError(ValueError):
    """A sample file that cannot be read. The message names the file and the reason."""


@dataclass(frozen=True, slots=True)
class Article:
    id: int
    """The number in the article's address, unique over all sites."""
    title: str
    published: datetime
    """With the zone of Viet Nam."""
    category: str
    kind: Kind = "article"
    lead: str = ""
    author: str = ""
    body: str = ""
    views: int = 0
    area: str | None = None
    """Area key that the expected observations carry where they name none themselves."""
    expected: tuple[Mapping[str, Any], ...] | None = None
    """Observations that a person read in the text, with the fields of docs/observation.md; `measure` is level,
    `comparator` eq and `status` actual where not given. None: nobody has read the article yet. Empty: no figure."""


@dataclass(frozen=True, slots=True)
class Site:
    id: str
    cms: Mapping[str, Any]
    name: str
    notice: str
    categories: Mapping[str, str]
    feed_size: int
    """How many of the newest items the feed shows; 0 where the site has no feed."""
    page_size: int
    decoys: tuple[str, ...] = ()
    """Headlines with figures for the boxes beside each article: what must never be read as the article's own."""
    articles: tuple[Article, ...] = field(default=())
    """Newest first, as listings and feeds show them."""


@lru_cache(maxsize=1)
def sites() -> tuple[Site, ...]:
    """Every site of the sample, in the order of their folders' names. Raises `SampleError`."""
    found = tuple(_site(file.parent) for file in sorted(SAMPLE.glob("*/site.yaml")))
    ids = [article.id for site in found for article in site.articles]
    if repeated := {number for number in ids if ids.count(number) > 1}:
        raise SampleError(f"{SAMPLE}: article ids used twice: {sorted(repeated)}")
    return found


def _site(folder: Path) -> Site:
    entry = _mapping(folder / "site.yaml")
    cms = _mapping(SAMPLE / "cms" / f"{entry.get('cms')}.yaml")
    articles = sorted(_articles(folder), key=lambda article: article.published, reverse=True)
    try:
        site = Site(
            id=folder.name,
            articles=tuple(articles),
            **(entry | {"cms": cms, "decoys": tuple(entry.get("decoys", ()))}),
        )
    except TypeError as error:
        raise SampleError(f"{folder / 'site.yaml'}: {error}") from error
    if unknown := {article.category for article in articles} - site.categories.keys():
        raise SampleError(f"{folder}: articles in categories that site.yaml lacks: {sorted(unknown)}")
    return site


def _articles(folder: Path) -> Iterator[Article]:
    for file in sorted(folder.glob("*.md")):
        try:
            _, front, body = file.read_text(encoding="utf-8").split("---\n", 2)
            entry = yaml.load(front, Loader=yaml.CSafeLoader)
            entry["published"] = datetime.strptime(entry["published"], "%Y-%m-%d %H:%M").replace(tzinfo=VIETNAM)
            if "expected" in entry:
                entry["expected"] = tuple(entry["expected"])
            article = Article(body=body.strip(), **entry)
        except (ValueError, KeyError, TypeError, yaml.YAMLError) as error:
            raise SampleError(f"{file}: {error}") from error
        if article.kind not in get_args(Kind):
            raise SampleError(f"{file}: kind must be one of {', '.join(get_args(Kind))}, not {article.kind}")
        yield article


def _mapping(file: Path) -> dict[str, Any]:
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError) as error:
        raise SampleError(f"{file}: {error}") from error
    if not isinstance(content, dict):
        raise SampleError(f"{file}: a mapping is expected")
    return content
