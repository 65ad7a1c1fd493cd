from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from services.crawler.robots import Robots, answered, failed
from shared.clock import VIETNAM

NOW = datetime(2024, 3, 4, 10, tzinfo=VIETNAM)
RULES = b"User-agent: *\nDisallow: /admin/\nCrawl-delay: 10\n\nUser-agent: SolieuBot\nDisallow: /rieng/\n"


def test_our_own_group_comes_before_everybodys() -> None:
    robots = answered(Robots(), 200, RULES, NOW)
    assert robots.allows("https://a.example/admin/x") and not robots.allows("https://a.example/rieng/x")


def test_crawl_delay_is_obeyed_within_reason() -> None:
    assert answered(Robots(), 200, b"User-agent: *\nCrawl-delay: 10", NOW).delay_s() == 10
    assert answered(Robots(), 200, b"User-agent: *\nCrawl-delay: 86400", NOW).delay_s() == 120
    assert Robots().delay_s() == 0


@pytest.mark.parametrize(
    ("printed", "seconds"),
    [
        ("0.5", 0.5),
        ("1,5", 1.5),
        ("10s", 10),
        ("5 # giây", 5),
        ("nan", 0),
        ("inf", 0),
        ("-5", 0),
        ("", 0),
        ("1e400", 1),
    ],
)
def test_delays_are_read_as_they_are_meant(printed: str, seconds: float) -> None:
    body = f"User-agent: *\nCrawl-delay: {printed}\nDisallow: /kin".encode()
    robots = answered(Robots(), 200, body, NOW)
    assert robots.delay_s() == seconds
    assert not robots.allows("https://a.example/kin")


@pytest.mark.parametrize(
    "body",
    [
        "\ufeffUser-agent: *\r\nDisallow: /kin".encode(),
        "\ufeffUser-agent: *\nDisallow: /kin".encode("utf-16"),
        b"User-agent: *\rDisallow: /kin",
        b"user-agent : *\ndisallow:/kin",
        b"User-agent: SolieuBot/0.1 (+https://a.example)\nDisallow: /kin",
        b"User-agent: solieubot\n\nDisallow: /*kin$",
        b"User-agent: *\nDisallow: /%6Bin\n\xff\xfe\x00",
        b"User-agent: *\nDisallow: /" + b"*k" * 3 + b"\nDisallow: /kin" + b"\n# x" * 200_000,
    ],
)
def test_odd_forms_forbid_all_the_same(body: bytes) -> None:
    robots = answered(Robots(), 200, body, NOW)
    assert not robots.allows("https://a.example/kin") and robots.allows("https://a.example/mo")


def test_sitemaps_are_named() -> None:
    robots = answered(Robots(), 200, b"Sitemap: https://a.example/s.xml\nUser-agent: *\nDisallow: /", NOW)
    assert robots.sitemaps() == ("https://a.example/s.xml",) and Robots().sitemaps() == ()


def test_missing_means_allowed_and_a_web_page_has_no_rules() -> None:
    for status, body in ((404, b""), (403, b""), (200, b"<!DOCTYPE html>\nUser-agent: *\nDisallow: /")):
        assert answered(Robots(), status, body, NOW).allows("https://a.example/x")


def test_a_server_error_means_wait_but_not_for_ever() -> None:
    robots = answered(Robots(), 503, b"", NOW)
    assert robots.must_wait(NOW + timedelta(days=29))
    assert not robots.must_wait(NOW + timedelta(days=31))


def test_rules_still_fresh_are_used_while_the_server_fails() -> None:
    robots = failed(answered(Robots(), 200, RULES, NOW), NOW + timedelta(hours=1))
    assert not robots.must_wait(NOW + timedelta(hours=2))
    assert robots.must_wait(NOW + timedelta(hours=25))
    assert not answered(robots, 200, RULES, NOW + timedelta(hours=26)).must_wait(NOW + timedelta(hours=26))
