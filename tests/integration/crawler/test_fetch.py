"""The fetcher against servers that misbehave, over real sockets and real TLS."""

from __future__ import annotations

import asyncio
import ssl
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from services.crawler.addresses import AddressPolicy, system_lookup
from services.crawler.fetch import Fetched, Fetcher, Limits
from services.crawler.outcomes import Outcome
from services.crawler.portals import Tls
from tests.integration.crawler.server import portal

LOOPBACK = AddressPolicy.of(["127.0.0.0/8"])
LIMITS = Limits(total_s=2.0, idle_s=1.0, connect_s=1.0, bytes_max=200_000)


async def lookup(host: str) -> list[str]:
    known = {"portal.example": ["127.0.0.1"], "other.example": ["127.0.0.1"], "inside.example": ["10.0.0.1"]}
    return known[host] if host in known else await system_lookup(host)


@asynccontextmanager
async def no_pace(url: str) -> AsyncIterator[None]:
    yield


@asynccontextmanager
async def fetcher() -> AsyncIterator[Fetcher]:
    made = Fetcher("SolieuBot/test (+https://example.org)", policy=LOOPBACK, lookup=lookup, limits=LIMITS)
    try:
        yield made
    finally:
        await made.close()


async def get(path: str, *, etag: str | None = None) -> Fetched:
    async with portal() as port, fetcher() as client:
        return await client.fetch(f"http://portal.example:{port}{path}", no_pace, etag=etag)


async def test_a_page_and_the_exchange_as_it_was() -> None:
    fetched = await get("/plain")
    assert (fetched.outcome, fetched.status, fetched.body.decode()) == (Outcome.OK, 200, "Tạo việc làm")
    assert (fetched.etag, fetched.content_type) == ('"1"', "text/html")
    (exchange,) = fetched.exchanges
    assert exchange.raw == fetched.body
    assert dict(exchange.request_headers)["User-Agent"] == "SolieuBot/test (+https://example.org)"


async def test_it_says_who_asks_and_unpacks_only_what_it_can() -> None:
    fetched = await get("/echo")
    assert b"SolieuBot/test (+https://example.org)" in fetched.body
    assert b'"Accept-Encoding": "gzip, deflate"' in fetched.body
    assert b"Cookie" not in fetched.body


OUTCOMES = {
    "/status/404": Outcome.GONE,
    "/status/410": Outcome.GONE,
    "/status/403": Outcome.FORBIDDEN,
    "/status/451": Outcome.FORBIDDEN,
    "/status/500": Outcome.SERVER_ERROR,
    "/status/503": Outcome.SERVER_ERROR,
    "/status/503?after=60": Outcome.RATE_LIMITED,
    "/status/429": Outcome.RATE_LIMITED,
    "/redirect/loop/1": Outcome.REDIRECT_LOOP,
    "/redirect/to?url=/redirect/to%3Furl=/plain": Outcome.OK,
    "/redirect/cookie": Outcome.OK,
    "/redirect/to?url=javascript:alert(1)": Outcome.BROKEN,
    "/redirect/to?url=file:///etc/passwd": Outcome.BROKEN,
    "/redirect/to?url=http://portal.example:22/": Outcome.REFUSED_ADDRESS,
    "/packed/gzip": Outcome.OK,
    "/packed/deflate": Outcome.OK,
    "/packed/raw-deflate": Outcome.OK,
    "/packed/broken": Outcome.BROKEN,
    "/packed/bomb": Outcome.BOMB,
    "/packed/nested-bomb": Outcome.OK,  # one coding is declared and unpacked; what is inside stays packed
    "/large": Outcome.TOO_LARGE,
    "/endless": Outcome.TOO_LARGE,
    "/drip": Outcome.TIME_OUT,
    "/silent": Outcome.TIME_OUT,
    "/cut": Outcome.BROKEN,
}


@pytest.mark.parametrize(("path", "outcome"), OUTCOMES.items())
async def test_every_answer_ends_in_its_outcome(path: str, outcome: Outcome) -> None:
    fetched = await get(path)
    assert fetched.outcome == outcome, fetched.detail


async def test_packed_bodies_are_archived_packed_and_read_unpacked() -> None:
    fetched = await get("/packed/gzip")
    assert fetched.body == b"packed " * 1000
    assert fetched.exchanges[0].raw[:2] == b"\x1f\x8b"


async def test_a_bomb_is_seen_before_it_is_whole() -> None:
    tracemalloc.start()
    await get("/packed/bomb")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * LIMITS.bytes_max, "it would unpack to 60 MB"


async def test_conditions_are_sent_and_304_understood() -> None:
    assert (await get("/conditional", etag='"1"')).outcome is Outcome.NOT_MODIFIED
    assert (await get("/conditional", etag='"0"')).outcome is Outcome.OK


async def test_retry_after_is_read_in_both_its_forms() -> None:
    assert (await get("/status/429?after=120")).retry_after_s == 120
    moment = (datetime.now(UTC) + timedelta(seconds=100)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    asked = (await get(f"/status/429?after={moment}")).retry_after_s
    assert asked is not None and 90 < asked <= 100
    assert (await get("/status/429?after=bald")).retry_after_s is None


async def test_a_redirect_to_another_host_is_not_followed_here() -> None:
    fetched = await get("/redirect/to?code=301&url=http://other.example/neu")
    assert (fetched.outcome, fetched.moved_to, fetched.moved_for_good) == (
        Outcome.MOVED,
        "http://other.example/neu",
        True,
    )


async def test_a_move_for_good_within_the_host_is_told() -> None:
    fetched = await get("/redirect/to?code=301&url=/plain")
    assert fetched.outcome is Outcome.OK and fetched.moved_for_good and (fetched.moved_to or "").endswith("/plain")
    assert not (await get("/redirect/to?code=302&url=/plain")).moved_for_good


async def test_every_request_of_a_chain_waits_for_its_turn() -> None:
    turns = []

    @asynccontextmanager
    async def pace(url: str) -> AsyncIterator[None]:
        turns.append(url)
        yield

    async with portal() as port, fetcher() as client:
        await client.fetch(f"http://portal.example:{port}/redirect/to?url=/plain", pace)
    assert [turn.split(f":{port}")[1] for turn in turns] == ["/redirect/to?url=/plain", "/plain"]


async def test_private_addresses_are_refused_however_they_are_reached() -> None:
    async with portal() as port:
        strict = Fetcher("x", lookup=lookup)
        try:
            for url in (
                f"http://127.0.0.1:{port}/plain",
                f"http://localhost:{port}/plain",
                f"http://portal.example:{port}/plain",
                "http://inside.example/",
                "http://[::ffff:127.0.0.1]/",
            ):
                fetched = await strict.fetch(url, no_pace)
                assert fetched.outcome in (Outcome.REFUSED_ADDRESS, Outcome.UNREACHABLE), url
                assert fetched.exchanges == ()
        finally:
            await strict.close()


async def test_a_redirect_into_the_house_is_refused() -> None:
    """The portal is allowed here, what it points at is not."""
    for target in ("http://10.0.0.1/", "http://169.254.169.254/latest/", "http://[::1]/", "http://2130706433/"):
        async with portal() as port, fetcher() as client:
            fetched = await client.fetch(f"http://portal.example:{port}/redirect/to?url={target}", no_pace)
            assert fetched.outcome is Outcome.MOVED  # another host: asked in its own turn …
            again = await client.fetch(fetched.moved_to or "", no_pace)
            if target != "http://2130706433/":  # … which this policy allows: it is 127.0.0.1
                assert again.outcome is Outcome.REFUSED_ADDRESS, target  # … and refused there


async def test_unknown_hosts_and_closed_ports_are_unreachable() -> None:
    async with fetcher() as client:
        assert (await client.fetch("http://portal.example:1/", no_pace)).outcome is Outcome.REFUSED_ADDRESS
        assert (await client.fetch("http://portal.example:9999/", no_pace)).outcome is Outcome.UNREACHABLE


# --- TLS -----------------------------------------------------------------------------------------------------------

AUTHORITY = trustme.CA()


def certificate(
    host: str = "portal.example", *, not_before: datetime | None = None, not_after: datetime | None = None
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(host, not_before=not_before, not_after=not_after).configure_cert(context)
    return context


def expired() -> ssl.SSLContext:
    return certificate(not_before=datetime(2020, 1, 1), not_after=datetime(2021, 1, 1))


def missing_intermediate() -> tuple[ssl.SSLContext, bytes]:
    """A server that sends its own certificate alone; and the intermediate that it should have sent."""
    intermediate = AUTHORITY.create_child_ca()
    issued = intermediate.issue_cert("portal.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with issued.private_key_pem.tempfile() as key, issued.cert_chain_pems[0].tempfile() as chain:
        context.load_cert_chain(chain, key)
    return context, intermediate.cert_pem.bytes()


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return tmp_path / "ca.pem"


async def over_tls(context: ssl.SSLContext, tls: Tls) -> Fetched:
    async with portal(context) as port, fetcher() as client:
        return await client.fetch(f"https://portal.example:{port}/plain", no_pace, tls=tls)


async def test_an_unknown_authority_fails_unless_the_entry_names_it(authority: Path) -> None:
    assert (await over_tls(certificate(), Tls())).outcome is Outcome.TLS
    known = await over_tls(certificate(), Tls(ca=authority))
    assert (known.outcome, known.tls_verified) == (Outcome.OK, True)
    allowed = await over_tls(certificate(), Tls(allow=frozenset({"untrusted"})))
    assert (allowed.outcome, allowed.tls_verified) == (Outcome.OK, False)


async def test_an_allowance_covers_its_own_fault_alone(authority: Path) -> None:
    faults = {"expired": expired(), "host_name": certificate("falsch.example")}
    for name, context in faults.items():
        assert (await over_tls(context, Tls(ca=authority))).outcome is Outcome.TLS, name
        allowed = await over_tls(context, Tls(ca=authority, allow=frozenset({name})))
        assert (allowed.outcome, allowed.tls_verified) == (Outcome.OK, False), name
        other = ({"expired", "host_name"} - {name}).pop()
        assert (await over_tls(context, Tls(ca=authority, allow=frozenset({other})))).outcome is Outcome.TLS, name


async def test_a_missing_intermediate_is_mended_by_naming_it(tmp_path: Path, authority: Path) -> None:
    context, intermediate = missing_intermediate()
    assert (await over_tls(context, Tls(ca=authority))).outcome is Outcome.TLS
    (tmp_path / "between.pem").write_bytes(intermediate)
    mended = await over_tls(context, Tls(ca=tmp_path / "between.pem"))
    assert (mended.outcome, mended.tls_verified) == (Outcome.OK, True)


async def test_an_old_tls_version_needs_its_allowance(authority: Path) -> None:
    context = certificate()
    context.minimum_version = ssl.TLSVersion.TLSv1_1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    assert (await over_tls(context, Tls(ca=authority))).outcome in (Outcome.TLS, Outcome.UNREACHABLE)
    allowed = await over_tls(context, Tls(ca=authority, allow=frozenset({"legacy"})))
    assert (allowed.outcome, allowed.tls_verified) == (Outcome.OK, False)


async def test_a_server_that_speaks_no_tls_is_no_crash(authority: Path) -> None:
    async with portal() as port, fetcher() as client:
        fetched = await client.fetch(f"https://portal.example:{port}/plain", no_pace, tls=Tls(ca=authority))
    assert fetched.outcome in (Outcome.TLS, Outcome.UNREACHABLE)


async def test_many_at_once_end_all() -> None:
    async with portal() as port, fetcher() as client:
        paths = ["plain", "silent", "cut", "packed/bomb", "status/500"] * 10
        done = await asyncio.gather(*(client.fetch(f"http://portal.example:{port}/{path}", no_pace) for path in paths))
    assert [fetched.outcome for fetched in done[:5]] == [
        Outcome.OK,
        Outcome.TIME_OUT,
        Outcome.BROKEN,
        Outcome.BOMB,
        Outcome.SERVER_ERROR,
    ]
