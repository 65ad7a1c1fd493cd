"""One GET, as a polite and wary client does it: bounded in time and size, redirects followed only within the host.

Never raises for what a server or the network does: everything ends in a Fetched with its Outcome.
"""

from __future__ import annotations

import asyncio
import ssl
import time
import zlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from services.crawler.addresses import AddressPolicy, GuardedResolver, Lookup, RefusedAddress, system_lookup
from services.crawler.answer import read_answer
from services.crawler.canonical import absolute
from services.crawler.outcomes import Outcome
from services.crawler.portals import Tls
from services.crawler.robots import Disallowed
from services.crawler.tls import relaxed_context, strict_context

REDIRECTS_MAX: Final = 5
HEADER_BYTES_MAX: Final = 16 * 1024
STRICT: Final = Tls()
_PERMANENT: Final = (301, 308)
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_HUNG_UP: Final = ("ServerDisconnectedError:", "ClientOSError:")
"""How the detail begins where a connection that stood was closed before the answer."""

Pace = Callable[[str], AbstractAsyncContextManager[None]]
"""Waits for the turn of a request to an address, and holds it while the request runs. Raises Disallowed where
robots.txt forbids the address: a redirect may lead to one."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Each number bounds one request of a chain of redirects."""

    total_s: float = 60
    idle_s: float = 30
    """Longest silence between two pieces of an answer. 25-30 s is normal on these servers."""
    connect_s: float = 20
    bytes_max: int = 8 * 1024 * 1024
    """Largest body, as sent and unpacked (events.PAGE_BYTES_MAX)."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, as they are archived."""

    url: str
    request_headers: tuple[tuple[str, str], ...]
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    raw: bytes
    """The body as it was sent, still packed if it was."""
    joined: bool = False
    """No answer of a server, but those before it in one body (parts.joined): archived as a conversion."""
    note: bytes = b""
    """What to archive of it beside: JSON (pages.noted); empty for nothing."""


@dataclass(frozen=True, slots=True)
class Fetched:
    url: str
    """Where the last request of the chain went."""
    outcome: Outcome
    status: int = 0
    body: bytes = b""
    """Unpacked. Empty unless the outcome is OK or the server's own error page."""
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None
    tls_verified: bool = True
    moved_to: str | None = None
    """Where a redirect to another host leads; or, after permanent redirects only, the address to use from now on."""
    moved_for_good: bool = False
    retry_after_s: float | None = None
    detail: str = ""
    elapsed_s: float = 0.0
    """Of the last request, without the wait for its turn."""
    parts: tuple[Outcome, ...] = ()
    """How the requests for further parts of a split article ended, if there were any (parts.with_parts)."""
    exchanges: tuple[Exchange, ...] = field(default=(), repr=False)


class Fetcher:
    """Holds the connections of one process. `close` it at the end."""

    def __init__(
        self,
        user_agent: str,
        *,
        policy: AddressPolicy | None = None,
        lookup: Lookup = system_lookup,
        limits: Limits | None = None,
        connections_max: int = 200,
    ) -> None:
        self._policy = policy or AddressPolicy()
        self._limits = limits or Limits()
        self._relaxed: set[str] = set()  # hosts whose strict handshake failed and whose portal allows that
        self._headers = {
            "User-Agent": user_agent,
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/rss+xml,*/*;q=0.5",
            "Accept-Language": "vi,en;q=0.3",
            "Accept-Encoding": "gzip, deflate",
        }
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=GuardedResolver(self._policy, lookup), limit=connections_max, ttl_dns_cache=60
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # unpacked here, piece by piece, so that a bomb is seen before it is whole
            max_line_size=HEADER_BYTES_MAX,
            max_field_size=HEADER_BYTES_MAX,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
        )
        self._session._retry_connection = False  # it would ask again at once: _chain does, in the host's next turn

    async def close(self) -> None:
        await self._session.close()

    async def fetch(
        self, url: str, pace: Pace, *, tls: Tls = STRICT, etag: str | None = None, last_modified: str | None = None
    ) -> Fetched:
        """GET `url`, conditionally where `etag` or `last_modified` is given. Each request waits for its own turn."""
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = self._headers | {name: value for name, value in conditions.items() if value}
        return await self._chain(url, pace, tls, headers)

    async def _chain(self, url: str, pace: Pace, tls: Tls, headers: dict[str, str]) -> Fetched:
        exchanges: list[Exchange] = []
        visited: set[tuple[str, str]] = set()
        permanent, start, cookies, hung_up = True, url, "", False
        while True:
            sent = headers | ({"Cookie": cookies} if cookies else {})
            if (url, cookies) in visited or len(visited) > REDIRECTS_MAX:
                return Fetched(
                    url, Outcome.REDIRECT_LOOP, exchanges=tuple(exchanges), detail=f"{len(visited)} redirects"
                )
            visited.add((url, cookies))
            try:
                async with pace(url):
                    step = await self._request(url, tls, sent)
            except Disallowed:
                return Fetched(url, Outcome.ROBOTS, exchanges=tuple(exchanges))
            if step.detail.startswith(_HUNG_UP) and not hung_up:
                hung_up = True  # most often a kept connection that it had closed meanwhile
                visited.discard((url, cookies))
                continue
            exchanges += step.exchanges
            step = replace(step, exchanges=tuple(exchanges))
            if step.status not in _REDIRECTS:
                moved = start != url and permanent and step.outcome in (Outcome.OK, Outcome.NOT_MODIFIED)
                return replace(step, moved_to=url, moved_for_good=True) if moved else step
            permanent = permanent and step.status in _PERMANENT
            target = absolute(step.moved_to or "", url) if step.moved_to else None
            if target is None:
                return replace(step, outcome=Outcome.BROKEN, moved_to=None, detail="a redirect to no http address")
            cookies = _cookies(cookies, step.exchanges[-1].headers)
            if urlsplit(target).hostname != urlsplit(url).hostname:
                return replace(step, outcome=Outcome.MOVED, moved_to=target, moved_for_good=permanent)
            url = target

    async def _request(self, url: str, tls: Tls, headers: dict[str, str]) -> Fetched:
        began = time.monotonic()
        answer = await self._answer(url, tls, headers)
        return replace(answer, elapsed_s=time.monotonic() - began)

    async def _answer(self, url: str, tls: Tls, headers: dict[str, str]) -> Fetched:
        host = urlsplit(url).hostname or ""
        verified = host not in self._relaxed
        try:
            self._policy.check_url(url)
            async with asyncio.timeout(self._limits.total_s):
                try:
                    return await self._exchange(
                        url, headers, strict_context(tls) if verified else relaxed_context(tls), verified
                    )
                except (aiohttp.ClientSSLError, aiohttp.ClientConnectorError) as error:
                    if not tls.allow or not verified or not _is_of_tls(error, url):
                        raise
                    self._relaxed.add(host)
                    return await self._exchange(url, headers, relaxed_context(tls), False)
        except Exception as error:  # noqa: BLE001  # judged below: what isn't the network's doing is raised again
            return Fetched(url, _outcome_of(error), detail=_words(error))

    async def _exchange(self, url: str, headers: dict[str, str], context: ssl.SSLContext, verified: bool) -> Fetched:
        limits = self._limits
        timeout = aiohttp.ClientTimeout(total=None, connect=limits.connect_s, sock_read=limits.idle_s)
        async with self._session.get(
            url, headers=headers, ssl=context, allow_redirects=False, timeout=timeout
        ) as answer:
            raw, body, failure = await read_answer(answer, limits.bytes_max)
            exchange = Exchange(
                url,
                (("Host", urlsplit(url).netloc), *headers.items()),
                answer.status,
                answer.reason or "",
                tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.raw_headers),
                raw,
            )
            retry_after = _retry_after(answer.headers.get("Retry-After"))
            outcome = _outcome_of_status(answer.status, retry_after)
            return Fetched(
                url,
                failure if failure and outcome is Outcome.OK else outcome,
                status=answer.status,
                body=body,
                content_type=answer.headers.get("Content-Type", ""),
                etag=answer.headers.get("ETag"),
                last_modified=answer.headers.get("Last-Modified"),
                tls_verified=verified,
                moved_to=answer.headers.get("Location"),
                retry_after_s=retry_after,
                exchanges=(exchange,) if failure is None or answer.status in _REDIRECTS else (),
            )


def _outcome_of_status(status: int, retry_after: float | None) -> Outcome:
    if status == 304:
        return Outcome.NOT_MODIFIED
    if status in (404, 410):
        return Outcome.GONE
    if status == 429 or (status == 503 and retry_after is not None):
        return Outcome.RATE_LIMITED
    if status >= 500:
        return Outcome.SERVER_ERROR
    if status in (200, 203):
        return Outcome.OK
    return Outcome.FORBIDDEN if status >= 400 else Outcome.BROKEN  # no page, or a part that nobody asked for


def _outcome_of(error: Exception) -> Outcome:
    cause: BaseException | None = error
    while cause is not None:  # aiohttp wraps what the resolver raises
        if isinstance(cause, RefusedAddress):
            return Outcome.REFUSED_ADDRESS
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return Outcome.TLS
    if isinstance(error, TimeoutError):
        return Outcome.TIME_OUT
    if isinstance(error, aiohttp.ClientConnectorError | ConnectionRefusedError):
        return Outcome.UNREACHABLE
    if isinstance(error, aiohttp.ServerDisconnectedError | ConnectionError):
        return Outcome.UNREACHABLE
    if isinstance(error, aiohttp.ClientError | ValueError | zlib.error):
        return Outcome.BROKEN
    if isinstance(error, OSError):
        return Outcome.UNREACHABLE
    raise error


def _is_of_tls(error: Exception, url: str) -> bool:
    """Old servers don't always say what they dislike of a handshake: some just hang up."""
    hung_up = isinstance(getattr(error, "os_error", None), ConnectionResetError | ConnectionAbortedError)
    return isinstance(error, aiohttp.ClientSSLError) or (hung_up and url.startswith("https:"))


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def _retry_after(value: str | None) -> float | None:
    """Seconds from now; None where the header is absent or unreadable."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(min(int(value), 7 * 86400))
    try:
        moment = parsedate_to_datetime(value)
        return max(0.0, min(moment.timestamp() - time.time(), 7 * 86400))
    except (ValueError, TypeError, OverflowError):
        return None


def _cookies(held: str, headers: tuple[tuple[str, str], ...]) -> str:
    """Cookies for the next request of one chain, and no longer: some portals redirect until theirs comes back."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(held)
        for name, value in headers:
            if name.lower() == "set-cookie":
                jar.load(value)
    except CookieError:
        return held
    return "; ".join(f"{name}={morsel.value}" for name, morsel in sorted(jar.items()))
