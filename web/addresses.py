"""Under which addresses and names other machines find this one."""

import ipaddress
import re
import socket
from contextlib import suppress
from typing import Final

DOCUMENTED: Final = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
"""Addresses that lead nowhere (RFC 5737, RFC 3849): what a packet to one would leave by is asked, none is sent."""

HOST_NAME: Final = re.compile(r"[0-9A-Za-z]([0-9A-Za-z-]{0,61}[0-9A-Za-z])?")


def list_addresses() -> tuple[str, ...]:
    """This machine's own addresses towards its network, as text; none without a network."""
    return tuple(address for family, far in DOCUMENTED if (address := _own_address(family, far)))


def local_name() -> str:
    """What this machine is called on its network by multicast DNS (RFC 6762), or nothing."""
    name = socket.gethostname().partition(".")[0].lower()
    return f"{name}.local" if HOST_NAME.fullmatch(name) and name != "localhost" else ""


def as_host(address: str) -> str:
    """An address or name as it stands in a URL and in a Host header: IPv6 in brackets (RFC 3986, 3.2.2)."""
    return f"[{address}]" if ":" in address else address


def is_loopback(address: str) -> bool:
    """Whether only this machine can have sent from that address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def _own_address(family: socket.AddressFamily, far: str) -> str:
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asking:
        asking.connect((far, 9))
        own = ipaddress.ip_address(asking.getsockname()[0].partition("%")[0])
        return "" if own.is_unspecified or own.is_loopback or own.is_link_local else str(own)
    return ""
