"""Two forms of an address: cleaned (the same page, fit to fetch) and canonical (one for all twins of an article).

`clean_address` drops what changes at each hit or names a view of the page: session ids, tracking, print and AMP twins.
`canonical_url` goes on to what names the *article*: host family, and the CMS's own key where one is known. It is the
article's identity, of which shared/ids.py makes the article id; it need not be fetchable.
Source of the rules: field notes on portals, sections 1.2, 2-5 and 8.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from functools import cache
from typing import Final
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urljoin, urlsplit, urlunsplit

from services.crawler.portals import cms_table

ADDRESS_CHARACTERS_MAX: Final = 2000
"""Longer addresses are traps or junk; browsers and servers of the portals stop near there."""

_DROPPED: Final = re.compile(
    r"(?:utm_\w+|fbclid|gclid|zarsrc|_gl|spm|ref_src|gidzl"  # tracking
    r"|phpsessid|jsessionid|sessionid|asp\.net_sessionid|sid|p_auth|nv_?sess\w*|checkss"  # sessions
    r"|_afrloop|_afrwindowmode|_afrwindowid|_afrfs|_afrmt|_adf\.ctrl-state"  # Oracle's loop parameters
    r"|redirect|inheritredirect|aspxautodetectcookiesupport"  # where to go back to; Liferay's and .NET's
    r"|print|isprint|download|amp|output|device|mobile)",  # views of the same page
    re.IGNORECASE,
)
_SESSION_IN_PATH: Final = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?;]*", re.IGNORECASE)
_TWIN_FOLDER: Final = re.compile(r"(?<=/)(?:print|savefile|sendmail)/(?=.*-\d+(?:\.html)?$)")
_AMP_SUFFIX: Final = re.compile(r"(?<=.)(?:/amp/?$|\.amp(?=\.html?$|$))")
_CRIPPLED: Final = re.compile(r"^(https?):/{0,1}(?=[\w-]+(?:\.[\w-]+)+)|^(https?):/{3,}", re.IGNORECASE)
_BARE_HOST: Final = re.compile(r"^(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:gov|com|org|edu|net)?\.?vn/", re.IGNORECASE)
_HOST: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*\.?")
_IGNORES_CASE: Final = ("sharepoint", "webforms", "dotnetnuke")
"""Systems on Windows, whose links write one page's path now so, now so."""
_NUKEVIET: Final = re.compile(r"^(?P<lang>/(?:vi|en))?/(?P<folders>[^?]+)/(?P<slug>[^/?]*?)-(?P<id>\d+)(?:\.html|/)?$")


def absolute(link: str, base: str) -> str | None:
    """The cleaned http(s) address that `link`, as printed, means on the page at `base`; None for what is no address
    of a page: fragments, `javascript:`, `mailto:`, `tel:`, `data:`, unreadable ones. Repairs `http:host/…`,
    `https:/host/…` and `www.host.vn/…`."""
    text = re.sub(r"[\x00-\x20\u00a0\u200b\ufeff]+", " ", link).strip()
    text = text.replace("\\", "/") if re.match(r"[a-z]*:?\\\\|\\", text, re.IGNORECASE) else text
    if not text or text.startswith("#"):
        return None
    text = text.replace("&amp;", "&")  # escaped twice
    text = _CRIPPLED.sub(lambda match: f"{match[1] or match[2]}://", text, count=1)
    if _BARE_HOST.match(text):
        text = f"{urlsplit(base).scheme or 'http'}://{text}"
    scheme = re.match(r"([a-z][a-z0-9+.-]*):", text, re.IGNORECASE)
    if scheme and scheme[1].lower() not in ("http", "https"):
        return None
    try:
        return clean_address(urljoin(base, text))
    except ValueError:  # "[" in the host part
        return None


def clean_address(url: str) -> str | None:
    """`url` without what changes from hit to hit, in normal form (RFC 3986, section 6.2). None if it isn't http(s) with
    a host that can be looked up, bears a user name, or is too long. Idempotent."""
    try:
        parts = urlsplit(url.strip())
        host, port = _host(parts.hostname or ""), parts.port
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in ("http", "https") or host is None or "@" in parts.netloc or port == 0:
        return None
    path = _TWIN_FOLDER.sub("", _SESSION_IN_PATH.sub("", _dotless(_escaped(parts.path, "/:@!$&'()*+,;=~"))))
    path = _AMP_SUFFIX.sub("", path) or "/"
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _DROPPED.fullmatch(pair.split("=")[0]))
    netloc = host if port in (None, 80 if parts.scheme == "http" else 443) else f"{host}:{port}"
    cleaned = urlunsplit((parts.scheme, netloc, path, _escaped(query, "/:@!$&'()*+,;=~?"), ""))
    return cleaned if len(cleaned) <= ADDRESS_CHARACTERS_MAX else None


def canonical_url(url: str, cms: str | None = None) -> str:
    """The identity of the article at `url`, in the form of an https address. `url` must be a cleaned address.

    Equal for http and https, `www.` and `m.`, any order of the query, and, by the CMS's key, for other categories and
    renamed slugs. Of loopback addresses the first folder counts
    instead of the port: there the sample portals, each in its folder, share a port that changes at each start."""
    parts = urlsplit(url)
    host = re.sub(r"^(?:www|m|mobile|amp)\.(?=[^.]+\.)", "", parts.hostname or "")
    named = (_nukeviet(parts.path) or _unrewritten(parts.query)) if cms == "nukeviet" else None
    if named is None and cms != "nukeviet":
        named = _keyed(parts.path + (f"?{parts.query}" if parts.query else ""), cms)
    if named is None:
        path = re.sub(r"/(?:index\.(?:php|html?|aspx)|default\.aspx)$", "/", parts.path, flags=re.IGNORECASE)
        query = "&".join(sorted(parts.query.split("&")))
        named = (path.rstrip("/") or "/") + (f"?{query}" if query else "")
    named = named.lower() if cms in _IGNORES_CASE else named
    folder = "/".join(parts.path.split("/")[:2])
    if host.startswith("127."):
        named = named if named.startswith(folder) else folder + named
    elif parts.port:
        host = f"{host}:{parts.port}"
    return f"https://{host}{named}"


def _nukeviet(path: str) -> str | None:
    """`/vi/news/<category>/<slug>-<id>.html`: module and id name the article. Where the module is left out, the folder
    may be a module or a category, so the slug stays in."""
    match = _NUKEVIET.match(path)
    if match is None:
        return None
    folders = match["folders"].split("/")
    language = match["lang"] or ""
    return f"{language}/{folders[0]}/{match['id']}" if len(folders) > 1 else f"{language}/{match['slug']}-{match['id']}"


def _unrewritten(query: str) -> str | None:
    """`index.php?language=vi&nv=news&op=<category>/<slug>-<id>`: the same where addresses are not rewritten."""
    values = dict(parse_qsl(query))
    number = re.search(r"/[^/]*-(\d+)$", values.get("op", ""))
    if number is None or "nv" not in values:
        return None
    language = f"/{values['language']}" if "language" in values else ""
    return f"{language}/{values['nv']}/{number[1]}"


def _keyed(target: str, cms: str | None) -> str | None:
    for name in (cms,) if cms else ("webcenter", "danang", "liferay", "hemera"):  # the others' keys need the CMS known
        key = _key(name)
        match = key.search(target) if key else None
        if match:
            number = next(value for value in match.groups() if value)
            path = target.partition("?")[0]
            # An id in the query is one of its page's: another page of the site may count its own.
            return f"{path}?{number}" if match.start() >= len(path) and name != "webcenter" else f"/{name}/{number}"
    return None


@cache
def _key(cms: str) -> re.Pattern[str] | None:
    rule = cms_table()[cms].get("key")
    return re.compile(rule, re.IGNORECASE) if rule else None


def _host(host: str) -> str | None:
    host = unicodedata.normalize("NFKC", host).lower().rstrip(".")
    if ":" in host:
        return f"[{ipaddress.IPv6Address(host)}]"
    if not host.isascii():
        host = host.encode("idna").decode()
    return host if _HOST.fullmatch(host) and len(host) <= 253 else None


def _dotless(path: str) -> str:
    """Without `.` and `..`, also at the root, where urljoin leaves them."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[max(1, len(kept) - 1) :]
        elif segment != ".":
            kept.append(segment)
    end = "/" if path.endswith(("/.", "/..")) else ""
    return "/".join(kept) + end or "/"


def _escaped(part: str, safe: str) -> str:
    """Percent-encoded once: what is encoded stays so unless it needn't be, what isn't gets it."""

    def piece(text: str) -> str:
        return quote(unicodedata.normalize("NFC", text), safe=safe)

    def encoded(match: re.Match[str]) -> str:
        raw = unquote_to_bytes(match[0])
        return "".join(chr(b) if (chr(b).isalnum() and b < 128) or b in b"-._~" else f"%{b:02X}" for b in raw)

    pieces = re.split(r"((?:%[0-9A-Fa-f]{2})+)", part)
    return "".join(
        re.sub(r"(?:%[0-9A-Fa-f]{2})+", encoded, text) if index % 2 else piece(text)
        for index, text in enumerate(pieces)
    )
