"""robots.txt as RFC 9309 has it: missing means allowed, a server error means wait, and it is read again once a day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from protego import Protego

from services.crawler.feeds.decode import decode
from services.crawler.outcomes import Outcome

if TYPE_CHECKING:
    from services.crawler.fetch import Fetched

AGENT: Final = "SolieuBot"
"""The product token that robots.txt may name."""
FRESH: Final = timedelta(hours=24)
"""RFC 9309, section 2.4: not kept for longer."""
UNREACHABLE_MAX: Final = timedelta(days=30)
"""RFC 9309, section 2.3.1.4: after so long without an answer it counts as missing."""
DELAY_S_MAX: Final = 120.0
"""A longer crawl-delay (86400 occurs) would amount to a ban that `Disallow` would have said."""
CHARACTERS_MAX: Final = 500_000
"""RFC 9309, section 2.5: at least 500 KiB must be read."""

_VERSION: Final = re.compile(r"^(\s*user-agent\s*:\s*[\w-]+)/.*$", re.IGNORECASE | re.MULTILINE)
"""A group may be addressed as our User-Agent reads, with the version; Protego knows names alone."""
_DELAY: Final = re.compile(r"^(\s*crawl-delay\s*:\s*)(\d+)(?:[.,](\d+))?.*$", re.IGNORECASE | re.MULTILINE)
"""`10s` and `1,5` are meant as they are read here; Protego would take them for none."""


class Disallowed(Exception):
    """robots.txt forbids the address."""


@dataclass(frozen=True, slots=True)
class Robots:
    """What is known of a host's robots.txt. `body` None: it is missing."""

    body: str | None = None
    fetched_at: datetime | None = None
    """When it was last answered, be it by 404."""
    failing_since: datetime | None = None
    """Since when it is answered by errors or not at all."""

    def is_stale(self, now: datetime) -> bool:
        return self.fetched_at is None or now - self.fetched_at >= FRESH

    def must_wait(self, now: datetime) -> bool:
        """Whether nothing may be asked of the host, because its rules can't be known."""
        return self.failing_since is not None and now - self.failing_since < UNREACHABLE_MAX and self.is_stale(now)

    def allows(self, url: str) -> bool:
        return self.body is None or bool(_parsed(self.body).can_fetch(url, AGENT))

    def sitemaps(self) -> tuple[str, ...]:
        """Addresses of sitemaps that it names."""
        return tuple(_parsed(self.body).sitemaps) if self.body is not None else ()

    def delay_s(self) -> float:
        """The crawl-delay it asks for, seconds; 0 where none."""
        asked = _parsed(self.body).crawl_delay(AGENT) if self.body is not None else None
        return min(float(asked or 0), DELAY_S_MAX)


def after_asking(robots: Robots, fetched: Fetched, now: datetime) -> Robots:
    """What is known of a host's rules after its robots.txt was asked for."""
    if fetched.outcome is Outcome.MOVED or fetched.outcome is Outcome.REDIRECT_LOOP:
        return Robots(None, now)  # to the home page of a successor, most often: no rules of this host
    if fetched.status == 0:
        return failed(robots, now)
    return answered(robots, fetched.status, fetched.body, now)


def answered(robots: Robots, status: int, body: bytes, now: datetime) -> Robots:
    """What is known after an answer. 2xx: its text (an HTML page has no rules in it); 4xx: missing; else it fails."""
    if 200 <= status < 300:
        text = "\n".join(decode(body)[0][:CHARACTERS_MAX].splitlines())
        if text.lstrip().startswith("<"):
            return Robots(None, now)
        return Robots(_VERSION.sub(r"\1", _DELAY.sub(r"\1\2.\3", text)), now)
    if 400 <= status < 500 and status != 429:
        return Robots(None, now)
    return failed(robots, now)


def failed(robots: Robots, now: datetime) -> Robots:
    """What is known after no answer, or a server's error."""
    return Robots(robots.body, robots.fetched_at, robots.failing_since or now)


@lru_cache(maxsize=2048)
def _parsed(body: str) -> Protego:
    return Protego.parse(body)
