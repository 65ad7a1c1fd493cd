"""The simulated network: answers of the world at the virtual moment of asking. Stands in for Fetcher.fetch."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections import defaultdict, deque
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from services.crawler.feeds import FeedItem, FeedReading, read_feed
from services.crawler.feeds.dates import parse_date
from services.crawler.fetch import STRICT, Exchange, Fetched, Pace
from services.crawler.outcomes import Outcome
from services.crawler.portals import Tls
from tests.simulator.referee import Referee
from tests.simulator.virtual_time import EPOCH
from tests.simulator.world import Article, SimulatedSource

RATE_A_MINUTE: Final = 20
_FAST: Final = b"SIMULATED "
_LONG: Final = "Toàn tỉnh giải quyết việc làm cho {n} lao động, đạt {m}% kế hoạch năm. " * 4
_EMPTY_DAY: Final = "<html><h1>Lịch công tác</h1><p>Không có lịch trong ngày.</p></html>".encode()
_FAILURES: Final = {
    "down": Outcome.UNREACHABLE,
    "flapping": Outcome.UNREACHABLE,
    "dead": Outcome.UNREACHABLE,
    "time_out": Outcome.TIME_OUT,
    "redirect_loop": Outcome.REDIRECT_LOOP,
}


class Network:
    def __init__(self, world: list[SimulatedSource], referee: Referee, crawler: str) -> None:
        self._sources = {source.id: source for source in world}
        self._by_host: dict[str, list[SimulatedSource]] = defaultdict(list)
        for source in world:
            self._by_host[source.host].append(source)
            self._by_host[source.new_host].append(source)
        self._recent: dict[str, deque[float]] = defaultdict(deque)
        self._referee, self._crawler = referee, crawler

    async def fetch(
        self, url: str, pace: Pace, *, tls: Tls = STRICT, etag: str | None = None, last_modified: str | None = None
    ) -> Fetched:
        host = urlsplit(url).hostname or ""
        async with pace(url):
            self._referee.begins(self._crawler, host, url)
            try:
                return await self._answer(url, host, etag)
            finally:
                self._referee.ends(host)

    async def _answer(self, url: str, host: str, etag: str | None) -> Fetched:
        loop = asyncio.get_running_loop()
        path = urlsplit(url).path
        on_host = self._by_host[host]
        name = re.search(r"nguon-\d+", path)
        source = self._sources[name[0]] if name else on_host[0]
        await asyncio.sleep(source.latency_s)
        now_s = loop.time()
        outage = source.outage(now_s)
        if outage in _FAILURES:
            await asyncio.sleep(30 if outage == "time_out" else 0)
            return Fetched(url, _FAILURES[outage])
        moved = "moves" in source.habits and now_s >= source.change_s
        if moved != (host == source.new_host):
            if not moved:
                return Fetched(url, Outcome.UNREACHABLE)
            target = url.replace(source.host, source.new_host, 1)
            return _answered(url, Outcome.MOVED, 301, b"", moved_to=target, moved_for_good=True)
        if path == "/robots.txt":
            return self._robots(url, source, host, now_s)
        if outage == "server_error":
            return _answered(url, Outcome.SERVER_ERROR, 502, b"bad gateway")
        if outage == "challenge":
            page = b"<script>document.cookie='D1N=1';window.location.reload()</script>"
            return _answered(url, Outcome.OK, 200, page, "text/html")
        if "rate_limit" in source.habits and self._is_flood(host, now_s):
            return _answered(url, Outcome.RATE_LIMITED, 429, b"", retry_after_s=120.0)
        if "/rss/" in path or "/danh-sach/" in path:
            return self._list(url, source, now_s, etag, outage)
        if "/lich/" in path:
            return _answered(url, Outcome.OK, 200, _EMPTY_DAY, "text/html; charset=utf-8")
        return self._page(url, source, now_s)

    def _is_flood(self, host: str, now_s: float) -> bool:
        recent = self._recent[host]
        while recent and recent[0] < now_s - 60:
            recent.popleft()
        recent.append(now_s)
        return len(recent) > RATE_A_MINUTE

    def _robots(self, url: str, source: SimulatedSource, host: str, now_s: float) -> Fetched:
        if source.outage(now_s) == "robots_error":
            return _answered(url, Outcome.SERVER_ERROR, 503, b"")
        changed = now_s >= source.change_s
        lines = ["User-agent: *", "Disallow: /admin/"]
        lines += ["Crawl-delay: 5"] if changed and "crawl_delay" in source.habits else []
        lines += ["Disallow: /vi/kin/"] if changed and "forbids" in source.habits else []
        self._referee.robots(host, lines)
        return _answered(url, Outcome.OK, 200, "\n".join(lines).encode(), "text/plain")

    def _list(self, url: str, source: SimulatedSource, now_s: float, etag: str | None, outage: str | None) -> Fetched:
        if outage == "html_for_xml":
            return _answered(url, Outcome.OK, 200, b"<html><body>Trang chu, loi he thong</body></html>", "text/html")
        shown = source.shown(now_s)
        newest = shown[0].number if shown else 0
        renames = sum(1 for article in shown if article.renamed_s and now_s >= article.renamed_s)
        tag = '"luon-luon"' if "lying_304" in source.habits else f'"{newest}-{renames}"'
        if etag == tag:
            return _answered(url, Outcome.NOT_MODIFIED, 304, b"", etag=tag)
        body = (_rss if source.kind == "feed" else _listing)(source, shown, now_s)
        kind = "application/rss+xml" if source.kind == "feed" else "text/html; charset=utf-8"
        return _answered(url, Outcome.OK, 200, body, kind, etag=tag)

    def _page(self, url: str, source: SimulatedSource, now_s: float) -> Fetched:
        number = int(re.findall(r"-(\d+)\.html", url)[-1]) if url.endswith(".html") else 0
        if not 1 <= number <= len(source.articles) or source.times[number - 1] > now_s:
            return _answered(url, Outcome.GONE, 404, b"")
        article = source.articles[number - 1]
        if article.huge:
            return Fetched(url, Outcome.TOO_LARGE)
        revision = article.revision(now_s)
        clock = (
            f"<i>{int(now_s // 3600) % 24:02}:{int(now_s // 60) % 60:02}</i>"
            if "clock_in_page" in source.habits
            else ""
        )
        text = _LONG.format(n=number + revision, m=100 + revision)
        body = f"<html>{clock}<h1>{source.id} {number}</h1><p>{text}</p></html>".encode()
        self._referee.served(source.id, number, revision, hashlib.sha256(body).hexdigest())
        return _answered(url, Outcome.OK, 200, body, "text/html; charset=utf-8")


def address(source: SimulatedSource, article: Article, now_s: float, twin: bool = False) -> str:
    moved = "moves" in source.habits and now_s >= source.change_s
    host = source.new_host if moved else source.host
    slug = "ten-moi" if article.renamed_s and now_s >= article.renamed_s else "ten"
    folder = "khac" if twin else "muc"
    session = f";jsessionid={int(now_s) % 977:X}" if "session_ids" in source.habits else ""
    return f"https://{host}/vi/{article.section}-{source.id}/{folder}/{slug}-{article.number}.html{session}".replace(
        f"/vi/kin-{source.id}/", f"/vi/kin/{source.id}/"
    )


def _links(source: SimulatedSource, shown: list[Article], now_s: float) -> list[tuple[str, Article]]:
    links = [(address(source, article, now_s), article) for article in shown]
    if "categories" in source.habits:
        links += [(address(source, article, now_s, twin=True), article) for article in shown[:5]]
    return links


def _date(source: SimulatedSource, article: Article, now_s: float) -> str:
    if "no_dates" in source.habits:
        return ""
    at = EPOCH + timedelta(seconds=now_s if "now_dates" in source.habits else article.published_s)
    return at.strftime("%d/%m/%Y %H:%M:%S")


def _rss(source: SimulatedSource, shown: list[Article], now_s: float) -> bytes:
    """Sources with a fault of form are written and read as real RSS; the others in a form that costs no parsing."""
    links = _links(source, shown, now_s)
    if "mojibake" not in source.habits:
        return _FAST + json.dumps([[url, _date(source, article, now_s)] for url, article in links]).encode()
    items = "".join(
        f"<item><title>Tin s\xf3 {article.number}</title><link>{url}</link>"
        f"<pubDate>{_date(source, article, now_s)}</pubDate></item>"
        for url, article in links
    )
    return f"<rss version='2.0'><channel><title>Vi\xe1c lam</title>{items}</channel></rss>".encode("latin-1")


def _listing(source: SimulatedSource, shown: list[Article], now_s: float) -> bytes:
    rows = "".join(
        f"<div><a href='{url}'>Tin bài số {article.number} của nguồn</a> {_date(source, article, now_s)}</div>"
        for url, article in _links(source, shown, now_s)
    )
    if "calendar" in source.habits:
        day = int(now_s / 86_400)
        rows += "".join(f"<a href='/vi/lich/{n}/ngay-{day * 600 + n}.html'>Ngày {n}</a>" for n in range(600))
    return f"<html><body>{rows}</body></html>".encode()


def read(body: bytes, *, url: str, fetched_at: datetime, **rest: object) -> FeedReading:
    """The product's reader, but for the form that costs no parsing."""
    if not body.startswith(_FAST):
        return read_feed(body, url=url, fetched_at=fetched_at, **rest)  # type: ignore[arg-type]
    pairs = [(re.sub(r";jsessionid=\w+", "", link), printed) for link, printed in json.loads(body[len(_FAST) :])]
    believed = len({printed for _, printed in pairs}) > 1
    dates = [parse_date(printed) if believed else None for _, printed in pairs]
    items = (FeedItem(url, "Tin", date.moment if date else None) for (url, _), date in zip(pairs, dates, strict=True))
    return FeedReading("rss", tuple(items))


def _answered(
    url: str,
    outcome: Outcome,
    status: int,
    body: bytes,
    content_type: str = "",
    *,
    etag: str | None = None,
    moved_to: str | None = None,
    moved_for_good: bool = False,
    retry_after_s: float | None = None,
) -> Fetched:
    return Fetched(
        url,
        outcome,
        status,
        body,
        content_type,
        etag=etag,
        moved_to=moved_to,
        moved_for_good=moved_for_good,
        retry_after_s=retry_after_s,
        exchanges=(Exchange(url, (), status, "", (), body),),
    )
