"""Which network addresses may be spoken to: the guard against server-side request forgery.

A link or redirect of a portal is written by strangers. Names are looked up once, every answer is judged, and the
connection goes to the judged address itself (aiohttp connects to what the resolver returns), so a name that changes its
mind between look-up and connection (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, Protocol
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PORTS: Final = (80, 443)
"""Of the ports below 1024 only these are the web's; portals also run on 8080 and the like."""
_METADATA: Final = frozenset({IPv4Address("168.63.129.16"), IPv4Address("100.100.100.200")})
"""Clouds' metadata services at addresses that look public (Azure, Alibaba); the others are link-local."""
_SPECIAL: Final = tuple(
    ip_network(text)
    for text in ("192.0.0.0/24", "192.88.99.0/24", "fec0::/10", "2001::/23", "100::/64", "5f00::/16", "3fff::/20")
)
"""Of IANA's special-purpose registries what Python's `is_global` lets through in one version or another."""
_EMBEDDING: Final = (  # IPv6 prefixes that carry an IPv4 address, and how many bits stand behind it
    (IPv6Network("::ffff:0:0/96"), 0),
    (IPv6Network("::/96"), 0),
    (IPv6Network("64:ff9b::/96"), 0),
    (IPv6Network("64:ff9b:1::/48"), 0),
    (IPv6Network("2002::/16"), 80),
)


class RefusedAddress(Exception):
    """The address is none of the open Internet's, or not http(s). The message says which and why."""


class Lookup(Protocol):
    async def __call__(self, host: str) -> list[str]:
        """IP addresses of `host` as text. Raises OSError where there are none."""
        ...


async def system_lookup(host: str) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    allowed: tuple[Network, ...] = ()
    """Private networks that may be reached all the same: by an explicit setting, for the sample portals and tests."""

    @classmethod
    def of(cls, networks: Iterable[str]) -> AddressPolicy:
        """Raises ValueError where one is no network."""
        return cls(tuple(ip_network(network) for network in networks))

    def check(self, address: str) -> None:
        """Raises RefusedAddress unless `address` (an IP) is a public unicast one or allowed."""
        try:
            ip = ip_address(address.split("%")[0])
        except ValueError:
            raise RefusedAddress(f"{address} is no IP address") from None
        if any(ip.version == network.version and ip in network for network in self.allowed):
            return
        for candidate in (ip, *_embedded(ip)):
            if not _is_public(candidate):
                raise RefusedAddress(f"{address} is not on the open Internet")

    def check_url(self, url: str) -> None:
        """Raises RefusedAddress for another scheme, a user name, a port of another service, or a bare IP that `check`
        refuses. What a name resolves to is checked when it is looked up."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise RefusedAddress("the address can't be read") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise RefusedAddress(f"{parts.scheme or 'no scheme'}: only http and https are spoken")
        if "@" in parts.netloc:
            raise RefusedAddress("the address bears a user name")
        if port is not None and port not in PORTS and port < 1024:
            raise RefusedAddress(f"port {port} is not the web's")
        try:
            literal = ip_address(parts.hostname.split("%")[0])
        except ValueError:
            return
        self.check(str(literal))


class GuardedResolver(AbstractResolver):
    """aiohttp's resolver that gives checked addresses only: if one of a name's is refused, all are."""

    def __init__(self, policy: AddressPolicy, lookup: Lookup = system_lookup) -> None:
        self._policy, self._lookup = policy, lookup

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        """Raises RefusedAddress, and OSError where the name isn't known."""
        found = await self._lookup(host)
        if not found:
            raise OSError(f"{host} has no address")
        for address in found:
            self._policy.check(address)
        return [_result(host, address, port) for address in found]

    async def close(self) -> None: ...


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=flags)


def _is_public(ip: Address) -> bool:
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip in _METADATA:
        return False
    return not any(ip.version == network.version and ip in network for network in _SPECIAL)


def _embedded(ip: Address) -> list[IPv4Address]:
    """IPv4 addresses that a tunnel or translator would reach for `ip`."""
    if isinstance(ip, IPv4Address):
        return []
    found = [IPv4Address(int(ip) >> bits & 0xFFFFFFFF) for network, bits in _EMBEDDING if ip in network]
    return [*found, *(ip.teredo or ())]
