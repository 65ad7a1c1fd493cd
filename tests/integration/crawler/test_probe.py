"""Probing a portal, and writing what was found into the portals file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from services.console.sample.server import sample_portals
from services.crawler.addresses import AddressPolicy
from services.crawler.fetch import Fetcher
from services.crawler.portals import Portal, load_portals
from services.crawler.probe import Probed, draft, entry_of, probe_portal, written


async def probed(portal: Portal) -> Probed:
    fetcher = Fetcher("x", policy=AddressPolicy.of(["127.0.0.0/8"]))
    try:
        return await probe_portal(portal, fetcher.fetch)
    finally:
        await fetcher.close()


@pytest.mark.parametrize(
    ("portal", "cms", "kind"),
    [
        ("sample-ha-nam", "nukeviet", "feed"),
        ("sample-lai-chau", "sharepoint", "listing"),
        ("sample-hung-yen", "liferay", "listing"),
        ("sample-lam-dong", "wordpress", "feed"),
    ],
)
async def test_the_system_and_its_feeds_are_found_from_the_home_page_alone(portal: str, cms: str, kind: str) -> None:
    async with sample_portals() as base:
        result = await probed(replace(draft(f"{base}/{portal}/"), delay_s=0))
    assert (result.alive, result.cms) == (True, cms), result
    assert result.found(kind) == result.found()[: len(result.found(kind))] != ()


async def test_what_is_wrong_is_said() -> None:
    nobody = await probed(draft("http://127.0.0.1:9/"))
    assert (nobody.alive, nobody.verdict) == (False, "refused_address")
    closed = await probed(draft("http://127.0.0.1:48999/"))
    assert (closed.alive, closed.verdict) == (False, "unreachable")
    async with sample_portals() as base:
        missing = await probed(replace(draft(f"{base}/nowhere/"), delay_s=0))
        frozen = await probed(replace(draft(f"{base}/sample-lai-chau/"), delay_s=0))
    assert missing.verdict == "gone"
    assert "no feed: listing pages instead" in frozen.problems and frozen.verdict == "frozen"
    assert any("nothing new since 2024" in problem for problem in frozen.problems)


async def test_a_found_entry_is_written_and_the_rest_of_the_file_stays(tmp_path: Path) -> None:
    async with sample_portals() as base:
        file = tmp_path / "portals.yaml"
        file.write_text(
            f"""# ours
portals:
  - id: mau  # seen
    name: Mẫu
    kind: department
    base: ["{base}/sample-ha-nam/"]
    listings: ["{base}/sample-ha-nam/"]
    delay_s: 0
    verified: false

  # --- the next ---
  - id: tot
    name: Chết
    kind: newspaper
    base: ["http://127.0.0.1:48999/"]
    listings: ["http://127.0.0.1:48999/"]
""",
            "utf-8",
        )
        before = file.read_text("utf-8")
        for portal in load_portals(file):
            file.write_text(written(file.read_text("utf-8"), await probed(portal)), "utf-8")
        alive, dead = load_portals(file)
    assert alive.verified and alive.cms == "nukeviet" and alive.feeds == (f"{base}/sample-ha-nam/vi/news/rss/",)
    assert not dead.verified
    lines, kept = before.splitlines(), file.read_text("utf-8").splitlines()
    assert [line for line in lines if line not in kept] == ["    verified: false"]


async def test_a_drafted_entry_is_one_that_the_loader_reads(tmp_path: Path) -> None:
    async with sample_portals() as base:
        result = await probed(replace(draft(f"{base}/sample-lam-dong/", "mau"), delay_s=0))
    (tmp_path / "new.yaml").write_text("portals:\n" + entry_of(result), "utf-8")
    (portal,) = load_portals(tmp_path / "new.yaml")
    assert (portal.id, portal.cms, portal.verified) == ("mau", "wordpress", True)
