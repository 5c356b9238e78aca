"""Where events may go: the open internet, and the networks that the operator allows; never a metadata service."""

import ipaddress
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.events.addresses import AddressGuard, AddressRefusedError, is_public

PUBLIC4, PUBLIC6 = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"


def guard(*found: str, allowed: tuple[str, ...] = ()) -> AddressGuard:
    return AddressGuard([ipaddress.ip_network(text) for text in allowed], lambda host, port: found)


def ask(made: AddressGuard, *, encrypted: bool = True) -> list[str]:
    return [str(a) for a in made.addresses("desk.example", 443, seconds=2, encrypted=encrypted)]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192",
        "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
        "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "::127.0.0.1", "fe80::1%eth0",
    ],
)  # fmt: skip
def test_what_is_inside_is_refused(address: str):
    with pytest.raises(AddressRefusedError):
        ask(guard(address))


@pytest.mark.parametrize(
    "address",
    [PUBLIC4, PUBLIC6, "172.15.0.1", "172.32.0.1", "100.63.0.1", "169.253.0.1", "64:ff9b::5db8:d70e"],
)
def test_what_is_outside_is_allowed(address: str):
    assert ask(guard(address)) == [address]


def test_one_bad_address_among_good_ones_refuses_all():
    with pytest.raises(AddressRefusedError):
        ask(guard(PUBLIC4, "10.0.0.7"))


def test_a_name_without_address_is_refused():
    with pytest.raises(AddressRefusedError):
        ask(guard())
    with pytest.raises(AddressRefusedError):
        ask(guard("no address"))

    def fails(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(AddressRefusedError):
        AddressGuard((), fails).addresses("x", 1, seconds=1, encrypted=True)


def test_allowed_networks_open_that_network_alone():
    made = ("10.20.0.0/16", "::1/128")
    assert ask(guard("10.20.3.4", allowed=made)) == ["10.20.3.4"]
    assert ask(guard("::ffff:10.20.3.4", allowed=made)) == ["10.20.3.4"]
    for address in ("10.21.0.1", "127.0.0.1"):
        with pytest.raises(AddressRefusedError):
            ask(guard(address, allowed=made))


def test_no_setting_opens_a_metadata_service():
    with pytest.raises(AddressRefusedError):
        ask(guard("169.254.169.254", allowed=("169.254.0.0/16",)))
    with pytest.raises(AddressRefusedError):
        ask(guard("::ffff:169.254.169.254", allowed=("169.254.0.0/16",)))


def test_without_encryption_only_allowed_networks():
    assert ask(guard("10.20.3.4", allowed=("10.20.0.0/16",)), encrypted=False) == ["10.20.3.4"]
    with pytest.raises(AddressRefusedError):
        ask(guard(PUBLIC4, allowed=("10.20.0.0/16",)), encrypted=False)


def test_a_resolver_that_hangs_is_left_behind():
    end = threading.Event()

    def hangs(host: str, port: int) -> list[str]:
        end.wait(5)
        return [PUBLIC4]

    began = time.monotonic()
    with pytest.raises(AddressRefusedError, match="in time"):
        AddressGuard((), hangs).addresses("x", 1, seconds=0.1, encrypted=True)
    assert time.monotonic() - began < 2
    end.set()


@given(st.ip_addresses(v=4))
def test_an_address_in_the_clothes_of_ipv6_fares_as_it_does_itself(address: ipaddress.IPv4Address):
    mapped = f"::ffff:{address}"
    nat = str(ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) + int(address)))
    expected = is_public(address) and str(address) not in ("168.63.129.16",)
    for text in (mapped, nat):
        try:
            ask(guard(text))
            passed = True
        except AddressRefusedError:
            passed = False
        assert passed <= expected, (text, address)
        if text == mapped:
            assert passed == expected
