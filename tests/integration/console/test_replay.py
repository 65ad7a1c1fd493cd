"""Replay from a real WARC archive, through the real stages, into a real database."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.console.database import Store
from services.console.rebuild import rebuild
from services.console.replay import Replayed, Wanted, day_start, replay
from services.crawler.archive import Archive
from services.crawler.canonical import canonical_url
from services.crawler.fetch import Exchange, Fetched
from services.crawler.model import Address
from services.crawler.outcomes import Outcome
from services.crawler.pages import noted, page_of, placed
from services.crawler.portals import load_portals
from services.crawler.postgres_state import queries
from shared import ids
from shared.errors import SolieuError
from shared.store.pool import Pool
from tests.fixtures.events import at
from tests.fixtures.store import store_of

pytestmark = pytest.mark.servers

PAGE = """<html lang="vi"><head><title>Bài {n}</title></head><body><article><h1>Kết quả giải quyết việc làm kỳ {n}</h1>
<p>Ngày 05/01/2024, Sở báo cáo: năm 2023, toàn tỉnh giải quyết việc làm cho 12.{n:03} lao động, đạt 104% kế hoạch.</p>
<p>Trong năm, tỷ lệ hộ nghèo giảm còn 2,{n}%; tỉnh đưa 1.{n:03} lao động đi làm việc ở nước ngoài theo hợp đồng.</p>
<p>Ban biên tập tổng hợp từ báo cáo số {n} của Sở, đoạn này có thêm chữ để bài dài hơn một chút như bài thật.</p>
</article></body></html>"""
PAGES = 12


async def archived_day(store: Store, folder: Path) -> None:
    """`PAGES` pages of one day, archived and entered in the ledger as the crawler does it."""
    archive = Archive(folder)
    await store.pool.execute("INSERT INTO portal (portal, area) VALUES ('mau', '63-27')")
    for n in range(1, PAGES + 1):
        body, url, moment = PAGE.format(n=n).encode(), f"https://tinh.example/tin/{n}", at(n / 100)
        canonical = canonical_url(url)
        headers = (("Content-Type", "text/html; charset=utf-8"),)
        place = (await archive.store([Exchange(url, (), 200, "OK", headers, body)], moment))[0]
        await store.pool.execute(
            "INSERT INTO page (page_id, article_id, portal, url, canonical_url, fetched_at, http_status, content_type,"
            " body_sha256, body_bytes, warc_file, warc_offset, published_at)"
            " VALUES ($1, $2, 'mau', $3, $9, $4, 200, 'text/html; charset=utf-8', $5, $6, $7, $8, $4)",
            ids.page_id(canonical, hashlib.sha256(body).hexdigest()), ids.article_id(canonical), url, moment,
            hashlib.sha256(body).hexdigest(), len(body), place.file, place.offset, canonical,
        )  # fmt: skip
    await archive.close()


async def tables(pool: Pool) -> dict[str, list[tuple[Any, ...]]]:
    wanted = {
        "article": "article_id, title, published, revision, revised_at, copy_of, observation_ids",
        "revision": "article_id, revision, text, method, simhash, removed::text",
        "observation": "observation_id, revision, value, unit, status, period, area, quote, rules, retired_at IS NULL",
        "page": "page_id, cleaned_revision, discard_reason, figures, outcome",
    }
    found = {}
    for table, columns in wanted.items():
        found[table] = [tuple(row) for row in await pool.fetch(f"SELECT {columns} FROM {table} ORDER BY 1, 2")]
    return found


async def test_an_archived_day_gives_the_same_tables_again(postgres_dsn: str, tmp_path: Path) -> None:
    async with store_of(postgres_dsn, tmp_path) as store:
        await archived_day(store, tmp_path)
        assert await replay(store, Wanted(outcome="none")) == Replayed(PAGES, 0)
        first = await tables(store.pool)
        assert [row[-1] for row in first["page"]] == ["written"] * PAGES
        assert len(first["observation"]) >= 2 * PAGES
        await replay(store, Wanted())
        assert await tables(store.pool) == first
        await store.pool.execute("TRUNCATE article, revision, observation CASCADE")
        await store.pool.execute(
            "UPDATE page SET cleaner_version = NULL, cleaned_revision = NULL, extractor_version = NULL, figures = NULL"
        )
        await replay(store, Wanted())
        assert await tables(store.pool) == first


async def test_a_stopped_replay_goes_on_and_missing_records_are_counted(
    postgres_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.console.replay.CHUNK", 4)
    async with store_of(postgres_dsn, tmp_path) as store:
        await archived_day(store, tmp_path)
        last = await store.pool.fetchval("SELECT page_id FROM page ORDER BY fetched_at DESC LIMIT 1")
        await store.pool.execute("UPDATE page SET warc_file = 'gone.warc.gz' WHERE page_id = $1", last)

        def stop_in_the_third_chunk(done: int, _: int) -> None:
            if done == 10:
                raise KeyError("told to stop")

        with pytest.raises(KeyError):
            await replay(store, Wanted(), say=stop_in_the_third_chunk)
        assert await store.pool.fetchval("SELECT pages FROM replay") == 8
        outcome = "SELECT count(*) FROM page WHERE outcome = 'written'"
        assert await store.pool.fetchval(outcome) >= 8
        seen: list[int] = []
        assert await replay(store, Wanted(), say=lambda done, _: seen.append(done)) == Replayed(PAGES - 1, 1)
        assert seen[0] == 9
        assert await store.pool.fetchval(outcome) == PAGES - 1


PORTALS = """portals:
  - id: mau
    name: Sở mẫu
    kind: department
    base: [https://tinh.example/]
    area: 63-27
    feeds: [https://tinh.example/rss]
"""


async def visited(store: Store, archive: Archive, n: int, day: float, body: bytes) -> None:
    """A visit of the address `n` that gave a page to publish, as the crawler keeps it in archive, memory and ledger."""
    url = f"https://tinh.example/tin/{n}"
    canonical = canonical_url(url)
    address = Address(
        ids.article_id(canonical), "mau", "s", "tinh.example", url, canonical, at(0), None,
        title=f"Kỳ {n}:\n“giải quyết việc làm”", published=at(-n), summary="Tóm tắt",
    )  # fmt: skip
    fetched = Fetched(url, Outcome.OK, 200, body, "text/html; charset=utf-8", tls_verified=n % 2 == 0)
    page = page_of(address, fetched, at(day))
    exchange = Exchange(url, (), 200, "OK", (("Content-Type", "text/html; charset=utf-8"),), body)
    (place,) = await archive.store(noted([exchange], page, address), at(day))
    page = placed(page, place)
    async with store.pool.acquire() as connection:
        await connection.execute(
            "INSERT INTO crawl_address (article_id, portal, source_id, host, url, canonical_url, found_at, title,"
            " published, summary) VALUES ($1, 'mau', 's', 'tinh.example', $2, $3, $4, $5, $6, $7)"
            " ON CONFLICT DO NOTHING",
            address.article_id, url, canonical, at(0), address.title, address.published, address.summary,
        )  # fmt: skip
        known = {each.name: getattr(page, each.name) for each in fields(page) if each.name != "status"}
        await queries().save_page(connection, http_status=page.status, **known)


LEDGER = (
    "SELECT page_id, article_id, portal, url, canonical_url, fetched_at, last_fetched_at, http_status, content_type,"
    " body_sha256, body_bytes, tls_verified, warc_file, warc_offset, outcome FROM page ORDER BY 1"
)


async def test_a_lost_database_is_made_again_just_as_it_was(postgres_dsn: str, tmp_path: Path) -> None:
    async with store_of(postgres_dsn, tmp_path) as store:
        await store.pool.execute("INSERT INTO portal VALUES ('mau')")
        await store.pool.execute("INSERT INTO crawl_host VALUES ('tinh.example', now())")
        first, second = Archive(tmp_path), Archive(tmp_path)  # of two runs: their files are not in the order of time
        for n in range(1, 5):
            await visited(store, first, n, n / 100, PAGE.format(n=n).replace("Ngày 05/01/2024, ", "").encode())
        corrected = PAGE.format(n=1).replace("12.001", "12.777").encode()
        await visited(store, second, 1, 1.25, corrected)
        await visited(store, first, 1, 2.5, PAGE.format(n=1).replace("Ngày 05/01/2024, ", "").encode())
        await visited(store, second, 2, 2.75, b"<html><body><h1>Not found</h1></body></html>")
        counter = Exchange(
            "https://tinh.example/tin/3", (), 200, "OK", (("Content-Type", "text/html"),), b"<p>1235</p>"
        )
        await first.store([counter], at(1))  # an answer that said nothing new
        await first.close()
        await second.close()
        await replay(store, Wanted())
        before = await tables(store.pool), [tuple(row) for row in await store.pool.fetch(LEDGER)]
        heads = await store.pool.fetch("SELECT published, copy_of FROM article ORDER BY published DESC")
        assert [tuple(row) for row in heads] == [(at(-n), None) for n in range(1, 5)], "as the feed said"
        live = "SELECT value FROM observation WHERE retired_at IS NULL AND value IN (12001, 12777)"
        assert [row[0] for row in await store.pool.fetch(live)] == [12001], "the first text came back"

        await store.pool.execute("TRUNCATE page, portal, article, replay, crawl_host CASCADE")
        assert await rebuild(store, {}) == 6
        assert await rebuild(store, {}) == 0, "all is known"
        await replay(store, Wanted())
        assert (await tables(store.pool), [tuple(row) for row in await store.pool.fetch(LEDGER)]) == before


async def test_a_lost_database_is_made_again_from_an_archive_without_notes(
    postgres_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.crawler.archive.NOTES", "before-notes")
    (tmp_path / "portals.yaml").write_text(PORTALS, encoding="utf-8")
    portals = {each.id: each for each in load_portals(tmp_path / "portals.yaml")}
    async with store_of(postgres_dsn, tmp_path) as store:
        await archived_day(store, tmp_path)
        archive = Archive(tmp_path)
        for path, kind in (("rss", "application/rss+xml"), ("robots.txt", "text/plain")):
            exchange = Exchange(f"https://tinh.example/{path}", (), 200, "OK", (("Content-Type", kind),), b"<rss/>")
            await archive.store([exchange], at(0))
        elsewhere = Exchange("https://other.example/a", (), 200, "OK", (("Content-Type", "text/html"),), b"<p>")
        await archive.store([elsewhere], at(0))
        await archive.close()
        assert await rebuild(store, portals) == 0, "all is known"
        names = "SELECT page_id, article_id, url, body_sha256, warc_file, warc_offset FROM page ORDER BY 1"
        known = [tuple(row) for row in await store.pool.fetch(names)]
        await store.pool.execute("TRUNCATE page, portal CASCADE")
        assert await rebuild(store, portals) == PAGES
        assert [tuple(row) for row in await store.pool.fetch(names)] == known
        assert await replay(store, Wanted()) == Replayed(PAGES, 0)
        assert await store.pool.fetchval("SELECT count(*) FROM page WHERE outcome = 'written'") == PAGES


async def test_without_an_archive_there_is_nothing_to_rebuild_from(postgres_dsn: str, tmp_path: Path) -> None:
    async with store_of(postgres_dsn, tmp_path / "elsewhere") as store:
        with pytest.raises(SolieuError, match="archive-missing"):
            await rebuild(store, {})


async def test_days_are_vietnamese(postgres_dsn: str, tmp_path: Path) -> None:
    async with store_of(postgres_dsn, tmp_path) as store:
        await archived_day(store, tmp_path)  # all on 2024-03-01 between 7:14 and 10 o'clock in Viet Nam
        day = at(0).replace(tzinfo=None)
        assert (await replay(store, Wanted(until=day_start(day)))).pages == 0
        assert (await replay(store, Wanted(since=day_start(day + timedelta(days=1))))).pages == 0
        assert (await replay(store, Wanted(since=day_start(day), until=day_start(day, after=True)))).pages == PAGES
