"""TLS as strict as a portal allows. The default is the system's full verification; there is no global switch-off."""

from __future__ import annotations

import ssl
from functools import lru_cache
from typing import Final

from services.crawler.portals import Tls

_NO_CHECK_TIME: Final = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which Python does not name."""


@lru_cache(maxsize=512)
def strict_context(tls: Tls) -> ssl.SSLContext:
    """Full verification, against the system's authorities and the one that the entry names."""
    context = ssl.create_default_context()
    if tls.ca:
        context.load_verify_locations(cafile=tls.ca)
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # an intermediate named by hand is trusted itself
    return context


@lru_cache(maxsize=512)
def relaxed_context(tls: Tls) -> ssl.SSLContext:
    """Verification without what the entry allows to fail, and nothing more."""
    context = ssl.create_default_context()
    if tls.ca:
        context.load_verify_locations(cafile=tls.ca)
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if "host_name" in tls.allow or "untrusted" in tls.allow:
        context.check_hostname = False
    if "untrusted" in tls.allow:
        context.verify_mode = ssl.CERT_NONE
    if "expired" in tls.allow:
        context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
    if "legacy" in tls.allow:
        # OpenSSL 3 refuses old renegotiation and keys below 112 bits, which old government servers have.
        context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context
