"""The closed set of words for how a request of the crawler ended. Each request ends in exactly one, and is counted."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    OK = "ok"
    PARTIAL = "partial"
    """The source's first page was read, a further one could not be had for now."""
    NOT_MODIFIED = "not_modified"
    """304, or the same bytes as last time."""
    GONE = "gone"
    """404 or 410."""
    FORBIDDEN = "forbidden"
    """401, 403, 451 and other 4xx: the server understood and won't."""
    RATE_LIMITED = "rate_limited"
    """429, or 503 with Retry-After."""
    SERVER_ERROR = "server_error"
    UNREACHABLE = "unreachable"
    """No connection: refused, reset, no route, unknown name. May be geo-blocking, so it is kept apart from an error."""
    TIME_OUT = "time_out"
    TLS = "tls"
    """The certificate or handshake failed; the portal's entry allows no such fault."""
    BROKEN = "broken"
    """What came is no HTTP, or ended too early."""
    TOO_LARGE = "too_large"
    BOMB = "bomb"
    """A small body that unpacks into a huge one."""
    REDIRECT_LOOP = "redirect_loop"
    MOVED = "moved"
    """Redirected to another host: asked there in its own turn, by that host's rules."""
    REFUSED_ADDRESS = "refused_address"
    """The address is private or not http(s): never asked."""
    ROBOTS = "robots"
    """robots.txt forbids it: never asked."""
    CHALLENGE = "challenge"
    """A page that wants a browser or a person instead of the content."""
    NOT_A_FEED = "not_a_feed"
    """200, but HTML, nothing or noise where a feed is due."""
    NO_LINKS = "no_links"
    """A listing page on which no article link was found: a layout change, most often."""
    TWIN = "twin"
    """The words of another address of the same portal: a second category, a soft error, an empty day of a calendar."""
    NOT_HTML = "not_html"
    """A file (PDF, picture) where an article page is due."""


FAILURE_WEIGHTS: Final = {
    Outcome.GONE: 1.0,
    Outcome.FORBIDDEN: 1.0,
    Outcome.CHALLENGE: 1.0,
    Outcome.NOT_A_FEED: 1.0,
    Outcome.NO_LINKS: 1.0,
    Outcome.ROBOTS: 1.0,
    Outcome.REFUSED_ADDRESS: 2.0,
    Outcome.REDIRECT_LOOP: 1.0,
    Outcome.TOO_LARGE: 1.0,
    Outcome.BOMB: 2.0,
    Outcome.NOT_HTML: 1.0,
    Outcome.TLS: 1.0,
    Outcome.BROKEN: 0.75,
    Outcome.SERVER_ERROR: 0.5,
    Outcome.TIME_OUT: 0.5,
    Outcome.UNREACHABLE: 0.5,
    Outcome.RATE_LIMITED: 0.25,
}
"""How much one such outcome adds to a source's failures. A server that is down for a night (0.5 at each try) is tried
again sooner than an address that is gone. None ever disables a source."""
