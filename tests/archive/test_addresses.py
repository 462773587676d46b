"""Which addresses are public: every special block, and what hides in others."""

import ipaddress

import pytest

from archive.addresses import find_literal, is_public

SPECIAL = """
    0.0.0.0 0.255.255.255 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.255
    169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.0.170 192.0.2.1 192.88.99.1
    192.168.0.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1
    255.255.255.255
    :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:7f00:1 64:ff9b::7f00:1
    64:ff9b:1::1 100::1 2001::1 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::1
    2002:a00:1:: 3fff::1 5f00::1 fc00::1 fdff::1 fe80::1 fe80::1%1 fec0::1 ff02::1 ff0e::1
"""
PUBLIC = """
    1.1.1.1 8.8.8.8 93.184.215.14 100.63.255.255 100.128.0.0 172.15.255.255 172.32.0.0
    192.0.1.1 198.17.255.255 223.255.255.255
    2606:4700:4700::1111 2a00:1450:4001:800::200e ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1
"""


@pytest.mark.parametrize("address", SPECIAL.split())
def test_special_addresses_are_refused(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC.split())
def test_public_addresses_are_not(address):
    assert is_public(ipaddress.ip_address(address))


def test_nothing_that_python_calls_private_is_public():
    for number in range(0, 1 << 32, (1 << 16) + 7):
        address = ipaddress.IPv4Address(number)
        if address.is_private or address.is_multicast or address.is_reserved:
            assert not is_public(address), address


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "localhost", "a.example"])
def test_odd_spellings_are_names_and_judged_by_what_they_resolve_to(host):
    assert find_literal(host) is None
