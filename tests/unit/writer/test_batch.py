"""Events to rows: what is kept of equals, and what never raises."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.writer.batch import REASON_MAX, prepare, reason
from services.writer.origin import Origin, origin_of
from services.writer.rows import bands, columns, newest
from shared.bus.api import Record
from shared.events import PageFetched
from tests.fixtures.events import at, cleaned, extraction, observation, record, records
from tests.fixtures.simhash import distance

HASHES = st.integers(0, 2**64 - 1)


@given(HASHES, st.sets(st.integers(0, 63), max_size=3))
def test_hashes_that_differ_in_three_bits_share_a_band(value: int, bits: set[int]) -> None:
    other = value
    for bit in bits:
        other ^= 1 << bit
    one, two = f"{value:016x}", f"{other:016x}"
    assert distance(one, two) == len(bits)
    assert set(bands(one).strip("{}").split(",")) & set(bands(two).strip("{}").split(","))


def test_bands_tell_their_place() -> None:
    assert bands("0001000100010001") == "{1,65537,131073,196609}"


def test_of_equals_the_highest_rank_stays_and_keys_are_in_order() -> None:
    assert newest([("b", 1), ("a", 2), ("b", 3), ("a", 1)], lambda e: e[0], lambda e: e[1]) == [("a", 2), ("b", 3)]


def test_columns() -> None:
    assert columns(("a", "b"), [(1, 2), (3, 4)]) == {"a": [1, 3], "b": [2, 4]}


def test_preparing_keeps_indices_and_repeats_no_input() -> None:
    good = record(cleaned())
    bad = Record(good.topic, 0, 1, None, b'{"page_id": {"secret": "x"}}', good.headers)
    prepared = prepare([bad, good, bad, good], range(1, 3))
    assert prepared.taken == [1]
    assert list(prepared.refused) == [2]
    assert "page_id: Input should be a valid string" in prepared.refused[2]
    assert "secret" not in prepared.refused[2]
    assert len(reason(ValueError("x" * 5000))) == REASON_MAX


def test_what_fits_no_column_is_refused_and_leaves_no_row() -> None:
    page = PageFetched(page_id="p", article_id="a", url="u", canonical_url="u", portal="mau", fetched_at=at(0),
                       status=200, body=b"", body_sha256="")  # fmt: skip
    naive = record(cleaned())
    naive = replace(naive, value=naive.value.replace(b'"2024-03-01T00:00:00Z"', b'"2024-03-01T00:00:00"'))
    prepared = prepare([record(page), record(cleaned(simhash="no number")), naive], range(3))
    assert prepared.taken == []
    assert prepared.statements == {}
    assert "the writer keeps no" in prepared.refused[0]
    assert "invalid literal" in prepared.refused[1]
    assert "revised_at: Input should have timezone info" in prepared.refused[2]


def test_articles_are_claimed_first_and_settled_last() -> None:
    events = records(*extraction("b", observation("b"), day=2), cleaned("a", day=1), cleaned("a", day=0, text="cũ"))
    statements = prepare(events, range(len(events))).statements
    assert list(statements) == [
        "add_portals", "claim_articles", "add_pages", "merge_cleanings", "lock_copies", "merge_revisions",
        "settle_heads", "settle_copies", "merge_observations", "merge_extractions", "merge_figures",
        "settle_observations",
    ]  # fmt: skip
    assert statements["claim_articles"] == {"article": ["a", "b"], "fetched_at": [at(0), at(2)]}
    assert len(statements["merge_revisions"]["text"]) == 2
    assert statements["settle_heads"]["title"] == ["Năm 2023"]  # of the later one
    assert statements["settle_observations"] == {"articles": ["a", "b"]}


@given(st.binary(max_size=200))
def test_the_origin_of_anything(value: bytes) -> None:
    assert isinstance(origin_of(value), Origin)


@pytest.mark.parametrize(
    ("value", "portal"),
    [(b"{}", None), (b'{"portal": "mau"}', "mau"), (b'{"portal": "a\\u0000b"}', None), (b'{"portal": 7}', None)],
)
def test_the_portal_of_an_origin(value: bytes, portal: str | None) -> None:
    assert origin_of(value).portal == portal


def test_an_origin_names_a_page_only_with_its_time() -> None:
    assert origin_of(record(cleaned()).value).names_a_page
    assert not origin_of(b'{"page_id": "p", "article_id": "a"}').names_a_page
