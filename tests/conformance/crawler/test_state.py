"""The promises of state.State, held by both keepers: in memory and on a real Postgres."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.crawler.frontier import pattern
from services.crawler.model import Address, Page, Source, Yield
from services.crawler.outcomes import Outcome
from services.crawler.portals import Portal
from services.crawler.postgres_state import PostgresState
from services.crawler.robots import Robots
from services.crawler.state import LeaseLost, State
from shared.store.pool import Pool
from tests.fixtures.memory_state import MemoryState

NOW = datetime(2024, 3, 4, 3, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
PORTALS = (Portal("p", "P", "department", ("https://a.example/",), area="63-27"),)


def source(number: int, host: str = "a.example", next_at: datetime = NOW) -> Source:
    return Source(f"s{number}", "p", "feed", f"https://{host}/{number}", host, next_at, 1800.0)


def address(number: int, host: str = "a.example") -> Address:
    url = f"https://{host}/tin-{number}.html"
    return Address(f"a{number}", "p", "s1", host, url, url, NOW, NOW, "Tin", NOW, "lead")


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.servers)])
def state(request: pytest.FixtureRequest) -> State:
    return MemoryState() if request.param == "memory" else PostgresState(request.getfixturevalue("database"))


async def claimed(state: State, owner: str = "one", at: datetime = NOW) -> set[str]:
    return {host.host for host in await state.claim(owner, at, 60, 10)}


async def test_what_is_due_can_be_claimed_once(state: State) -> None:
    await state.enrol(PORTALS, [source(1), source(2, "b.example"), source(3, "c.example", LATER)])
    assert await claimed(state) == {"a.example", "b.example"}
    assert await claimed(state, "two") == set()


async def test_claims_are_limited_and_longest_due_first(state: State) -> None:
    early = source(2, "b.example", NOW - timedelta(hours=1))
    await state.enrol(PORTALS, [source(1), early])
    (first,) = await state.claim("one", NOW, 60, 1)
    assert (first.host, first.taken_over) == ("b.example", False)


async def test_a_lease_that_ran_out_is_taken_over_and_the_old_holder_refused(state: State) -> None:
    await state.enrol(PORTALS, [source(1)])
    await claimed(state)
    (host,) = await state.claim("two", NOW + timedelta(seconds=61), 60, 10)
    assert host.taken_over
    for refused in (
        state.save_poll("one", "a.example", source(1), [], {}),
        state.save_robots("one", "a.example", Robots(), NOW, {}),
    ):
        with pytest.raises(LeaseLost):
            await refused
    await state.release("one", "a.example", LATER)  # changes nothing
    await state.save_poll("two", "a.example", source(1, next_at=LATER), [], {})


async def test_a_claim_may_be_limited_to_some_hosts(state: State) -> None:
    await state.enrol(PORTALS, [source(1), source(2, "b.example")])
    (host,) = await state.claim("one", NOW, 60, 10, ["b.example", "c.example"])
    assert host.host == "b.example"
    assert await state.next_due(NOW, ["a.example"]) == NOW
    assert await state.next_due(NOW, ["c.example"]) is None


async def test_a_renewed_lease_holds_and_a_lost_one_is_not_renewed(state: State) -> None:
    await state.enrol(PORTALS, [source(1)])
    await claimed(state)
    assert await state.renew("one", NOW + timedelta(seconds=50), 60) == {"a.example"}
    assert await claimed(state, "two", NOW + timedelta(seconds=100)) == set()
    assert await state.renew("one", NOW + timedelta(seconds=200), 60) == frozenset()


async def test_release_notes_when_the_host_is_due_and_may_be_asked(state: State) -> None:
    await state.enrol(PORTALS, [source(1), source(2, next_at=LATER)])
    await claimed(state)
    await state.save_poll("one", "a.example", source(1, next_at=LATER + timedelta(hours=1)), [], {})
    await state.release("one", "a.example", NOW + timedelta(seconds=2))
    assert await state.next_due(NOW) == LATER
    assert await claimed(state, at=LATER - timedelta(seconds=1)) == set()
    assert await claimed(state, at=LATER) == {"a.example"}


async def test_a_host_is_not_claimed_before_it_may_be_asked(state: State) -> None:
    await state.enrol(PORTALS, [source(1)])
    await claimed(state)
    await state.release("one", "a.example", NOW + timedelta(seconds=30))
    assert await state.next_due(NOW) == NOW + timedelta(seconds=30)
    assert await claimed(state, at=NOW + timedelta(seconds=29)) == set()


async def test_a_leased_host_is_due_for_others_when_its_lease_ends(state: State) -> None:
    await state.enrol(PORTALS, [source(1)])
    assert await state.next_due(NOW) == NOW
    await claimed(state)
    assert await state.next_due(NOW) == NOW + timedelta(seconds=60)


async def test_abandoned_leases_are_free(state: State) -> None:
    await state.enrol(PORTALS, [source(1), source(2, "b.example")])
    await claimed(state)
    await state.abandon("somebody else")
    assert await claimed(state, "two") == set()
    await state.abandon("one")
    assert await claimed(state, "two") == {"a.example", "b.example"}
    await state.abandon(None)
    assert await claimed(state, "three") == {"a.example", "b.example"}


async def test_found_addresses_are_due_and_known_ones_stay_as_they_are(state: State) -> None:
    await state.enrol(PORTALS, [source(1, next_at=NOW)])
    await claimed(state)
    assert await state.unknown(["a1", "a2"]) == {"a1", "a2"}
    polled = source(1, next_at=LATER)
    await state.save_poll("one", "a.example", polled, [address(1), address(2, "b.example")], {})
    assert await state.unknown(["a1", "a2", "a3"]) == {"a3"}
    sources, found = await state.due("a.example", NOW, 10)
    assert (sources, found) == ([], [address(1)])
    seen = replace(address(1), visits=1, next_at=LATER, outcome=Outcome.OK, fetched_at=NOW, etag='"1"')
    await state.save_visit("one", "a.example", seen, None, {})
    await state.save_poll("one", "a.example", polled, [address(1)], {})
    assert await state.due("a.example", LATER, 10) == ([polled], [seen])
    assert await claimed(state, "two") == {"b.example"}


async def test_first_fetches_come_before_readings_again(state: State) -> None:
    await state.enrol(PORTALS, [source(1)])
    await claimed(state)
    await state.save_poll("one", "a.example", source(1, next_at=LATER), [address(1), address(2)], {})
    await state.save_visit("one", "a.example", replace(address(1), visits=1), None, {})
    _, found = await state.due("a.example", NOW, 10)
    assert [each.article_id for each in found] == ["a2", "a1"]


async def test_enrolling_again_keeps_what_was_learnt_and_rests_what_is_gone(state: State) -> None:
    await state.enrol(PORTALS, [source(1), source(2)])
    await claimed(state)
    moved = replace(source(1, next_at=LATER), url="https://b.example/neu", interval_s=600.0, etag='"x"')
    await state.save_poll("one", "a.example", moved, [], {})
    await state.enrol(PORTALS, [source(1)])
    sources, _ = await state.due("a.example", LATER, 10)
    assert sources == [moved]
    await state.enrol(PORTALS, [source(1), source(2)])
    sources, _ = await state.due("a.example", LATER, 10)
    assert {each.source_id for each in sources} == {"s1", "s2"}


async def test_make_due_makes_every_active_source_due(state: State) -> None:
    await state.enrol(PORTALS, [source(1, next_at=LATER)])
    assert await claimed(state) == set()
    await state.make_due(NOW, ["q"])
    assert await claimed(state) == set()
    await state.make_due(NOW, None)
    assert await claimed(state) == {"a.example"}
    sources, _ = await state.due("a.example", NOW, 10)
    assert [each.next_at for each in sources] == [NOW]


async def test_a_source_that_moves_is_due_at_its_new_host(state: State) -> None:
    await state.enrol(PORTALS, [source(1)])
    await claimed(state)
    await state.save_poll("one", "a.example", source(1, "neu.example"), [], {})
    assert await claimed(state, "two") == {"neu.example"}


async def test_a_portals_hosts_are_those_of_its_sources_and_of_its_articles_that_wait(state: State) -> None:
    other = replace(source(9, "o.example"), portal="o")
    await state.enrol(PORTALS, [source(1), source(2, "b.example"), other])
    await claimed(state)
    waiting, done = address(1, "www.a.example"), replace(address(2, "tin.example"), next_at=None)
    await state.save_poll("one", "a.example", source(1, "neu.example"), [waiting, address(2, "tin.example")], {})
    await state.save_visit("one", "a.example", done, None, {})
    assert await state.hosts_of(["p"]) == ["b.example", "neu.example", "www.a.example"]
    assert await state.hosts_of(["p", "o"]) == ["b.example", "neu.example", "o.example", "www.a.example"]
    assert await state.hosts_of([]) == []


async def test_robots_are_kept_with_the_host(state: State) -> None:
    await state.enrol(PORTALS, [source(1)])
    await claimed(state)
    robots = Robots("User-agent: *\nDisallow: /x", NOW, None)
    await state.save_robots("one", "a.example", robots, NOW, {("p", "robots", "ok"): 1})
    await state.release("one", "a.example", NOW)
    (host,) = await state.claim("two", NOW, 60, 10)
    assert host.robots == robots


async def test_yields_are_counted_by_pattern(state: State) -> None:
    await state.enrol(PORTALS, [source(1)])
    await claimed(state)
    await state.save_poll("one", "a.example", source(1), [address(1), address(2)], {})
    await state.save_visit("one", "a.example", replace(address(1), next_at=LATER), None, {}, True)
    await state.save_visit("one", "a.example", replace(address(2), next_at=LATER), None, {}, False)
    name = pattern(address(1).url)
    assert await state.yields("p", [name, "other"], NOW) == {name: Yield(2, 1, 1)}
    assert (await state.yields("p", [name], NOW + timedelta(days=1)))[name].taken_today == 0


async def test_twins_are_known_by_their_words(state: State) -> None:
    await state.enrol(PORTALS, [source(1)])
    await claimed(state)
    await state.save_poll("one", "a.example", source(1), [address(1), address(2)], {})
    await state.save_visit("one", "a.example", replace(address(1), fingerprint="f"), None, {})
    assert await state.twins(address(2), "f") == 1
    assert await state.twins(address(1), "f") == 0
    assert await state.twins(replace(address(2), portal="q"), "f") == 0


@pytest.mark.servers
async def test_the_ledger_gets_the_page_and_its_outcome_ends_the_account(database: Pool) -> None:
    state = PostgresState(database)
    await state.enrol(PORTALS, [source(1)])
    await claimed(state)
    await state.save_poll("one", "a.example", source(1), [address(1)], {("p", "poll", "ok"): 1})
    page = Page(
        "page", "a1", "p", "https://a.example/u", "https://a.example/c", NOW, 200, "text/html", "ab", 2, True, "f", 7
    )
    await state.save_visit("one", "a.example", address(1), page, {("p", "visit", "ok"): 1})
    assert await state.unaccounted(NOW, 5, 10) == []
    (found,) = await state.unaccounted(LATER, 5, 10)
    assert (found.page, found.attempt, found.title) == (page, 1, "Tin")
    await state.republished("page", LATER)
    assert await state.unaccounted(LATER, 5, 10) == []
    (again,) = await state.unaccounted(LATER + timedelta(hours=1), 5, 10)
    assert again.attempt == 2
    assert await state.unaccounted(LATER + timedelta(hours=1), 1, 10) == []
    await database.execute("UPDATE page SET discard_reason = 'listing' WHERE page_id = 'page'")
    assert await state.unaccounted(LATER + timedelta(hours=1), 5, 10) == []
    counts = await database.fetch("SELECT what, outcome, n FROM crawl_count ORDER BY what")
    assert [tuple(row) for row in counts] == [("poll", "ok", 1), ("visit", "ok", 1)]
