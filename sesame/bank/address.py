"""Where `sesame bank serve` listens, what it is called there, and the certificate it shows."""

import argparse
import ipaddress
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bank.files import read_private, write_private
from sesame.exits import CommandError, Exit
from web.addresses import as_host, list_addresses, local_name
from web.guard import LOOPBACK
from web.serving import ADDRESS, bind_listener, url_of
from web.tls import Identity, can_name, fingerprint_of, is_usable, make_certificate, make_root

FOLDER: Final = "tls"
ROOT: Final = "root.crt"
ROOT_KEY: Final = "root.key"
SERVER: Final = "server.pem"
BUSINESS: Final = "business.pem"
CLIENTS: Final = "clients.pem"
FRONT: Final = "front.conf"


@dataclass(frozen=True, slots=True)
class Place:
    """What a server is told of its address; every worker has the same. `certificate`: the PEM file, for TLS."""

    listeners: Sequence[socket.socket] = field(repr=False)
    url: str
    local_url: str
    hosts: frozenset[str]
    open_to_network: bool
    certificate: Path | None
    root: bytes
    fingerprint: str


def bind_place(arguments: argparse.Namespace, usual: int) -> Place:
    """Listen as the options say. Raises ServingError, StateError, CommandError."""
    wanted = _address(arguments.listen)
    outside = not wanted.is_loopback
    names = _names(wanted, only_private=arguments.tls) if outside else ()
    scheme = "https" if arguments.tls else "http"
    certificate, root = _certificate(arguments.state, names) if arguments.tls else (None, b"")
    first = names[0] if names else ADDRESS
    listeners = _listeners(arguments.port, usual, str(wanted))  # last: nothing after it can fail and leave it open
    return Place(
        listeners=listeners,
        url=url_of(listeners[0], first, scheme),
        local_url=url_of(listeners[0], ADDRESS, scheme),
        hosts=LOOPBACK | {as_host(name) for name in names} | {name.lower() for name in arguments.host},
        open_to_network=outside,
        certificate=certificate,
        root=root,
        fingerprint=fingerprint_of(root) if root else "",
    )


@dataclass(frozen=True, slots=True)
class BusinessPlace:
    """Where the business site and the certificate issuing service are, by TLS always: a server of its own, since it
    asks every visitor for a certificate. `clients`: the file with the authorities of those. `front`: the secret by
    which a front that ends TLS before this server proves itself, which stands in the file FRONT; none without one."""

    listener: socket.socket = field(repr=False)
    url: str
    hosts: frozenset[str]
    own_address: bool
    certificate: Path
    clients: Path
    root: Path
    front: str = field(repr=False)


def bind_business(
    arguments: argparse.Namespace, answers: tuple[frozenset[str], bool], authorities: bytes, usual: int
) -> BusinessPlace:
    """Listen beside the other pages. `answers`: to which names, and whether to the machine's own address;
    `authorities`: PEM. Raises ServingError, StateError."""
    wanted = _address(arguments.listen)
    names = _names(wanted, only_private=True) if not wanted.is_loopback else ()
    certificate, _ = _certificate(arguments.state, names, BUSINESS)
    folder = arguments.state / FOLDER
    write_private(folder / CLIENTS, authorities)
    front = _write_front(folder) if arguments.behind_proxy else ""
    listener = bind_listener(arguments.business_port, usual, str(wanted))
    return BusinessPlace(
        listener=listener,
        url=url_of(listener, names[0] if names else "localhost", "https"),
        hosts=answers[0],
        own_address=answers[1],
        certificate=certificate,
        clients=folder / CLIENTS,
        root=folder / ROOT,
        front=front,
    )


def _write_front(folder: Path) -> str:
    """A new secret, for nginx to include."""
    secret = secrets.token_hex(32)
    write_private(folder / FRONT, f'proxy_set_header X-Front-Secret "{secret}";\n'.encode())
    return secret


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        message = f"--listen takes an address of this machine, as 192.168.1.20, or nothing for all, not {text}"
        raise CommandError(Exit.USAGE, message) from None


def _listeners(port: int | None, usual: int, address: str) -> list[socket.socket]:
    """The one asked for, and loopback at the same port where that is another: commands of this machine come there."""
    first = bind_listener(port, usual, address)
    if ipaddress.ip_address(address).is_unspecified or address == ADDRESS:
        return [first]
    try:
        return [first, bind_listener(first.getsockname()[1], usual)]
    except BaseException:
        first.close()
        raise


def _names(wanted: ipaddress.IPv4Address | ipaddress.IPv6Address, *, only_private: bool) -> tuple[str, ...]:
    """What other machines can call it, the surest first: with a certificate of ours, what that can name."""
    found = list_addresses() if wanted.is_unspecified else (str(wanted),)
    usable = [each for each in found if wanted.version == 6 or ":" not in each]
    return tuple(name for name in (*usable, local_name()) if name and (can_name(name) or not only_private))


def _certificate(state: Path, names: Sequence[str], file: str = SERVER) -> tuple[Path, bytes]:
    """The server's certificate, new for this start, and the root that signs it, made at the first."""
    folder, now = state / FOLDER, datetime.now(UTC)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    root = _root(folder, now)
    made = make_certificate(root, ("localhost", ADDRESS, "::1", *names), now)
    write_private(folder / file, made.certificate + made.key)
    return folder / file, root.certificate


def _root(folder: Path, now: datetime) -> Identity:
    """The one that is there, unless its time is over."""
    certificate, key = read_private(folder / ROOT), read_private(folder / ROOT_KEY)
    if certificate and key and is_usable(Identity(certificate, key), now):
        return Identity(certificate, key)
    made = make_root(now)
    write_private(folder / ROOT_KEY, made.key)
    write_private(folder / ROOT, made.certificate)
    return made
