"""How each client reaches the brokers: addresses, TLS, login. One place, so that no client differs."""

from __future__ import annotations

import ssl
from typing import Any

from shared.errors import SolieuError
from shared.settings import KafkaSettings


def connection(kafka: KafkaSettings) -> dict[str, Any]:
    """The arguments that aiokafka's consumer, producer and admin client share.

    Raises SolieuError kafka-tls where a named file is missing or holds no PEM."""
    transport = "SSL" if kafka.tls else "PLAINTEXT"
    given: dict[str, Any] = {"bootstrap_servers": kafka.bootstrap_servers, "security_protocol": transport}
    if kafka.tls:
        given["ssl_context"] = _context(kafka)
    if kafka.username is not None and kafka.password is not None:
        given |= {
            "security_protocol": f"SASL_{transport}",
            "sasl_mechanism": kafka.login,
            "sasl_plain_username": kafka.username,  # aiokafka's name for SCRAM's too
            "sasl_plain_password": kafka.password.get_secret_value(),
        }
    return given


def _context(kafka: KafkaSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=kafka.tls_ca)
        if kafka.tls_certificate:
            context.load_cert_chain(kafka.tls_certificate)
    except (OSError, ssl.SSLError) as error:
        raise SolieuError(
            "kafka-tls",
            f"no certificate can be read from {kafka.tls_ca or ''} {kafka.tls_certificate or ''}: {error}",
            "name PEM files in SOLIEU_KAFKA__TLS_CA and SOLIEU_KAFKA__TLS_CERTIFICATE (certificate and key in one)",
        ) from error
    return context
