"""The life of an article, found by any of its names."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.console.database import Store
from services.console.trace import archived, lines, take
from services.crawler.archive import Archive
from services.crawler.canonical import canonical_url
from services.crawler.fetch import Exchange
from services.writer.write import Writer
from shared.errors import SolieuError
from shared.ids import article_id
from tests.fixtures.events import at, cleaned, discarded, extraction, observation, page_id, records, url
from tests.fixtures.store import store_of

pytestmark = pytest.mark.servers


@pytest.mark.parametrize("key", [url("a"), "a", "a-0", page_id("a", 0), page_id("a", 1)])
async def test_every_name_leads_to_the_same_life(postgres_dsn: str, tmp_path: Path, key: str) -> None:
    async with store_of(postgres_dsn, tmp_path) as store:
        write = Writer(store.pool)
        block = {"rule": "share-bar", "text": "Chia sẻ bài viết"}
        await write(records(cleaned(removed=(block,)), *extraction("a", observation(rules=("pair",)))))
        await write(records(cleaned(day=1, text="mới"), *extraction("a", observation(value=9), day=1, text="mới")))
        await write(records(cleaned("b"), discarded("c")))
        text = "\n".join(lines(await take(store, key), rules=True))
    assert text.startswith("article a\n")
    assert text.count("\npage ") == 2
    assert "share-bar" in text
    assert "Chia sẻ bài viết" in text
    assert "employment.jobs_created level: 12.840 người" in text
    assert "employment.jobs_created level: 9 người" in text
    assert text.count("  holds") == 1
    assert text.count("  retired 20") == 1
    assert "    pair" in text


HEXADECIMAL = "5eed0a17", "5eed0b22"


async def given_two(store: Store) -> None:
    first, second = (observation("a", value=n, observation_id=name * 4) for n, name in enumerate(HEXADECIMAL, 41))
    await Writer(store.pool)(records(cleaned(), *extraction("a", first, second)))


@pytest.mark.parametrize("key", [HEXADECIMAL[0] * 4, HEXADECIMAL[0], HEXADECIMAL[0][:6]])
async def test_of_an_observation_its_own_readings_are_shown(postgres_dsn: str, tmp_path: Path, key: str) -> None:
    async with store_of(postgres_dsn, tmp_path) as store:
        await given_two(store)
        text = "\n".join(lines(await take(store, key), rules=True))
    assert "jobs_created level: 41 người" in text
    assert "level: 42 người" not in text
    assert text.endswith("and 1 more observations: solieu trace a")


async def test_too_little_of_an_id_is_told(postgres_dsn: str, tmp_path: Path) -> None:
    async with store_of(postgres_dsn, tmp_path) as store:
        await given_two(store)
        assert (await take(store, "a"))["observations_left_out"] == 0
        with pytest.raises(SolieuError, match="nothing is known of '5eed0'"):
            await take(store, "5eed0")
        more = observation("b", observation_id="5eed0a99" * 4)
        await Writer(store.pool)(records(cleaned("b"), *extraction("b", more)))
        with pytest.raises(SolieuError, match=r"trace-ambiguous.*'5eed0a'[^$]*observation 5eed0a99"):
            await take(store, "5eed0a")


async def test_the_archived_record_is_shown_with_its_head_and_note(postgres_dsn: str, tmp_path: Path) -> None:
    async with store_of(postgres_dsn, tmp_path) as store:
        await Writer(store.pool)(records(cleaned()))
        life = await take(store, "a")
        assert await archived(store, life) == "no page of it was archived"
        archive, headers = Archive(tmp_path), (("Content-Type", "text/html"),)
        exchange = Exchange(url("a"), (), 200, "OK", headers, "<p>số liệu".encode(), note=b'{"feed": 1}')
        (place,) = await archive.store([exchange], at(0))
        await archive.close()
        await store.pool.execute("UPDATE page SET warc_file = $1, warc_offset = $2", place.file, place.offset)
        shown = await archived(store, await take(store, "a"))
        assert shown == '{"feed": 1}\n\nHTTP/1.1 200 OK\nContent-Type: text/html\n\n<p>số liệu'
        await store.pool.execute("UPDATE page SET warc_file = 'gone.warc.gz'")
        assert "retention has removed it" in await archived(store, await take(store, "a"))


async def test_a_dead_letter_of_no_article_is_told(postgres_dsn: str, tmp_path: Path) -> None:
    async with store_of(postgres_dsn, tmp_path) as store:
        await store.pool.execute(
            "INSERT INTO dead_letter (dead_letter_id, stage, error, message, failed_at, attempt, origin_topic,"
            " origin_partition, origin_offset, origin_headers)"
            " VALUES (repeat('5eed0a17', 4), 'cleaner', 'poison', '', now(), 1, 't', 0, 0, '[]')"
        )
        for key in ("5eed0a17", "5eed0a17" * 4):
            with pytest.raises(SolieuError, match="names no article") as raised:
                await take(store, key)
            assert raised.value.hint == f"solieu dead-letters show {'5eed0a17' * 4}"


@pytest.mark.parametrize(
    "key",
    [
        "http://www.tinh.example/tin/viec-lam-12.html?utm_source=x#top",
        "https://tinh.example/tin/viec-lam-12.html",
    ],
)
async def test_another_form_of_an_address_leads_there_too(postgres_dsn: str, tmp_path: Path, key: str) -> None:
    article = article_id(canonical_url("http://tinh.example/tin/viec-lam-12.html", "nukeviet"))
    async with store_of(postgres_dsn, tmp_path) as store:
        await Writer(store.pool)(records(cleaned(article, url="http://tinh.example/tin/viec-lam-12.html")))
        assert (await take(store, key))["article_id"] == article


async def test_an_unknown_address_is_told_what_is_near(postgres_dsn: str, tmp_path: Path) -> None:
    async with store_of(postgres_dsn, tmp_path) as store:
        await Writer(store.pool)(records(cleaned("giai-quyet-viec-lam")))
        with pytest.raises(SolieuError) as raised:
            await take(store, "https://www.tinh.example/giai-quyet-viec-lam/")
    assert url("giai-quyet-viec-lam") in raised.value.hint
