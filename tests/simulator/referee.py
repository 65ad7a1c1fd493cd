"""Watches a simulation from outside and judges it: politeness at each request, completeness at the end."""

from __future__ import annotations

import asyncio
import itertools
import re
import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from services.crawler.schedule import READING_GAP_MIN, REREAD_AFTER
from shared.bus.api import Message
from tests.simulator.world import HOUR_S, Article, SimulatedSource

FOUND_WITHIN_MIN: Final = (5, 10, 20, 30, 60, 120, 240, 480)
BACK_OFF_S_MAX: Final = 26 * HOUR_S
"""After an outage a source may be asked a day later: what it showed for less than this, beside outages, isn't owed."""
VISIT_SLACK_S: Final = 12 * HOUR_S
NOTED_S: Final = 60.0
"""What was published is noted within so long, or its crawler is dead."""
EPSILON_S: Final = 0.001


@dataclass(slots=True)
class _Host:
    delay_s: float
    concurrency: int
    forbidden: tuple[str, ...] = ()
    running: int = 0
    last_s: float = -1e9


@dataclass(slots=True)
class Report:
    lines: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    """What may not be: each ends the simulation with exit 1."""


class Referee:
    def __init__(self, world: list[SimulatedSource]) -> None:
        self._world = world
        self._hosts: dict[str, _Host] = {}
        for source in world:
            for host in (source.host, source.new_host):
                # Of what several entries on one host ask, the politest holds. A host that none names has the default.
                known = self._hosts.setdefault(host, _Host(source.delay_s, source.concurrency))
                known.delay_s = max(known.delay_s, source.delay_s)
        self._served: dict[str, tuple[str, int, int]] = {}
        self._published: dict[tuple[str, int, int], list[float]] = defaultdict(list)
        self._archived: set[str] = set()
        self.requests: Counter[str] = Counter()
        self.violations: list[str] = []
        self.kills: list[float] = []

    # --- what the network and the bus tell --------------------------------------------------------------------------

    def begins(self, crawler: str, host: str, url: str) -> None:
        now_s, state = asyncio.get_running_loop().time(), self._hosts[host]
        path = urlsplit(url).path
        kind = "robots" if path == "/robots.txt" else "polls" if re.match("/(?:rss|danh-sach)/", path) else "pages"
        self.requests[kind] += 1
        state.running += 1
        if now_s - state.last_s < state.delay_s - EPSILON_S:
            self.violations.append(f"{crawler} asked {host} after {now_s - state.last_s:.2f} of {state.delay_s} s")
        if state.running > state.concurrency:
            self.violations.append(f"{crawler}: {state.running} requests at once to {host}")
        if any(path.startswith(prefix) for prefix in state.forbidden):
            self.violations.append(f"{crawler} asked {url} against robots.txt")
        state.last_s = now_s

    def ends(self, host: str) -> None:
        self._hosts[host].running -= 1

    def robots(self, host: str, lines: list[str]) -> None:
        """The crawler has been told these rules, and is held to them from now on."""
        state = self._hosts[host]
        for line in lines:
            if line.startswith("Crawl-delay:"):
                state.delay_s = max(state.delay_s, float(line.split(":")[1]))
        state.forbidden = tuple(line.split(": ")[1] for line in lines if line.startswith("Disallow:"))

    def served(self, source: str, number: int, revision: int, digest: str) -> None:
        self._served[digest] = (source, number, revision)

    def archived(self, digests: list[str]) -> None:
        self._archived.update(digests)

    def publishes(self, message: Message) -> None:
        found = re.search(rb'"body_sha256":"([0-9a-f]{64})"', message.value)
        digest = found[1].decode() if found else ""
        if digest not in self._archived:
            self.violations.append("a page was published before it was archived")
        if digest in self._served:
            self._published[self._served[digest]].append(asyncio.get_running_loop().time())

    # --- the verdict ------------------------------------------------------------------------------------------------

    def report(self, end_s: float) -> Report:
        report = Report(violations=list(dict.fromkeys(self.violations)))
        owed, late = 0, []
        articles = 0
        for source in self._world:
            for article in source.articles:
                first = self._published.get((source.id, article.number, 0)) or self._published.get(
                    (source.id, article.number, 1)
                )
                articles += first is not None
                if self._is_owed(source, article, end_s):
                    owed += 1
                    if first is None:
                        report.violations.append(f"{source.id} article {article.number} was never published")
                if first and article.published_s > 0:
                    late.append((article.published_s, first[0] - article.published_s))
                if first and self._edit_is_owed(source, article, first[0], end_s):
                    owed += 1
                    if (source.id, article.number, 1) not in self._published:
                        report.violations.append(f"{source.id} article {article.number}: its correction was missed")
        again = [key for key, times in self._published.items() if len(times) > 1 and not self._excused(times)]
        report.violations += [f"{source} article {n} revision {r} published twice" for source, n, r in again]
        self._measures(report, owed, articles, late)
        return report

    def _measures(self, report: Report, owed: int, articles: int, late: list[tuple[float, float]]) -> None:
        by_day = [delay for published, delay in late if 7 <= published % 86_400 / HOUR_S < 19]
        total = sum(self.requests.values())
        twice = sum(len(times) - 1 for times in self._published.values())
        first_fetches = articles
        report.lines += [
            f"articles published by the crawler     {articles}",
            f"owed articles and corrections         {owed}",
            f"discovery delay by day, median        {statistics.median(by_day or [0]) / 60:.1f} min",
            f"discovery delay by day, 9 in 10       {sorted(by_day or [0])[int(len(by_day) * 0.9)] / 60:.1f} min",
            f"found by day within                   {_shares(by_day)}",
            f"requests                              {total} {dict(self.requests)}",
            f"requests per new article              {total / max(articles, 1):.2f}",
            f"  of them to find and fetch it        "
            f"{(self.requests['polls'] + self.requests['robots'] + first_fetches) / max(articles, 1):.2f}",
            f"kills                                 {len(self.kills)}, published twice by them {twice}",
        ]

    def _excused(self, times: list[float]) -> bool:
        """In flight when its crawler was killed: published, but not yet noted. The same event id, so without effect."""
        return all(
            any(early <= kill <= min(later, early + NOTED_S) for kill in self.kills)
            for early, later in itertools.pairwise(times)
        )

    def _is_owed(self, source: SimulatedSource, article: Article, end_s: float) -> bool:
        """Whether the source showed it for long enough while it was up: without any outage, for two hours (a shift of
        the night), else for the longest back-off."""
        if article.huge:
            return False
        if article.section == "kin":  # forbidden from the middle of the run on
            until = source.change_s
            if article.published_s > until - 2 * BACK_OFF_S_MAX or any(
                s < until and e > article.published_s - BACK_OFF_S_MAX for _, s, e in source.outages
            ):
                return False
        start = max(article.published_s, 0.0)
        index = article.number - 1 + 30
        gone = source.times[index] if index < len(source.times) else end_s
        end = min(gone, end_s - VISIT_SLACK_S)
        overlapping = [(s, e) for _, s, e in source.outages if s < end and e > start]
        if "moves" in source.habits and start <= source.change_s + BACK_OFF_S_MAX and end >= source.change_s:
            overlapping.append((source.change_s, source.change_s))
        if not overlapping:
            recent = any(0 <= start - e < BACK_OFF_S_MAX for _, _, e in source.outages)
            # A source that pushes an article off its list within a day is a busy one, and asked often.
            return end - start >= (4 * HOUR_S if gone < end_s and not recent else BACK_OFF_S_MAX)
        return end - max(start, max(e for _, e in overlapping)) >= BACK_OFF_S_MAX

    def _edit_is_owed(self, source: SimulatedSource, article: Article, first_s: float, end_s: float) -> bool:
        """Whether a later reading fell behind the correction, at a time when the source was up."""
        edited = article.edited_s
        if edited is None or edited <= first_s or article.huge or article.section == "kin":
            return False
        born = first_s if source.habits & {"no_dates", "now_dates"} else article.published_s
        earliest = first_s + READING_GAP_MIN.total_seconds()
        readings = [at for after in REREAD_AFTER if (at := born + after.total_seconds()) > earliest]
        due = [reading for reading in readings if edited <= reading < end_s - VISIT_SLACK_S]
        old = article.published_s < first_s - 7 * 86_400
        troubled = (
            any(s < due[-1] + VISIT_SLACK_S and e > due[-1] - VISIT_SLACK_S for _, s, e in source.outages)
            if due
            else True
        )
        moved = "moves" in source.habits and any(abs(reading - source.change_s) < VISIT_SLACK_S for reading in due)
        return bool(due) and not old and not troubled and not moved


def _shares(delays_s: list[float]) -> str:
    """Share of the delays up to each of FOUND_WITHIN_MIN."""
    shares = ((minutes, sum(delay <= minutes * 60 for delay in delays_s)) for minutes in FOUND_WITHIN_MIN)
    return ", ".join(f"{minutes} min {n / max(len(delays_s), 1):.0%}" for minutes, n in shares)
