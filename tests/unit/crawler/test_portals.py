"""The portals file: what it may say, and that each mistake names its line."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from services.crawler.portals import Listing, Portal, PortalsFileError, Quiet, load_portals
from shared.paths import PORTALS

ENTRY = """portals:
  - id: mau
    name: Sở mẫu
    kind: department
    base: ["https://sld.mau.example/"]
    feeds: ["https://sld.mau.example/rss/"]
"""


def load(tmp_path: Path, text: str, **variables: str) -> tuple[Portal, ...]:
    file = tmp_path / "portals.yaml"
    file.write_text(text, "utf-8")
    return load_portals(file, variables)


def test_a_short_entry_has_sound_defaults(tmp_path: Path) -> None:
    (portal,) = load(tmp_path, ENTRY)
    assert (portal.delay_s, portal.concurrency, portal.verified, portal.line) == (2.0, 1, False, 2)
    assert portal.tls.allow == frozenset()
    assert portal.hosts == {"sld.mau.example"}


def test_a_full_entry(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("x")
    text = (
        ENTRY
        + """    area: 63-27
    valid_from: 1997-01-01
    valid_to: 2025-06-30
    cms: nukeviet
    past_hosts: [cu.mau.example.vn]
    listings:
      - "https://sld.mau.example/tin/"
      - {url: "https://sld.mau.example/viec/", links: '-\\d+\\.html$', next: "trang-{page}", pages: 3}
    sitemaps: ["https://sld.mau.example/sitemap.xml"]
    delay_s: 0.5
    concurrency: 2
    quiet: "23:00-5:30"
    tls: {ca: ca.pem, allow: [expired]}
    profile: nukeviet
    verified: true
"""
    )
    (portal,) = load(tmp_path, text)
    assert (portal.valid_from, portal.valid_to) == (date(1997, 1, 1), date(2025, 6, 30))
    assert portal.listings[0] == Listing("https://sld.mau.example/tin/")
    assert portal.listings[1] == Listing("https://sld.mau.example/viec/", r"-\d+\.html$", "trang-{page}", 3)
    assert portal.hosts == {"sld.mau.example", "cu.mau.example.vn"}
    assert portal.quiet == Quiet(time(23), time(5, 30))
    assert portal.tls.ca == tmp_path / "ca.pem"


def test_the_area_follows_the_day(tmp_path: Path) -> None:
    text = ENTRY + "    area: 34-24\n    past_areas: [{area: 63-27, valid_to: 2025-06-30}]\n"
    (portal,) = load(tmp_path, text)
    assert (portal.area_on(date(2025, 6, 30)), portal.area_on(date(2025, 7, 1))) == ("63-27", "34-24")


def test_variables_are_put_in(tmp_path: Path) -> None:
    text = ENTRY.replace("https://sld.mau.example", "${SAMPLE_URL}/mau")
    (portal,) = load(tmp_path, text, SAMPLE_URL="http://127.0.0.1:4711")
    assert portal.feeds == ("http://127.0.0.1:4711/mau/rss/",)


MISTAKES = [
    ("", 1, "empty"),
    ("portals: []\n", 1, "no entry"),
    ("sources: []\n", 1, "unknown key"),
    ("- a\n", 1, "mapping"),
    (ENTRY + "  - id: mau\n", 7, "needs `name`"),
    (ENTRY + ENTRY.removeprefix("portals:\n"), 7, "taken by the entry in line 2"),
    (ENTRY + "    feed: []\n", 7, "did you mean `feeds`"),
    (ENTRY + "    kind: department\n", 7, "stands twice"),
    (ENTRY.replace("department", "office"), 4, "none of province"),
    (ENTRY.replace("https://sld.mau.example/rss/", "sld.mau.example/rss"), 6, "no http or https address"),
    (ENTRY.replace("https://sld.mau.example/rss/", "https://a:b@x.example/"), 6, "no http or https address"),
    (ENTRY.replace("https://sld.mau.example/rss/", "${NOWHERE}/rss"), 6, "unknown variable ${NOWHERE}"),
    (ENTRY.replace("id: mau", "id: Mẫu"), 2, "small letters"),
    (ENTRY + "    area: '27'\n", 7, "63-27 Bắc Ninh"),
    (ENTRY + "    area: 63-99\n", 7, "no area '63-99'"),
    (ENTRY + "    delay_s: -1\n", 7, "not between"),
    (ENTRY + "    delay_s: nan\n", 7, "not between"),
    (ENTRY + "    profile: nukeveit\n", 7, "none of common"),
    (ENTRY + "    quiet: nachts\n", 7, "no hours"),
    (ENTRY + "    quiet: 24:00-05:00\n", 7, "no hours"),
    (ENTRY + "    quiet: 05:00-05:00\n", 7, "no hours"),
    (ENTRY + "    quiet: [23, 5]\n", 7, "text is due"),
    (ENTRY + "    delay_s: bald\n", 7, "no number"),
    (ENTRY + "    valid_from: 2025-13-01\n", 7, "no day"),
    (ENTRY + "    valid_from: 2025-01-02\n    valid_to: 2025-01-01\n", 8, "before `valid_from`"),
    (ENTRY + "    cms: typo3\n", 7, "none of nukeviet"),
    (ENTRY + "    verified: vielleicht\n", 7, "none of true, false"),
    (ENTRY + "    tls: off\n", 7, "none of strict"),
    (ENTRY + "    tls: {allow: [everything]}\n", 7, "none of expired"),
    (ENTRY + "    tls: {ca: none.pem}\n", 7, "no file"),
    (ENTRY + "    listings: [{url: 'https://a.example/', links: '('}]\n", 7, "no regular expression"),
    (ENTRY + "    listings: [{url: 'https://a.example/', next: 'x'}]\n", 7, "needs {page}"),
    (ENTRY + "    listings: [{links: 'x'}]\n", 7, "needs `url`"),
    (ENTRY + "    past_hosts: ['https://a.example/']\n", 7, "no host name"),
    (ENTRY.replace('    feeds: ["https://sld.mau.example/rss/"]\n', ""), 2, "needs one of"),
    (ENTRY + "   x: [\n", 7, ""),
]


@pytest.mark.parametrize(("text", "line", "reason"), MISTAKES)
def test_a_mistake_names_file_line_and_reason(tmp_path: Path, text: str, line: int, reason: str) -> None:
    with pytest.raises(PortalsFileError) as caught:
        load(tmp_path, text)
    assert (caught.value.line, caught.value.file.name) == (line, "portals.yaml"), caught.value.reason
    assert reason in caught.value.reason
    assert f"portals.yaml:{line}: " in caught.value.message


def test_unreadable_files_are_mistakes_too(tmp_path: Path) -> None:
    with pytest.raises(PortalsFileError, match="No such file"):
        load_portals(tmp_path / "nowhere.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PortalsFileError, match="not UTF-8"):
        load_portals(tmp_path / "binary.yaml")


def test_the_shipped_portals_cover_every_province_before_and_since_the_mergers() -> None:
    portals = load_portals(PORTALS / "vietnam.yaml")
    named = {portal.area for portal in portals} | {past.area for portal in portals for past in portal.past_areas}
    assert len({area for area in named if area and area.startswith("63-")}) == 63
    assert len({area for area in named if area and area.startswith("34-")}) == 34
    assert not [portal.id for portal in portals if portal.verified], "nobody has probed them"
    gone = [portal for portal in portals if portal.base[0].startswith("https://sldtbxh.")]
    assert {portal.valid_to for portal in gone} == {date(2025, 2, 28)}
