"""The archive's files: what is kept how long, and the notes beside pages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from services.crawler import service
from services.crawler.archive import Archive, Place, drop_old, read_archived
from services.crawler.fetch import Exchange
from shared.settings import CrawlSettings

DAYS = ("2026-03-01", "2026-03-02", "2026-03-03")


def archive_of(folder: Path) -> Path:
    for name in (*DAYS, "notes-of-mine"):
        (folder / name).mkdir()
        (folder / name / "a.warc.gz").write_bytes(b"x")
    return folder


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


@pytest.mark.parametrize(
    ("keep_days", "left"),
    [(0, DAYS), (1, DAYS[1:]), (2, DAYS), (400, DAYS)],
)
def test_days_beyond_the_setting_go_and_nothing_else(tmp_path: Path, keep_days: int, left: tuple[str, ...]) -> None:
    removed = drop_old(archive_of(tmp_path), date(2026, 3, 3), keep_days)
    assert names(tmp_path) == [*left, "notes-of-mine"]
    assert removed == len(DAYS) - len(left)


def test_an_archive_that_is_not_there_yet_has_no_old_days(tmp_path: Path) -> None:
    assert drop_old(tmp_path / "none", date(2026, 3, 3), 1) == 0


async def test_a_crawler_that_runs_for_days_drops_them_as_they_age(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = datetime(2026, 3, 3, tzinfo=UTC)
    monkeypatch.setattr(service, "DROP_EVERY_S", 0.01)
    monkeypatch.setattr(service, "now", lambda: today)
    keeping = asyncio.create_task(service._drop_old_days(CrawlSettings(archive=archive_of(tmp_path), keep_days=1)))
    await until(lambda: names(tmp_path)[0] == DAYS[1])
    today = datetime(2026, 3, 4, tzinfo=UTC)
    await until(lambda: names(tmp_path)[0] == DAYS[2])
    keeping.cancel()


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not done():  # noqa: ASYNC110  # what is waited for happens in a thread
            await asyncio.sleep(0.005)


async def test_a_note_is_read_with_its_answer(tmp_path: Path) -> None:
    at, headers = datetime(2026, 3, 3, tzinfo=UTC), (("Content-Type", "text/html"),)
    archive = Archive(tmp_path)
    plain = Exchange("https://tinh.example/", (), 301, "Moved", headers, b"")
    noted = Exchange("https://tinh.example/a", (), 200, "OK", headers, b"<p>b</p>", note='{"tên": "số liệu"}'.encode())
    first, second = await archive.store([plain, noted], at)
    await archive.close()
    found = [read_archived(tmp_path, each) for each in (first, second)]
    assert [(each.body, each.note) for each in found if each] == [(b"", b""), (noted.raw, noted.note)]
    assert read_archived(tmp_path, Place("2026-03-03/gone.warc.gz", 0)) is None
