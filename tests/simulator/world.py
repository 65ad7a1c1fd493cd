"""The simulated portals: what each publishes and when, and when it is broken how. All drawn from one seed."""

from __future__ import annotations

import random
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final

from services.crawler.portals import Listing, Portal

DAY_S: Final = 86_400.0
HOUR_S: Final = 3_600.0
FEED_ITEMS: Final = 30
"""NukeViet's feeds have no more."""

# What breaks whole sources for a time, and how probable each is for a source over a month.
OUTAGES: Final = {
    "down": 0.25,  # connection refused, for hours
    "flapping": 0.15,  # a quarter of an hour down, again and again over a day
    "dead": 0.05,  # away for five to nine days, then back
    "html_for_xml": 0.10,
    "server_error": 0.10,
    "redirect_loop": 0.05,
    "time_out": 0.05,
    "challenge": 0.05,
    "robots_error": 0.05,
}
# What a source is like all the time.
HABITS: Final = {
    "slow": 0.15,  # answers after 5 to 25 seconds
    "lying_304": 0.10,  # keeps its ETag after a change
    "mojibake": 0.10,  # an invalid byte in each feed
    "session_ids": 0.15,
    "clock_in_page": 0.25,
    "calendar": 0.10,  # its listing links an endless calendar
    "no_dates": 0.15,
    "now_dates": 0.05,  # each item dated with the moment of the request
    "categories": 0.20,  # an article is linked by two addresses
    "rate_limit": 0.10,  # 429 above 20 requests a minute
    "moves": 0.05,  # to another host, for good, in the middle of the run
    "crawl_delay": 0.10,  # robots.txt asks for 5 seconds from the middle of the run on
    "forbids": 0.05,  # robots.txt forbids a section from the middle of the run on
}


@dataclass(slots=True)
class Article:
    number: int
    published_s: float
    edited_s: float | None = None
    renamed_s: float | None = None
    huge: bool = False
    section: str = "tin"

    def revision(self, at_s: float) -> int:
        return 1 if self.edited_s is not None and at_s >= self.edited_s else 0


@dataclass(slots=True)
class SimulatedSource:
    id: str
    host: str
    kind: str
    articles: list[Article]
    habits: frozenset[str]
    outages: list[tuple[str, float, float]]
    delay_s: float
    concurrency: int
    latency_s: float
    change_s: float
    """When moves, new crawl-delays and new rules come into force."""
    times: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.times = [article.published_s for article in self.articles]

    @property
    def new_host(self) -> str:
        return f"moi-{self.host}"

    def shown(self, at_s: float) -> list[Article]:
        """What feed or listing show, newest first."""
        end = bisect_right(self.times, at_s)
        return self.articles[max(0, end - FEED_ITEMS) : end][::-1]

    def outage(self, at_s: float) -> str | None:
        for kind, start, end in self.outages:
            if start <= at_s < end and (kind != "flapping" or int((at_s - start) / 900) % 2 == 0):
                return kind
        return None

    def portal(self) -> Portal:
        url = f"https://{self.host}/{'rss' if self.kind == 'feed' else 'danh-sach'}/{self.id}"
        return Portal(
            self.id,
            self.id,
            "department",
            (f"https://{self.host}/",),
            cms="nukeviet",
            feeds=(url,) if self.kind == "feed" else (),
            listings=() if self.kind == "feed" else (Listing(url, pages=5),),
            delay_s=self.delay_s,
            concurrency=self.concurrency,
            past_hosts=(self.new_host,) if "moves" in self.habits else (),
        )


def make_world(seed: int, days: float, sources: int) -> list[SimulatedSource]:
    rng = random.Random(seed)
    return [_source(rng, number, days) for number in range(sources)]


def _source(rng: random.Random, number: int, days: float) -> SimulatedSource:
    paper = rng.random() < 0.2
    a_day = rng.uniform(20, 50) if paper else rng.uniform(0.5, 5)
    habits = frozenset(name for name, share in HABITS.items() if rng.random() < share)
    shares_host = rng.random() < 0.15 and not habits & {"moves", "crawl_delay", "forbids", "rate_limit"}
    host = f"chung-{number % 7}.example" if shares_host else f"cong-{number}.example"
    outages = [_outage(rng, kind, days) for kind, share in OUTAGES.items() if rng.random() < share * days / 30]
    return SimulatedSource(
        f"nguon-{number}",
        host,
        "feed" if rng.random() < 0.6 else "listing",
        _articles(rng, a_day, days, habits),
        habits,
        outages,
        delay_s=2.0 if shares_host else rng.choice([1.0, 2.0, 2.0, 3.0]),
        concurrency=1 if shares_host else rng.choice([1, 1, 1, 2]),
        latency_s=rng.uniform(5, 25) if "slow" in habits else rng.uniform(0.05, 1.5),
        change_s=days * DAY_S / 2,
    )


def _articles(rng: random.Random, a_day: float, days: float, habits: frozenset[str]) -> list[Article]:
    """As offices publish: nine in ten between 7 and 19 h on workdays, a third as much at week-ends."""
    times: list[float] = []
    for day in range(-3, int(days)):  # some were there before the crawler came
        busy = a_day * (0.35 if (day % 7) >= 5 else 1.25)
        for _ in range(_poisson(rng, busy)):
            hour = rng.uniform(7, 19) if rng.random() < 0.9 else rng.uniform(19, 31) % 24
            times.append(day * DAY_S + hour * HOUR_S)
    articles = []
    for number, published in enumerate(sorted(times), start=1):
        article = Article(number, published)
        if rng.random() < 0.05:
            article.edited_s = published + rng.uniform(0.5, 60) * HOUR_S
        if rng.random() < 0.02:
            article.renamed_s = published + rng.uniform(1, 20) * HOUR_S
        article.huge = rng.random() < 0.002
        article.section = "kin" if "forbids" in habits and rng.random() < 0.3 else "tin"
        articles.append(article)
    return articles


def _poisson(rng: random.Random, mean: float) -> int:
    total, count = rng.expovariate(1.0), 0
    while total < mean:
        total, count = total + rng.expovariate(1.0), count + 1
    return count


def _outage(rng: random.Random, kind: str, days: float) -> tuple[str, float, float]:
    start = rng.uniform(0.5, max(days - 1, 0.6)) * DAY_S
    length = {"dead": rng.uniform(5, 9) * DAY_S, "flapping": DAY_S, "challenge": rng.uniform(6, 48) * HOUR_S}
    return kind, start, start + length.get(kind, rng.uniform(0.5, 10) * HOUR_S)
