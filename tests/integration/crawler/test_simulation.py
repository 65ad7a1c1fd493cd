"""Short runs of the simulator, and proof that its referee sees what it must."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from services.crawler import visit
from services.crawler.fetch import Fetched
from services.crawler.model import Address
from services.crawler.outcomes import Outcome
from services.crawler.robots import Robots
from services.crawler.tools import Tools
from tests.simulator.simulate import simulate


@pytest.mark.parametrize("seed", [5, 6])
def test_days_of_faulty_portals_pass_without_a_violation(seed: int) -> None:
    report = simulate(seed, days=3, sources=15)
    assert report.violations == [], f"again with: python -m tests.simulator --seed {seed} --days 3 --sources 15"


def test_a_seed_gives_the_same_days_again() -> None:
    assert simulate(7, days=2, sources=6).lines == simulate(7, days=2, sources=6).lines


def found(days: float = 1.5) -> str:
    return "\n".join(simulate(5, days=days, sources=10).violations)


def test_the_referee_sees_a_hurried_crawler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.crawler.turn.delay_of", lambda portals, robots: 0.5)
    assert " after " in found()


def test_the_referee_sees_a_crawler_that_asks_too_much_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.crawler.turn.delay_of", lambda portals, robots: 0.0)
    monkeypatch.setattr("services.crawler.turn.concurrency_of", lambda portals: 4)
    assert "requests at once" in found()


def test_the_referee_sees_a_crawler_that_reads_no_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Robots, "allows", lambda self, url: True)
    assert "against robots.txt" in "\n".join(simulate(3, days=3, sources=6).violations)


def judging(page: Outcome) -> Callable[..., Awaitable[tuple[Outcome, int]]]:
    """In the place of what tells whether a page is to be published: every page that came is `page`."""

    async def judge(tools: Tools, address: Address, fetched: Fetched, words: str) -> tuple[Outcome, int]:
        return (page if fetched.outcome is Outcome.OK else fetched.outcome), 0

    return judge


def test_the_referee_sees_a_page_that_is_never_published(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visit, "_judge", judging(Outcome.NOT_MODIFIED))
    assert "never published" in found(days=2.5)


def test_the_referee_sees_a_page_that_is_published_at_every_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visit, "_judge", judging(Outcome.OK))
    assert "published twice" in found()
