"""Any bytes give an outcome, in time that grows with their number and not faster."""

from __future__ import annotations

import random
import time
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.cleaner import limits
from services.cleaner.clean import clean_page
from services.cleaner.model import Article, Discarded
from services.cleaner.outcomes import Reason

SENTENCE = "Năm 2023 giải quyết việc làm cho 18.640 lao động, đạt kế hoạch. "
TAGS = [
    "div",
    "p",
    "table",
    "tr",
    "td",
    "span",
    "a",
    "b",
    "s",
    "del",
    "sup",
    "ul",
    "li",
    "h1",
    "h2",
    "br",
    "pre",
    "form",
    "script",
    "style",
    "title",
    "iframe",
    "article",
]
ATTRIBUTES = [
    "",
    ' class="d-none"',
    " class='sapo'",
    ' style="display:none"',
    " id=news-bodyhtml",
    " colspan=9999 rowspan=9999",
    ' href="http://[::1"',
    " hidden",
    " itemprop=datePublished content=2023-13-45",
]
WORDS = [SENTENCE, "31/02/2024 25:99", "Tin liên quan", "&#x110000;&#1;", "\x00", "\ufffe", "x" * 300, "<", "&", "12"]

piece = st.one_of(
    st.builds(lambda tag, attr: f"<{tag}{attr}>", st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES)),
    st.builds(lambda tag: f"</{tag}>", st.sampled_from(TAGS)),
    st.sampled_from(WORDS),
    st.text(max_size=20),
)


def check(body: bytes) -> None:
    outcome = clean_page(body, url="https://so.example/tin/1.html")
    assert isinstance(outcome, Article | Discarded)
    if isinstance(outcome, Article):
        assert unicodedata.is_normalized("NFC", outcome.text)
        assert outcome.text.startswith(outcome.title)
        assert outcome.published is None or outcome.published.tzinfo is not None


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(piece, max_size=60).map("".join))
def test_soups_of_tags(text: str) -> None:
    check(text.encode("utf-8", "surrogatepass"))


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=2000))
def test_bytes(body: bytes) -> None:
    check(body)


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=400))
def test_plain_texts(text: str) -> None:
    check(text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "body",
    [
        b"<" * 2_000_000,
        b"<span>a b</span>" * 140_000,
        b"<div>" * 140_000 + b"x",
        b"<table><tr><td>" * 40_000,
        b"<table>" + b"<tr><td colspan=60 rowspan=500>1</td><td>2</td></tr>" * 20_000,
        b'<div class="' + b"a " * 1_000_000 + b'">' + SENTENCE.encode() * 20,
        b"".join(b"<i id=x%d class=y%d>k</i>" % (i, i) for i in range(100_000)),
        b'<script type="application/ld+json">' + b"[" * 200_000 + b"</script>" + SENTENCE.encode() * 9,
        b"<p>" + b"\xcc\x81" * 1_000_000,
        ("<p>" + SENTENCE + "</p>").encode() * 20_000,
        (SENTENCE + "<br>").encode() * 20_000,
    ],
    ids=["lt", "spans", "nested", "tables", "colspans", "attribute", "names", "json", "marks", "repeats", "breaks"],
)
def test_pathological_pages_end_within_the_stage_limit(body: bytes) -> None:
    start = time.process_time()
    check(body)
    assert time.process_time() - start < 10  # Stage.document_s_max; measured at most 3 s on a busy core


def test_limits_have_outcomes_of_their_own() -> None:
    assert clean_page(b"a" * (limits.BYTES_MAX + 1), url="") == Discarded(Reason.TOO_LARGE, "8388609 bytes")
    many = clean_page(b"<b>" * (limits.ELEMENTS_MAX + 1), url="")
    assert isinstance(many, Discarded)
    assert many.reason is Reason.TOO_MANY_ELEMENTS
    long = clean_page(("<h1>Kết quả năm 2023</h1><p>" + SENTENCE * 8000).encode(), url="")
    assert isinstance(long, Discarded)
    assert long.reason is Reason.TOO_LARGE


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_no_article(seed: int) -> None:
    assert isinstance(clean_page(random.Random(seed).randbytes(5_000), url=""), Discarded)
