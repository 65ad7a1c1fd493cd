from __future__ import annotations

from datetime import datetime, timedelta

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
