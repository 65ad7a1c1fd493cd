"""Ways in that a link, a redirect or a name server could open to what is not the open Internet: all refused."""

from __future__ import annotations

import socket

import pytest

from services.crawler.addresses import AddressPolicy, GuardedResolver, RefusedAddress

POLICY = AddressPolicy()

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1",
    "169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "192.0.0.192", "198.18.0.1", "192.0.2.1",
    "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "168.63.129.16",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:db8::1", "2001:0:7f00:1::", "100::1", "fec0::1",
]  # fmt: skip
PUBLIC = ["113.160.92.202", "203.162.4.190", "2405:4800::1", "8.8.8.8"]

URLS = [
    "http://127.0.0.1/", "http://127.0.0.1:8080/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
    "http://169.254.169.254/latest/meta-data/", "http://[fe80::1%25eth0]/", "https://10.1.2.3/",
    "file:///etc/passwd", "gopher://a.example/", "ftp://a.example/", "dict://a.example:11211/", "javascript:alert(1)",
    "http://user@a.example/", "http://a.example@127.0.0.1/", "http://a.example:22/", "http://a.example:25/",
    "http:///x", "//a.example/", "http://a.example:99999/", "http://[::1/",
]  # fmt: skip

NAMES = [  # what getaddrinfo makes an address of, though it looks like none
    "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x7f.1", "0", "017700000001",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_refused(address: str) -> None:
    with pytest.raises(RefusedAddress):
        POLICY.check(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_not(address: str) -> None:
    POLICY.check(address)


@pytest.mark.parametrize("url", URLS)
def test_addresses_of_other_things_are_refused(url: str) -> None:
    with pytest.raises(RefusedAddress):
        POLICY.check_url(url)


@pytest.mark.parametrize("name", NAMES)
async def test_names_that_mean_this_machine_are_refused(name: str) -> None:
    try:
        socket.getaddrinfo(name, 80)
    except socket.gaierror:
        pytest.skip("this system's resolver does not know the form")
    with pytest.raises(RefusedAddress):
        await GuardedResolver(POLICY).resolve(name, 80)


@pytest.mark.parametrize("answers", [["10.0.0.1"], ["113.160.92.202", "127.0.0.1"], ["::1", "2405:4800::1"], ["no-ip"]])
async def test_a_name_is_refused_if_one_of_its_addresses_is(answers: list[str]) -> None:
    async def lookup(host: str) -> list[str]:
        return answers

    with pytest.raises(RefusedAddress):
        await GuardedResolver(POLICY, lookup).resolve("portal.example", 80)


async def test_the_connection_goes_to_the_address_that_was_judged() -> None:
    """A name server that changes its answer (DNS rebinding) is asked once: what it said then is what is used."""
    answers = iter([["113.160.92.202"], ["127.0.0.1"]])

    async def lookup(host: str) -> list[str]:
        return next(answers)

    found = await GuardedResolver(POLICY, lookup).resolve("portal.example", 443)
    assert [(each["host"], each["port"]) for each in found] == [("113.160.92.202", 443)]
    assert found[0]["flags"] & socket.AI_NUMERICHOST


def test_only_what_a_setting_names_is_allowed() -> None:
    policy = AddressPolicy.of(["127.0.0.0/8"])
    policy.check_url("http://127.0.0.1:8080/")
    for address in ("10.0.0.1", "::1", "169.254.169.254"):
        with pytest.raises(RefusedAddress):
            policy.check(address)
    with pytest.raises(ValueError, match="not-a-network"):
        AddressPolicy.of(["not-a-network"])
