"""What the writer leaves in the tables, event by event."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from services.writer import write
from services.writer.write import Writer
from shared.bus.api import Record, Rejected, Transient
from shared.events import DeadLetter
from shared.store.pool import Pool
from tests.fixtures.events import at, cleaned, discarded, extraction, observation, page_id, record, records

pytestmark = pytest.mark.servers


async def live(pool: Pool) -> dict[str, Decimal]:
    rows = await pool.fetch("SELECT observation_id, value FROM observation WHERE retired_at IS NULL")
    return {row["observation_id"]: row["value"] for row in rows}


async def outcomes(pool: Pool) -> dict[str, str | None]:
    return {row["page_id"]: row["outcome"] for row in await pool.fetch("SELECT page_id, outcome FROM page")}


async def test_an_article_with_its_figures(database: Pool) -> None:
    said = observation(value="24.82", unit="percent", indicator="poverty.rate", breakdown={"sex": "female"},
                       flags=("out_of_range", "plan_mismatch"), rules=("a, b", "{c}"))  # fmt: skip
    await Writer(database)(records(cleaned(), *extraction("a", said)))
    row = await database.fetchrow("SELECT * FROM observation")
    assert row is not None
    assert row["value"] == Decimal("24.82")
    assert row["breakdown"] == {"sex": "female"}
    assert row["flags"] == ["out_of_range", "plan_mismatch"]
    assert row["rules"] == ["a, b", "{c}"]
    assert row["retired_at"] is None
    text = await database.fetchval("SELECT text FROM revision")
    assert text[row["quote_start"] : row["quote_end"]] == row["quote"] == "12.840 lao động"
    assert await outcomes(database) == {page_id("a", 0): "written"}


async def test_a_corrected_figure_keeps_the_old_reading_retired(database: Pool) -> None:
    write = Writer(database)
    await write(records(*extraction("a", observation(value=100))))
    await write(records(*extraction("a", observation(value=200), day=1, text="mới")))
    rows = await database.fetch("SELECT value, retired_at IS NULL AS live FROM observation ORDER BY revised_at")
    assert [(int(row["value"]), row["live"]) for row in rows] == [(100, False), (200, True)]


async def test_what_the_article_no_longer_says_is_retired(database: Pool) -> None:
    write = Writer(database)
    await write(records(*extraction("a", observation("a", 0), observation("a", 1))))
    await write(records(*extraction("a", observation("a", 1), day=1, text="mới")))
    assert await live(database) == {"a-1": 12840}


async def test_a_late_old_extraction_does_not_win(database: Pool) -> None:
    write = Writer(database)
    await write(records(*extraction("a", observation(value=200), day=1, text="mới")))
    await write(records(*extraction("a", observation(value=100), observation("a", 1))))
    assert await live(database) == {"a-0": 200}


async def test_a_newer_extractor_supersedes_on_the_same_revision(database: Pool) -> None:
    write = Writer(database)
    await write(records(*extraction("a", observation(value=200), version=2)))
    await write(records(*extraction("a", observation(value=100), observation("a", 1), version=1)))
    assert await live(database) == {"a-0": 200}


async def test_an_observation_before_its_closing_event_is_live(database: Pool) -> None:
    await Writer(database)(records(extraction("a", observation())[0]))
    assert await live(database) == {"a-0": 12840}


async def test_a_text_that_comes_back_holds_again(database: Pool) -> None:
    write = Writer(database)
    await write(records(cleaned(text="một"), *extraction("a", observation(value=1), text="một")))
    await write(records(cleaned(text="hai", day=1), *extraction("a", observation(value=2), text="hai", day=1)))
    await write(records(cleaned(text="một", day=2), *extraction("a", observation(value=1), text="một", day=2)))
    assert await live(database) == {"a-0": 1}
    assert await database.fetchval("SELECT count(*) FROM revision") == 2
    assert await database.fetchval("SELECT r.text FROM article JOIN revision r USING (article_id, revision)") == "một"


async def test_a_page_that_a_newer_cleaner_discards_takes_its_figures_along(database: Pool) -> None:
    write = Writer(database)
    await write(records(cleaned(), *extraction("a", observation())))
    await write(records(discarded(cleaner_version=2)))
    assert await live(database) == {}
    assert await outcomes(database) == {page_id("a", 0): "discarded"}


async def test_an_error_page_at_a_later_visit_retires_nothing(database: Pool) -> None:
    write = Writer(database)
    await write(records(cleaned(), *extraction("a", observation())))
    await write(records(discarded(day=5, reason="soft_404")))
    assert await live(database) == {"a-0": 12840}
    assert await outcomes(database) == {page_id("a", 0): "written", page_id("a", 5): "discarded"}


async def test_an_article_without_figures_is_accounted_for(database: Pool) -> None:
    await Writer(database)(records(cleaned(), *extraction("a")))
    assert await outcomes(database) == {page_id("a", 0): "no_figures"}


async def test_a_cleaned_page_has_no_outcome_yet(database: Pool) -> None:
    await Writer(database)(records(cleaned()))
    assert await outcomes(database) == {page_id("a", 0): None}


async def test_a_reprint_is_a_copy_of_the_earliest_whatever_came_first(database: Pool) -> None:
    write = Writer(database)
    await write(records(cleaned("reprint", day=3, simhash="00000000000000f7")))  # one bit from the original
    await write(records(cleaned("other", day=0, simhash="00000000ffff00f0")))  # 19 bits and more from both
    await write(records(cleaned("original", day=1, simhash="00000000000000ff")))
    copies = await database.fetch("SELECT article_id, copy_of FROM article ORDER BY 1")
    assert [tuple(row) for row in copies] == [("original", None), ("other", None), ("reprint", "original")]
    assert await outcomes(database) == {
        page_id("original", 1): None, page_id("other", 0): None, page_id("reprint", 3): "duplicate",
    }  # fmt: skip


async def test_a_copy_whose_text_changes_is_none_any_more(database: Pool) -> None:
    write = Writer(database)
    await write(records(cleaned("one", simhash="00000000000000ff"), cleaned("two", day=1, simhash="00000000000000ff")))
    await write(records(cleaned("one", day=2, text="khác", simhash="ffff000000000000")))
    assert await database.fetchval("SELECT copy_of FROM article WHERE article_id = 'two'") is None


REPORT = (
    "Báo cáo tháng {month}\n\n"
    "Tháng {month}, tỉnh có {poor} hộ nghèo, giải quyết việc làm cho {jobs} lao động, đạt 98,5%."
)
REPORTS = {
    "the next month's from one template": REPORT.format(month=6, poor=1250, jobs=312),
    "one figure corrected": REPORT.format(month=5, poor=1251, jobs=312),
    "a figure more": REPORT.format(month=5, poor=1250, jobs=312) + " Có 312 người đi học nghề.",
    "a title alone with another number": REPORT.format(month=5, poor=1250, jobs=312).replace("tháng 5", "quý 2", 1),
}


@pytest.mark.parametrize("why", REPORTS)
async def test_what_holds_other_numbers_is_no_copy_even_with_one_simhash(database: Pool, why: str) -> None:
    first = REPORT.format(month=5, poor=1250, jobs=312)
    texts = {"first": first, "second": REPORTS[why]}
    events = [cleaned(name, text=text, title=text.split("\n")[0], simhash="00000000000000ff", day=day)
              for day, (name, text) in enumerate(texts.items())]  # fmt: skip
    await Writer(database)(records(*events))
    assert await database.fetchval("SELECT count(*) FROM article WHERE copy_of IS NOT NULL") == 0


async def test_a_reprint_that_shares_no_part_of_the_simhash_is_found_by_its_numbers(database: Pool) -> None:
    first = REPORT.format(month=5, poor=1250, jobs=312)
    title = "Tỉnh có 1250 hộ nghèo"  # repeats a number of the text
    reprint = first.replace("Báo cáo tháng 5", title) + " Theo Báo tỉnh."
    write = Writer(database)
    await write(records(cleaned("first", text=first, title="Báo cáo tháng 5", simhash="0000000000000001")))
    await write(records(cleaned("12 bits", text=reprint, title=title, day=1, simhash="0007000700070006")))
    await write(records(cleaned("13 bits", text=reprint, title=title, day=2, simhash="000f000700070006")))
    copies = await database.fetch("SELECT article_id, copy_of FROM article ORDER BY 1")
    assert dict(map(tuple, copies)) == {"12 bits": "first", "13 bits": "12 bits", "first": None}


POISON = {
    "no such area": observation("p", area="99-99"),
    "no such indicator": observation("p", indicator="employment.no_such"),
    "NUL in a text": observation("p", quote="12.840 lao độn\0"),
    "quote and offsets disagree": observation("p", end=3, start=0),
    "a period that is none": observation("p", period="năm 2023"),
    "offset beyond an integer": observation("p", start=2**40, end=2**40 + 15),
    "neither indicator nor label": observation("p", indicator=None),
}


@pytest.mark.parametrize("why", POISON)
async def test_poison_among_good_rows_costs_one_record(database: Pool, why: str) -> None:
    good = [extraction(f"a{n}", observation(f"a{n}"))[0] for n in range(9)]
    events = [*good[:5], extraction("p", POISON[why])[0], *good[5:]]
    with pytest.raises(Rejected) as raised:
        await Writer(database)(records(*events))
    assert list(raised.value.reasons) == [5]
    assert set(await live(database)) == {f"a{n}-0" for n in range(9)}


async def test_records_that_are_no_events_are_rejected_and_the_rest_written(database: Pool) -> None:
    good = record(cleaned())
    noise = Record("articles.cleaned", 0, 7, None, b"\xff{", good.headers)
    unnamed = Record("articles.cleaned", 0, 8, None, b"{}", ())
    with pytest.raises(Rejected) as raised:
        await Writer(database)([noise, good, unnamed])
    assert sorted(raised.value.reasons) == [0, 2]
    assert await database.fetchval("SELECT count(*) FROM revision") == 1


@pytest.mark.parametrize("size", range(1, 10))
async def test_many_slices_write_the_same_as_one(database: Pool, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(write, "SLICE", size)
    events = records(*(cleaned(f"a{n}") for n in range(3)),
                     *(extraction(f"a{n}", observation(f"a{n}"))[0] for n in range(3)),
                     extraction("p", observation("p", area="63-99"))[0],
                     *(extraction(f"a{n}")[0] for n in range(2)))  # fmt: skip
    with pytest.raises(Rejected) as raised:
        await Writer(database)([*events, replace(events[0], value=b"{")])
    assert sorted(raised.value.reasons) == [6, 9]
    assert set(await live(database)) == {"a2-0"}
    assert list((await outcomes(database)).values()).count("no_figures") == 2


async def test_a_dead_letter_is_kept_and_is_its_pages_outcome(database: Pool) -> None:
    origin = record(cleaned())
    letter = DeadLetter.model_validate(
        {
            "dead_letter_id": "d", "stage": "extractor", "error": "poison", "message": "nul\0 in a message",
            "failed_at": at(1), "origin_topic": origin.topic, "origin_partition": 0, "origin_offset": 7,
            "origin_key": None, "origin_value": "eyJub3QiOiAib3VycyJ9",
        }
    )  # fmt: skip
    ours = letter.model_copy(update={"dead_letter_id": "e", "origin_value": origin.value})
    await Writer(database)(records(letter, ours, letter))
    assert await outcomes(database) == {page_id("a", 0): "dead"}
    rows = await database.fetch("SELECT dead_letter_id, portal, state, origin_value FROM dead_letter ORDER BY 1")
    assert [tuple(row)[:3] for row in rows] == [("d", None, "open"), ("e", "mau", "open")]
    assert bytes(rows[1]["origin_value"]) == origin.value
    await Writer(database)(records(*extraction("a", observation())))
    assert await outcomes(database) == {page_id("a", 0): "written"}


async def test_a_database_that_went_away_is_transient(database: Pool) -> None:
    await database.execute("SELECT 1")
    await database.close()
    with pytest.raises(Transient):
        await Writer(database)(records(cleaned()))
