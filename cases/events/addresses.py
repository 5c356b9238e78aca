"""Where events may go: an address is checked, and the address that was checked is the one connected to.

A name is resolved once for an attempt. If it resolves to anything inside (this machine, the private network, the
cloud's metadata service), nothing is sent: a subscription must not be a way to reach what only we can reach.
"""

import ipaddress
import queue
import socket
import threading
from collections.abc import Callable, Sequence

from cases.errors import CaseError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Sequence[str]]
"""Host and port to addresses, as text; raises OSError where the name has none."""

_METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "169.254.169.254",
        "169.254.170.2",
        "fd00:ec2::254",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
    )
)
"""Metadata services of AWS (also for containers), Google, Azure, Alibaba and Oracle. No setting allows them."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_TUNNELS = tuple(
    ipaddress.IPv6Network(text) for text in ("2002::/16", "2001::/32", "::/96", "64:ff9b:1::/48")
)
"""6to4, Teredo, IPv4-compatible, local NAT64: they carry IPv4 addresses that nobody sees; no receiver needs them."""


class AddressRefusedError(CaseError):
    """The host resolves to an address that events may not go to, or to none in time."""

    code = "address_refused"


class AddressGuard:
    """Gives the addresses of a host, if events may go to all of them."""

    def __init__(self, allowed: Sequence[Network] = (), resolve: Resolve | None = None) -> None:
        self._allowed = tuple(allowed)
        self._resolve = resolve or resolve_name

    def addresses(self, host: str, port: int, *, seconds: float, encrypted: bool) -> tuple[Address, ...]:
        """The addresses to connect to, in the resolver's order, each once.

        Args:
            seconds: to wait for the resolver.
            encrypted: False for ``http://``, which is for allowed networks alone.

        Raises:
            AddressRefusedError: one of them is not allowed (all are refused: the others may be bait), or none came.
        """
        found = _in_time(lambda: self._resolve(host, port), seconds)
        try:
            parsed = tuple(dict.fromkeys(_unwrapped(text) for text in found))
        except ValueError:
            raise AddressRefusedError("the name resolves to what is no address") from None
        if not parsed:
            raise AddressRefusedError("the name has no address")
        for address in parsed:
            if not self._may(address, encrypted):
                raise AddressRefusedError("the name resolves to an address that is not allowed")
        return parsed

    def _may(self, address: Address, encrypted: bool) -> bool:
        if address in _METADATA:
            return False
        if any(address.version == network.version and address in network for network in self._allowed):
            return True
        return encrypted and is_public(address)


def is_public(address: Address) -> bool:
    """Tell whether an address is of the open internet: one machine's, and none that stands for another."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _behind(address)
        if inner is not None:
            return is_public(inner)
        if any(address in network for network in _TUNNELS):
            return False
    inside = address.is_private or address.is_loopback or address.is_link_local or address.is_unspecified
    return address.is_global and not (inside or address.is_multicast or address.is_reserved)


def resolve_name(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(place[0]) for *_, place in found]


def _unwrapped(text: str) -> Address:
    """The address itself, where one of IPv6 only stands for one of IPv4."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.scope_id is not None:
        raise ValueError("an address with a scope is of this link")
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    inner = _behind(address)
    return inner if inner is not None and (inner in _METADATA or not is_public(inner)) else address


def _behind(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a NAT64 gateway would turn this one into."""
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None


def _in_time(resolve: Callable[[], Sequence[str]], seconds: float) -> Sequence[str]:
    """The answer of a resolver, which knows no time limit of its own: it is left behind when it takes too long."""
    answers: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve())
        except (OSError, UnicodeError):
            answers.put(())

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        return answers.get(timeout=max(0.0, seconds))
    except queue.Empty:
        raise AddressRefusedError("the name was not resolved in time") from None
