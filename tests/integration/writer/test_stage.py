"""The writer as the runner opens it."""

from __future__ import annotations

import pytest
from pydantic import PostgresDsn, Secret

from services.writer.stage import WRITER, open_writer
from shared.bus.api import Transient
from shared.errors import SolieuError
from shared.settings import Settings

pytestmark = pytest.mark.servers


def settings(url: str | None) -> Settings:
    return Settings(_env_file=None, database_url=Secret(PostgresDsn(url)) if url else None)


async def test_no_database_yet_is_transient_and_none_named_is_told() -> None:
    with pytest.raises(Transient):
        async with open_writer(settings("postgresql://x:y@127.0.0.1:1/z")):
            pass
    with pytest.raises(SolieuError, match="SOLIEU_DATABASE_URL"):
        async with open_writer(settings(None)):
            pass


def test_it_reads_every_topic_but_the_pages() -> None:
    assert WRITER.sources == ("articles.cleaned", "indicators.observed", "dead.letters")
