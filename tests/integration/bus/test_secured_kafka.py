"""The bus, the topics' command and the lag on a real broker that speaks TLS and wants a login."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from pydantic import Secret

from deploy.local.kafka import Node
from services.cleaner.stage import CLEANER
from services.console.lag import lags
from shared.bus import topics
from shared.bus.api import Message, Transient
from shared.bus.kafka import KafkaBus
from shared.errors import SolieuError
from shared.events import ARTICLES_CLEANED, PAGES_FETCHED
from shared.settings import KafkaSettings
from tests.fixtures.kafka import start

pytestmark = [pytest.mark.servers, pytest.mark.timeout(180)]

LOGIN = 'org.apache.kafka.common.security.plain.PlainLoginModule required username="us" password="ours"'


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaSettings]:
    folder = tmp_path_factory.mktemp("secured")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    certificate = authority.issue_cert("127.0.0.1")
    key = load_pem_private_key(certificate.private_key_pem.bytes(), None)
    store = folder / "broker.pem"  # Kafka wants the key as PKCS #8
    store.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    for link in certificate.cert_chain_pems:
        link.write_to_path(store, append=True)
    node = Node(
        folder / "kafka",
        listener="SASL_SSL",
        more=f"""
ssl.keystore.type=PEM
ssl.keystore.location={store}
ssl.truststore.type=PEM
ssl.truststore.location={folder / "ca.pem"}
sasl.enabled.mechanisms=PLAIN
sasl.mechanism.inter.broker.protocol=PLAIN
listener.name.sasl_ssl.plain.sasl.jaas.config={LOGIN} user_us="ours" user_solieu="bi\\u1ebft";
""",
    )
    start(node)
    yield KafkaSettings(
        bootstrap_servers=node.bootstrap_servers,
        tls=True,
        tls_ca=folder / "ca.pem",
        username="solieu",
        password=Secret("biết"),
        login="PLAIN",
    )
    node.stop()


async def test_what_is_sent_is_read_and_the_lag_is_told(secured: KafkaSettings) -> None:
    assert PAGES_FETCHED in await topics.create(secured)
    bus = KafkaBus(secured)
    producer = bus.producer()
    await producer.start()
    await (await producer.send(Message(PAGES_FETCHED, b"k", "số liệu".encode())))
    await producer.stop()
    assert (await lags([CLEANER], secured))["cleaner"] == 1
    consumer = bus.consumer("someone", [PAGES_FETCHED, ARTICLES_CLEANED])
    await consumer.start()
    values: list[bytes] = []
    async with asyncio.timeout(60):
        while not values:
            got = await consumer.fetch(wait_s=1, records_max=10)
            values = [record.value for records in got.values() for record in records]
    await consumer.stop()
    assert values == ["số liệu".encode()]


@pytest.mark.parametrize(
    "wrong",
    [{"password": Secret("đoán")}, {"tls_ca": None}, {"tls": False, "tls_ca": None, "login": "SCRAM-SHA-256"}],
    ids=["password", "authority", "plaintext"],
)
async def test_who_is_not_let_in_waits_and_is_told(secured: KafkaSettings, wrong: dict[str, object]) -> None:
    producer = KafkaBus(secured.model_copy(update=wrong)).producer()
    async with asyncio.timeout(60):
        with pytest.raises(Transient):
            await producer.start()


async def test_a_file_that_is_no_certificate_is_named(secured: KafkaSettings, tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("không có gì")
    for missing in (tmp_path / "none.pem", tmp_path / "absent.pem"):
        with pytest.raises(SolieuError, match=missing.name):
            await KafkaBus(secured.model_copy(update={"tls_ca": missing})).producer().start()
