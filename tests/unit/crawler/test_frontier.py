from __future__ import annotations

from datetime import datetime

import pytest

from services.crawler.challenge import is_challenge
from services.crawler.feeds import FeedItem
from services.crawler.fingerprint import fingerprint
from services.crawler.frontier import (
    BARREN_DAY_MAX,
    BARREN_MIN,
    PATTERN_DAY_MAX,
    UNPROVEN_DAY_MAX,
    candidates,
    is_trap,
    pattern,
    within_budget,
)
from services.crawler.model import Address, Yield
from services.crawler.portals import Portal
from shared.clock import VIETNAM

NOW = datetime(2024, 3, 4, 10, tzinfo=VIETNAM)
PORTAL = Portal("p", "P", "department", ("https://www.s.example/",), cms="nukeviet", past_hosts=("cu.example",))


def take(*urls: str) -> tuple[list[str], dict[str, int]]:
    taken, refused = candidates(PORTAL, "source", [FeedItem(url) for url in urls], NOW)
    return [address.url for address in taken], dict(refused)


def test_twins_are_taken_up_once() -> None:
    taken, refused = take("https://s.example/vi/news/a/x-5.html", "https://www.s.example/vi/news/b/y-5.html")
    assert (taken, refused) == (["https://s.example/vi/news/a/x-5.html"], {})


def test_another_sites_articles_are_not_this_portals() -> None:
    urls = ["https://khac.example/x-1.html", "https://tin.s.example/x-2.html", "https://cu.example/x-3.html"]
    taken, refused = take(*urls, "https://notreallys.example/x-4.html")
    assert (taken, refused) == (urls[1:], {"foreign": 2})


def test_an_article_stays_the_same_when_its_portal_moves() -> None:
    def identities(url: str, moved_to: str | None = None) -> set[str]:
        taken, _ = candidates(PORTAL, "source", [FeedItem(url)], NOW, moved_to=moved_to)
        return {address.article_id for address in taken}

    before = identities("https://www.s.example/vi/news/a/x-5.html")
    assert identities("https://cu.example/vi/news/a/x-5.html") == before
    assert identities("https://moi.example/vi/news/a/x-5.html", "moi.example") == before
    assert identities("https://moi.example/vi/news/a/x-5.html") == set()


@pytest.mark.parametrize(
    "url", ["https://s.example/en/vi/en/vi/en/x-1.html", "https://s.example/" + "/".join("abcdefghijklmn")]
)
def test_paths_that_repeat_themselves_are_traps(url: str) -> None:
    assert is_trap(url)
    assert take(url)[1] == {"trap": 1}


def addresses(count: int, start: int = 0) -> list[Address]:
    days = [FeedItem(f"https://s.example/lich/{n // 365}/ngay-{n}.html") for n in range(start, start + count)]
    return candidates(PORTAL, "source", days, NOW)[0]


def test_an_endless_calendar_runs_out_of_its_days_budget() -> None:
    kept, over = within_budget(addresses(900), {})
    assert (len(kept), over) == (UNPROVEN_DAY_MAX, 900 - UNPROVEN_DAY_MAX)
    name = pattern(kept[0].url)
    kept, over = within_budget(addresses(900), {name: Yield(good=5)})
    assert (len(kept), over) == (PATTERN_DAY_MAX, 900 - PATTERN_DAY_MAX)
    assert within_budget(addresses(5), {name: Yield(taken_today=PATTERN_DAY_MAX, good=5)}) == ([], 5)


def test_a_pattern_that_gives_nothing_is_hardly_asked_and_never_given_up() -> None:
    name = pattern(addresses(1)[0].url)
    kept, over = within_budget(addresses(50), {name: Yield(good=1, bad=BARREN_MIN)})
    assert (len(kept), over) == (BARREN_DAY_MAX, 50 - BARREN_DAY_MAX)
    assert len(within_budget(addresses(50), {name: Yield(good=2, bad=BARREN_MIN)})[0]) == 50


PAGE = (
    "<html><p>Thứ hai, 04/03/2024 {clock}</p><p>Toàn tỉnh tạo việc làm cho {n} lao động.</p><td>{cell}</td>"
    "<i>Lượt truy cập: {hits}</i><script>{js}</script></html>"
)


def page(**changes: object) -> bytes:
    return PAGE.format(**{"clock": "10:15", "n": "28.500", "cell": "8.095", "hits": 12, "js": 1} | changes).encode()


@pytest.mark.parametrize("change", [{"clock": "10:16"}, {"hits": 13}, {"js": 2}])
def test_a_clock_or_counter_makes_no_new_page(change: dict[str, object]) -> None:
    assert fingerprint(page(**change)) == fingerprint(page())


@pytest.mark.parametrize("change", [{"n": "28.600"}, {"cell": "8.096"}])
def test_a_corrected_figure_does(change: dict[str, object]) -> None:
    assert fingerprint(page(**change)) != fingerprint(page())


@pytest.mark.parametrize(
    "body",
    [
        "<html><script>document.cookie='D1N=ab12';window.location.reload(true);</script></html>",
        "<title>Just a moment...</title><div id='cf-chl-widget'></div>",
        "The requested URL was rejected. Please consult with your administrator. Your support ID is: 123",
        "<title>Thông báo</title>Hệ thống đang từ chối truy cập của bạn",
    ],
)
def test_challenges_are_told(body: str) -> None:
    assert is_challenge(body.encode())


def test_an_article_with_a_captcha_under_it_is_no_challenge() -> None:
    body = "<p>" + "Toàn tỉnh tạo việc làm cho lao động. " * 60 + "</p><div class='g-recaptcha' data-sitekey='x'></div>"
    assert not is_challenge(body.encode())
    assert not is_challenge(b"<p>Tin ng\xe1\xba\xafn.</p>")
