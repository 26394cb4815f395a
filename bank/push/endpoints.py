"""Which addresses a bank posts to: a browser names its push service, and anybody may be the browser.

So that nobody makes the bank ask its own network (server-side request forgery), an endpoint is https, at the usual
port, of a service on the list, and its name leads to public addresses only; the address that was judged is the one
that is connected to. The demonstration's own push service is reached by a detour that whoever starts the bank names.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, urlsplit

from bank.push.ports import LONGEST_ENDPOINT, SubscriptionError

PUSH_SERVICES: Final = (
    "fcm.googleapis.com",
    "jmt17.google.com",
    "*.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
)
"""Chromium's (the second for builds outside its channels, as Debian's), Firefox's, Safari's and Edge's. `*.`: every
name below."""

HTTPS_PORT: Final = 443


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: the origin it is for, host and port to connect to, the path, and whether over TLS.

    `own`: a detour to this machine.
    """

    origin: str
    host: str
    port: int
    path: str = field(repr=False)
    tls: bool = True
    own: bool = False


@dataclass(frozen=True, slots=True)
class EndpointPolicy:
    """`services`: whose endpoints are taken. `detours`: by a service's host, the port on loopback where the
    demonstration's push service stands in for it, without TLS."""

    services: tuple[str, ...] = PUSH_SERVICES
    detours: Mapping[str, int] = field(default_factory=dict)

    def find_target(self, endpoint: str) -> Target:
        """Where to post for that endpoint. Raises SubscriptionError, which says what is wrong with it."""
        parts = _split(endpoint)
        host = (parts.hostname or "").lower()
        if not any(_is_service(host, each) for each in self.services):
            raise SubscriptionError("endpoint: of no push service that this bank knows")
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        origin = f"https://{host}"
        if host in self.detours:
            return Target(origin, "127.0.0.1", self.detours[host], path, tls=False, own=True)
        return Target(origin, host, HTTPS_PORT, path)


def choose_address(addresses: Iterable[str]) -> str:
    """The first of the addresses a name leads to; every one must be public. Raises SubscriptionError."""
    found = list(addresses)
    if not found or not all(is_public(each) for each in found):
        raise SubscriptionError("endpoint: its name leads to an address that is not public")
    return found[0]


def is_public(address: str) -> bool:
    """Whether that address is for everybody: not loopback, private, link-local, shared, multicast or reserved, and not
    an IPv4 address of such a kind written as IPv6 (mapped, 6to4, Teredo, NAT64)."""
    try:
        one = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(one, ipaddress.IPv6Address):
        inside = [one.ipv4_mapped, one.sixtofour, *(one.teredo or ()), _behind_nat64(one)]
        if any(each is not None for each in inside):
            return False
    return one.is_global and not one.is_multicast


def _behind_nat64(one: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """RFC 6052, 2.1."""
    return ipaddress.IPv4Address(int(one) & 0xFFFFFFFF) if one in ipaddress.ip_network("64:ff9b::/96") else None


def _split(endpoint: str) -> SplitResult:
    if not (endpoint.isascii() and endpoint.isprintable() and " " not in endpoint):
        raise SubscriptionError("endpoint: no address")
    if len(endpoint) > LONGEST_ENDPOINT:
        raise SubscriptionError(f"endpoint: longer than {LONGEST_ENDPOINT} signs")
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError as cause:
        raise SubscriptionError("endpoint: no address") from cause
    plain = parts.scheme == "https" and port in (None, HTTPS_PORT) and "@" not in parts.netloc
    if not plain or "#" in endpoint or "\\" in endpoint or not parts.path.startswith("/"):
        raise SubscriptionError("endpoint: an https address at the usual port, without a user or a fragment")
    return parts


def _is_service(host: str, service: str) -> bool:
    return host.endswith(service[1:]) if service.startswith("*.") else host == service
