"""Megabytes that anybody may send: each is read in time in proportion to its length. What looks anew from every `<`
would take hours, and hold up all hosts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.crawler.challenge import is_challenge
from services.crawler.feeds import read_feed
from services.crawler.fingerprint import fingerprint
from services.crawler.probe.home import read_home
from services.crawler.unseen import without, without_tags

pytestmark = pytest.mark.timeout(45)

BODIES = {
    "tags never closed": b"<" * 1_000_000,
    "comments never closed": b"<!--" * 250_000,
    "scripts never closed": b"<script>" * 120_000,
    "declarations before a feed": b"<?" * 500_000 + b"<rss><channel></channel></rss>",
    "comments before a feed": b"<!--" * 250_000 + b"<rss></rss>",
    "items within items": b"<rss><channel>" + b"<item>" * 100_000,
    "comments in titles": b"<rss><channel>"
    + (b"<item><title>" + b"&lt;!--" * 6_000 + b"</title><link>http://a.vn/1</link></item>") * 25,
    "cdata never closed": b"<rss>" + b"<![CDATA[" * 100_000,
    "a line of clocks": b"<p>" + b"12:30 " * 150_000,
    "links within links": b"<html>" + b"<a href='/bai-viet-12345.html'>" * 60_000,
    "elements within elements": b"<html>" + b"<div>" * 200_000 + b"<a href='/bai-viet-12345.html'>a b c d</a>",
    "entries never closed": b"<urlset>" + b"<url><loc>" * 100_000,
}


@pytest.mark.parametrize("name", BODIES)
def test_no_body_holds_up_the_crawler(name: str) -> None:
    body, at = BODIES[name], datetime(2026, 3, 2, tzinfo=UTC)
    for due in ("feed", "listing", "sitemap"):
        read_feed(body, url="https://so.example/x", fetched_at=at, due=due)
    read_home(body, "https://so.example/", "text/html", None)
    assert len(fingerprint(body)) == 64
    assert not is_challenge(body)


def test_what_no_reader_sees_is_taken_out_and_what_never_ends_stays() -> None:
    names = ("script", "style")
    assert without("a<!-- b -->c<SCRIPT x>d</script >e<style>f", names, "|") == "a|c|e<style>f"
    assert without("a<!-- b <script>c</script> d", names, "|") == "a<!-- b | d"
    assert without("<scripts>a</scripts>", names, "|") == "<scripts>a</scripts>"
    assert without_tags("a<b c='d'>e</b>f<g", "|") == "a|e|f<g"
