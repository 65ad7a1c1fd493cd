"""The portals file: which sources the crawler follows, as data.

One YAML mapping with the key `portals`. An entry with every key that there is (only `id`, `name`, `kind`, `base` and
one of `feeds`, `listings`, `sitemaps` are required):

    portals:
      - id: sample-nukeviet            # [a-z0-9-], unique; the name of the portal in events, logs and the console
        name: Sở Lao động tỉnh Mẫu
        kind: department               # province | department | newspaper | broadcaster | job_centre | ministry
        area: 34-24                    # area key, VN for the nation; left out where the source has no area
        valid_from: 2025-07-01         # the days on which the source speaks for that area
        valid_to: 2030-12-31
        past_areas:                    # what it spoke for before, and until when
          - {area: 63-27, valid_to: 2025-06-30}
        cms: nukeviet                  # a key of cms.yaml: its link pattern, next page, canonical address
        base: ["${SAMPLE_URL}/nukeviet/"]      # home page first; pages outside the hosts named here are not fetched
        past_hosts: [sldtbxh.mau.gov.vn]       # where the source lived before
        feeds:
          - "${SAMPLE_URL}/nukeviet/rss/"
        listings:                      # pages that list articles, for what has no feed
          - url: "${SAMPLE_URL}/nukeviet/tin-tuc/"
            links: '/tin-tuc/[^/]+-\\d+\\.html$'   # regular expression, searched in the address; else the CMS's
            next: "?page={page}"       # the page after, relative to url; `{page}` counts from 2; else the CMS's
            pages: 20                  # most pages in one poll (it stops at the first page of known articles)
        sitemaps: []
        delay_s: 2                     # least seconds between two requests to a host
        concurrency: 1                 # most requests to a host at once
        quiet: "23:00-05:00"           # hours of the day in Viet Nam in which its hosts are not asked (maintenance)
        tls: strict                    # or a mapping: {ca: certs/x.pem, allow: [expired, host_name, untrusted, legacy]}
        profile: nukeviet              # the cleaner's profile, if its own detection is to be overruled
        verified: false                # true once `solieu portals probe` has seen it alive

`${NAME}` in a text is replaced by the variable of that name, given by whoever loads the file (`make run` gives
SAMPLE_URL, where the sample server listens); an unknown one is a mistake. A file of certificates is relative to the
portals file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

from services.crawler.yaml_nodes import Fault, NodeReader
from shared.errors import SolieuError
from shared.paths import DEPLOY
from shared.vietnam.areas import UnknownArea, check_key

KINDS: Final = ("province", "department", "newspaper", "broadcaster", "job_centre", "ministry")
TLS_FAULTS: Final = ("expired", "host_name", "untrusted", "legacy")
"""What an entry may tolerate: a certificate past its day, one of another host name, one that no known authority signed,
and servers that renegotiate in the old way or have keys below today's strength (OpenSSL's security level 1)."""

DELAY_S: Final = 2.0
"""NukeViet blocks an address after 40 requests in 60 s; one in 2 s stays below it on any of its sites."""
PAGES: Final = 20


@dataclass(frozen=True, slots=True)
class Listing:
    url: str
    links: str | None = None
    next: str | None = None
    pages: int = PAGES


@dataclass(frozen=True, slots=True)
class PastArea:
    area: str
    valid_to: date


@dataclass(frozen=True, slots=True)
class Tls:
    ca: Path | None = None
    """PEM file with the authority or intermediate that the server forgets to send."""
    allow: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of each day in Viet Nam, over midnight where `end` is the earlier."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Portal:
    id: str
    name: str
    kind: str
    base: tuple[str, ...]
    area: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    past_areas: tuple[PastArea, ...] = ()
    cms: str | None = None
    past_hosts: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    listings: tuple[Listing, ...] = ()
    sitemaps: tuple[str, ...] = ()
    delay_s: float = DELAY_S
    concurrency: int = 1
    quiet: Quiet | None = None
    tls: Tls = Tls()
    profile: str | None = None
    verified: bool = False
    line: int = 0
    """Where the entry begins in its file."""
    hosts: frozenset[str] = field(init=False, default=frozenset())
    """Host names that pages of this portal may lie on: those of its addresses and its past ones."""

    def area_on(self, day: date) -> str | None:
        """What an article that it published on `day` is about, if it names no place."""
        past = [each for each in self.past_areas if day <= each.valid_to]
        return min(past, key=lambda each: each.valid_to).area if past else self.area

    def __post_init__(self) -> None:
        addresses = (*self.base, *self.feeds, *(listing.url for listing in self.listings), *self.sitemaps)
        named = frozenset(urlsplit(address).hostname or "" for address in addresses)
        object.__setattr__(self, "hosts", named | frozenset(self.past_hosts))


class PortalsFileError(SolieuError):
    """A mistake in a portals file: `message` is `file:line: reason`."""

    def __init__(self, file: Path, line: int, reason: str) -> None:
        super().__init__("portals-file", f"{file}:{line}: {reason}", "services/crawler/portals.py explains every key")
        self.file, self.line, self.reason = file, line, reason


def load_portals(file: Path, variables: Mapping[str, str] | None = None) -> tuple[Portal, ...]:
    """The entries of a portals file, in its order.

    Raises PortalsFileError at the first mistake, also where the file cannot be read."""
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise PortalsFileError(file, 1, f"is not UTF-8 at byte {error.start}") from None
    except OSError as error:
        raise PortalsFileError(file, 1, error.strerror or "cannot be read") from None
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
        if root is None:
            raise PortalsFileError(file, 1, "is empty: it needs the key `portals` with at least one entry")
        reader = _Reader(variables or {}, file.parent)
        return tuple(_unique(reader, reader.members(root)))
    except Fault as fault:
        raise PortalsFileError(file, fault.line, fault.reason) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise PortalsFileError(file, mark.line + 1 if mark else 1, error.problem or "is no YAML") from None
    except yaml.YAMLError as error:
        raise PortalsFileError(file, 1, f"is no YAML: {error}".splitlines()[0]) from None


def _unique(reader: _Reader, nodes: Iterator[yaml.Node]) -> Iterator[Portal]:
    seen: dict[str, int] = {}
    for node in nodes:
        portal = reader.portal(node)
        if portal.id in seen:
            raise Fault(node, f"id {portal.id!r} is taken by the entry in line {seen[portal.id]}")
        seen[portal.id] = portal.line
        yield portal


@cache
def cms_table() -> Mapping[str, Mapping[str, Any]]:
    """cms.yaml: what is known of each content management system, by its key."""
    text = Path(__file__).with_name("cms.yaml").read_text("utf-8")
    table: Mapping[str, Mapping[str, Any]] = yaml.load(text, Loader=yaml.CSafeLoader)
    return table


@dataclass(frozen=True, slots=True)
class _Reader(NodeReader):
    """Each key of an entry that is more than a text has its method `read_<key>`."""

    folder: Path

    def members(self, root: yaml.Node) -> Iterator[yaml.Node]:
        fields = self.mapping(root, {"portals"})
        if "portals" not in fields:
            raise Fault(root, "the key `portals` is missing")
        entries = self.sequence(fields["portals"])
        if not entries:
            raise Fault(fields["portals"], "`portals` has no entry")
        yield from entries

    def portal(self, node: yaml.Node) -> Portal:
        known = set(Portal.__slots__) - {"line", "hosts"}
        fields = self.mapping(node, known)
        for key in ("id", "name", "kind", "base"):
            if key not in fields:
                raise Fault(node, f"an entry needs `{key}`")
        if not fields.keys() & {"feeds", "listings", "sitemaps"}:
            raise Fault(node, "an entry needs one of `feeds`, `listings`, `sitemaps`")
        read: dict[str, Any] = {"line": node.start_mark.line + 1}
        for key, value in fields.items():
            read[key] = getattr(self, f"read_{key}", self.text)(value)
        if read.get("valid_from") and read.get("valid_to") and read["valid_from"] > read["valid_to"]:
            raise Fault(fields["valid_to"], "`valid_to` lies before `valid_from`")
        return Portal(**read)

    read_feeds = read_sitemaps = NodeReader.addresses
    read_valid_from = read_valid_to = NodeReader.day

    def read_id(self, node: yaml.Node) -> str:
        text = self.text(node)
        if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", text):
            raise Fault(node, f"id {text!r} may have small letters, digits and single hyphens only")
        return text

    def read_kind(self, node: yaml.Node) -> str:
        return self.one_of(node, KINDS)

    def read_area(self, node: yaml.Node) -> str:
        try:
            return check_key(self.text(node))
        except UnknownArea as error:
            raise Fault(node, str(error)) from None

    def read_past_areas(self, node: yaml.Node) -> tuple[PastArea, ...]:
        return tuple(self.past_area(item) for item in self.sequence(node))

    def past_area(self, node: yaml.Node) -> PastArea:
        fields = self.mapping(node, {"area", "valid_to"})
        if len(fields) < 2:
            raise Fault(node, "a past area needs `area` and `valid_to`")
        return PastArea(self.read_area(fields["area"]), self.day(fields["valid_to"]))

    def read_cms(self, node: yaml.Node) -> str:
        return self.one_of(node, tuple(cms_table()))

    def read_base(self, node: yaml.Node) -> tuple[str, ...]:
        addresses = self.addresses(node)
        if not addresses:
            raise Fault(node, "`base` needs at least one address")
        return addresses

    def read_past_hosts(self, node: yaml.Node) -> tuple[str, ...]:
        hosts = [(item, self.text(item).lower()) for item in self.sequence(node)]
        for item, host in hosts:
            if not re.fullmatch(r"[a-z0-9.-]+\.[a-z]{2,}", host):
                raise Fault(item, f"{host!r} is no host name")
        return tuple(host for _, host in hosts)

    def read_listings(self, node: yaml.Node) -> tuple[Listing, ...]:
        return tuple(self.listing(item) for item in self.sequence(node))

    def listing(self, node: yaml.Node) -> Listing:
        if isinstance(node, yaml.ScalarNode):
            return Listing(self.address(node))
        fields = self.mapping(node, {"url", "links", "next", "pages"})
        if "url" not in fields:
            raise Fault(node, "a listing needs `url`")
        links = self.text(fields["links"]) if "links" in fields else None
        try:
            re.compile(links or "")
        except re.error as error:
            raise Fault(fields["links"], f"`links` is no regular expression: {error}") from None
        follows = self.text(fields["next"]) if "next" in fields else None
        if follows and "{page}" not in follows:
            raise Fault(fields["next"], "`next` needs {page}")
        pages = int(self.number(fields["pages"], 1, 1000)) if "pages" in fields else PAGES
        return Listing(self.address(fields["url"]), links, follows, pages)

    def read_delay_s(self, node: yaml.Node) -> float:
        return self.number(node, 0, 3600)

    def read_concurrency(self, node: yaml.Node) -> int:
        return int(self.number(node, 1, 16))

    def read_quiet(self, node: yaml.Node) -> Quiet:
        text, clock = self.text(node), r"([01]?\d|2[0-3]):([0-5]\d)"
        hours = re.fullmatch(rf"{clock}\s*-\s*{clock}", text)
        if hours is None or hours.groups()[:2] == hours.groups()[2:]:
            raise Fault(node, f'{text!r} are no hours, as in "23:00-05:00"')
        start, start_minute, end, end_minute = map(int, hours.groups())
        return Quiet(time(start, start_minute), time(end, end_minute))

    def read_tls(self, node: yaml.Node) -> Tls:
        if isinstance(node, yaml.ScalarNode):
            self.one_of(node, ("strict",))
            return Tls()
        fields = self.mapping(node, {"ca", "allow"})
        file = self.folder / self.text(fields["ca"]) if "ca" in fields else None
        if file and not file.is_file():
            raise Fault(fields["ca"], f"no file {file}")
        faults = self.sequence(fields["allow"]) if "allow" in fields else []
        return Tls(file, frozenset(self.one_of(fault, TLS_FAULTS) for fault in faults))

    def read_profile(self, node: yaml.Node) -> str:
        return self.one_of(node, tuple(sorted(file.stem for file in (DEPLOY / "profiles").glob("*.yaml"))))

    def read_verified(self, node: yaml.Node) -> bool:
        return self.one_of(node, ("true", "false")) == "true"
