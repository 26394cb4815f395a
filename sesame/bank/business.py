"""The business site and the certificate issuing service beside the bank's other pages: a TLS server of its own."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import ASGIApp

    from bank.books.store_sql import SqlStore
    from bank.esecure.frame import EsecureFrame
    from sesame.bank.address import BusinessPlace

BUSINESS_PORT: Final = 8037


def find_business(
    store: "SqlStore", arguments: argparse.Namespace, hosts: frozenset[str], *, own_address: bool = False
) -> "BusinessPlace":
    """Listen for business customers, who are asked for certificates of these books' authority. Raises ServingError,
    StateError."""
    from sesame.bank.address import bind_business  # noqa: PLC0415 - a web server's libraries

    authorities = tell_authorities(store)
    return bind_business(arguments, (hosts, own_address), authorities, BUSINESS_PORT)


def tell_authorities(store: "SqlStore") -> bytes:
    """Whose certificates customers have, in PEM, as the books have it now: after `sesame bank reset` they are others.
    Raises StateError."""
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - a bank's libraries

    from bank.pki.authority import read_chain  # noqa: PLC0415

    return b"".join(each.public_bytes(Encoding.PEM) for each in read_chain(store))


def authorities_now(store: "SqlStore") -> bytes | None:
    """The same; None while the books cannot be asked."""
    from bank.errors import StateError  # noqa: PLC0415 - a bank's libraries

    try:
        return tell_authorities(store)
    except StateError:
        return None


def frame_keys(store: "SqlStore", url: str) -> "EsecureFrame":
    """The access keys over these books. `url`: of the pages below which others learn what was revoked."""
    from bank.esecure.frame import EsecureFrame  # noqa: PLC0415 - a bank's libraries
    from bank.pki.making import Whereabouts  # noqa: PLC0415
    from bank.web.est.standing import PATH  # noqa: PLC0415

    return EsecureFrame(store, Whereabouts(url.rstrip("/") + PATH))


def open_pki(frame: "EsecureFrame") -> "dict[str, ASGIApp]":
    """What was revoked, by the path that it is mounted at."""
    from bank.web.est.standing import PATH, open_standing  # noqa: PLC0415 - a web server's libraries

    return {PATH: open_standing(frame)}


@contextmanager
def serve_business(
    frame: "EsecureFrame", place: "BusinessPlace", state: "Path", *, proxied: bool = False
) -> Iterator[None]:
    """While the context lasts. `state`: where the keys' new programs lie."""
    from bank.web.sogecash.site import open_business  # noqa: PLC0415 - a web server's libraries
    from sesame.bank.updates import find_public  # noqa: PLC0415 - a bank's libraries
    from web.certified import Believed  # noqa: PLC0415
    from web.serving import CertifiedServer  # noqa: PLC0415

    believed = Believed(partial(authorities_now, frame.store))
    app = open_business(
        frame, place.hosts, own_address=place.own_address, front=place.front, updates=find_public(state)
    )
    app = believe_proxy(app) if proxied else app
    with CertifiedServer(app, place.listener, place.certificate, place.clients, believed).beside():
        yield


def believe_proxy(app: "ASGIApp") -> "ASGIApp":
    """Who asks, and by which scheme, as a proxy of this machine says it."""
    from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware  # noqa: PLC0415 - a web server's library

    # uvicorn's types for ASGI are narrower than Starlette's, and mean the same.
    return cast("ASGIApp", ProxyHeadersMiddleware(cast("Any", app), ["127.0.0.1", "::1"]))


@contextmanager
def business_beside(store: "SqlStore", url: str, arguments: argparse.Namespace) -> "Iterator[BusinessPlace]":
    """Where there is a page alone, for this machine alone: while the context lasts. Raises ServingError, StateError."""
    from web.guard import LOOPBACK  # noqa: PLC0415 - a web server's library

    here = {"listen": "127.0.0.1", "business_port": None, "behind_proxy": False, "state": arguments.state}
    place = find_business(store, argparse.Namespace(**here), LOOPBACK)
    with serve_business(frame_keys(store, url), place, arguments.state):
        yield place
