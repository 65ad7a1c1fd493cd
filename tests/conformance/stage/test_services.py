"""Cleaner, extractor and writer keep the contract of a stage."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from datetime import UTC, datetime
from hashlib import sha256

import asyncpg
import pytest
from pydantic import PostgresDsn, Secret

from services.cleaner.stage import CLEANER
from services.extractor.stage import EXTRACTOR
from services.writer.stage import WRITER
from shared import ids
from shared.bus.api import Message
from shared.bus.codec import encode
from shared.events import (
    ARTICLES_CLEANED,
    PAGES_FETCHED,
    ArticleCleaned,
    ArticleDiscarded,
    PageFetched,
)
from shared.settings import Settings, StageSettings
from tests.conformance.stage.contract import ListeningBus, StageContract

AT = datetime(2024, 1, 5, 8, tzinfo=UTC)
URL = "https://so-mau.example/tin-tuc/viec-lam-2023.html"
TITLE = "Kết quả giải quyết việc làm năm 2023"
LEAD = (
    "Năm 2023, tỉnh Bắc Ninh giải quyết việc làm cho 28.500 lao động, "
    "trong đó đưa 1.200 lao động đi làm việc ở nước ngoài theo hợp đồng."
)
TEXT = f"{TITLE}\n\n{LEAD}"
PAGE = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{TITLE}</title></head><body>
<div id="header"><a href="/">Trang chủ</a></div><div class="news_column"><h1>{TITLE}</h1><div class="bodytext">
<p>{LEAD}</p><p>Sở sẽ tiếp tục tổ chức các phiên giao dịch việc làm, hỗ trợ người lao động vay vốn và học nghề,
gắn đào tạo với nhu cầu của doanh nghiệp trên địa bàn.</p></div></div></body></html>"""


def page(body: str) -> Message:
    raw = body.encode()
    digest = sha256(raw).hexdigest()
    fetched = PageFetched.model_validate(
        {
            "page_id": ids.page_id(URL, digest),
            "article_id": ids.article_id(URL),
            "url": URL,
            "canonical_url": URL,
            "portal": "so-mau",
            "area": "63-27",
            "fetched_at": AT,
            "status": 200,
            "content_type": "text/html; charset=utf-8",
            "body": b64encode(raw),
            "body_sha256": digest,
        }
    )
    return encode(fetched, source="test", at=AT)


def cleaned(text: str) -> Message:
    article = ArticleCleaned(
        page_id="p1",
        article_id=ids.article_id(URL),
        revision=ids.revision_id(text),
        revised_at=AT,
        url=URL,
        canonical_url=URL,
        portal="so-mau",
        area="63-27",
        title=TITLE,
        text=text,
        published=AT,
        method="text",
        method_confidence=1,
        simhash="0123456789abcdef",
    )
    return encode(article, source="test", at=AT)


DISCARDED = encode(
    ArticleDiscarded(page_id="p2", article_id="a2", url=URL, portal="so-mau", fetched_at=AT, reason="listing"),
    source="test",
    at=AT,
)
NO_JSON = Message(ARTICLES_CLEANED, b"a3", b"{no json", (("ce_type", ArticleCleaned.TYPE.encode()), ("x", b"\xff")))


class TestCleaner(StageContract):
    stage = CLEANER
    good = page(PAGE)
    discarded = page("<html><body></body></html>")
    poison = Message(PAGES_FETCHED, b"a3", b"{no json", (("ce_type", PageFetched.TYPE.encode()), ("x", b"\xff")))


class TestExtractor(StageContract):
    stage = EXTRACTOR
    good = cleaned(TEXT)
    discarded = DISCARDED
    poison = NO_JSON


@pytest.mark.servers
class TestWriter(StageContract):
    stage = WRITER
    good = cleaned(TEXT)
    discarded = DISCARDED
    poison = NO_JSON

    @pytest.fixture
    def settings(self, postgres_dsn: str) -> Settings:
        return Settings(
            _env_file=None,
            stage=StageSettings(dead_letter_share_max=1),
            database_url=Secret(PostgresDsn(postgres_dsn)),
        )

    async def effects(self, bus: ListeningBus, settings: Settings) -> Counter[object]:
        """Every row of the tables that the writer fills."""
        assert settings.database_url is not None
        connection = await asyncpg.connect(str(settings.database_url.get_secret_value()))
        try:
            rows: Counter[object] = Counter()
            for table in ("portal", "article", "revision", "page", "observation", "dead_letter"):
                found = await connection.fetch(f"SELECT to_jsonb(row)::text AS row FROM {table} row")
                rows.update((table, row["row"]) for row in found)
            return rows
        finally:
            await connection.close()
