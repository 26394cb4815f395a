"""Mutual TLS for a page that says itself what is wrong with a certificate.

The server asks for a certificate and takes none, too; one that is over its time comes through as well, so that a page
can say so, and one of a foreign authority does not: OpenSSL ends the handshake, since Python has no other way to let it
through (a front such as nginx has). That the client has the key is proved in either case. What the certificate is worth
is the application's to judge.

The application finds it where ASGI's TLS extension has it (asgi.readthedocs.io, "TLS Extension"): uvicorn 0.54 does not
fill that in.
"""

import asyncio
import ssl
from collections.abc import Callable
from concurrent.futures import Future, wait
from pathlib import Path
from threading import Thread
from typing import Any, Final

import uvicorn
from starlette.types import Receive, Scope, Send

from web.bounds import BoundedConnection

NO_CHECK_TIME: Final = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME (OpenSSL, x509_vfy.h), which the module `ssl` has no name for."""

PATIENCE_S: Final = 0.2
"""How long a handshake, and with it the whole server, waits to be told who is believed, in seconds: books that are well
take a hundredth of that."""


class CertifiedConnection(BoundedConnection):
    """A connection that puts the client's certificate into every request's scope."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """asyncio: it is there, and so is its handshake."""
        shown, inner = _shown(transport.get_extra_info("ssl_object")), self.app

        async def certified(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})["tls"] = shown
            await inner(scope, receive, send)

        if shown:
            self.app = certified
        super().connection_made(transport)


class Believed:
    """The authorities whose clients come through, as `now` tells them in PEM at each handshake (None: not now): they
    may be others while the server runs. Those of before stay; what a certificate is worth is the application's to
    judge.

    OpenSSL asks in the middle of a handshake, on the server's one loop. So another thread asks, and the loop waits for
    `patience_s` at most; a question that was not answered in time is waited for by no handshake any more, and what is
    told in the end counts from the next one on. Books that hang cost the server one such wait.
    """

    def __init__(self, now: Callable[[], bytes | None], patience_s: float = PATIENCE_S) -> None:
        self._now, self._known = now, b""
        self._patience_s = patience_s
        self._asked: Future[bytes | None] | None = None

    def renew(self, context: ssl.SSLContext) -> None:
        """Add those that are new. Where they cannot be told, those of before are enough for this handshake."""
        self._take_answer(context)
        if self._asked is None:
            self._asked = _ask_beside(self._now)
            wait((self._asked,), self._patience_s)
            self._take_answer(context)

    def _take_answer(self, context: ssl.SSLContext) -> None:
        """Once."""
        if self._asked is None or not self._asked.done():
            return
        asked, self._asked = self._asked, None
        told = asked.result()
        if told and told != self._known:
            context.load_verify_locations(cadata=told.decode("ascii"))
            self._known = told


def _ask_beside(question: Callable[[], bytes | None]) -> "Future[bytes | None]":
    """In a thread that keeps nobody from ending: who asks a server that hangs may wait for ever."""
    asked: Future[bytes | None] = Future()

    def ask() -> None:
        try:
            asked.set_result(question())
        except Exception as error:  # whoever waits is told
            asked.set_exception(error)

    Thread(target=ask, name="authorities", daemon=True).start()
    return asked


def ask_for_certificates(config: uvicorn.Config, clients: Path, believed: Believed | None = None) -> None:
    """Have a TLS server ask its clients. No session is resumed: who has pulled the key must show it anew."""
    config.ssl_ca_certs = str(clients)
    config.ssl_cert_reqs = ssl.CERT_OPTIONAL
    config.load()
    context = config.ssl
    assert context is not None
    context.verify_flags |= NO_CHECK_TIME
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if believed:
        # OpenSSL calls it at every ClientHello, with a name or without (SSL_CTX_set_tlsext_servername_callback).
        context.sni_callback = lambda _tls, _name, own: believed.renew(own)


def certificate_of(scope: Scope) -> bytes | None:
    """The certificate, DER, that the client of this request has shown and has the key of; None where it has not."""
    chain = scope.get("extensions", {}).get("tls", {}).get("client_cert_chain", ())
    return ssl.PEM_cert_to_DER_cert(chain[0]) if chain else None


def _shown(tls: ssl.SSLObject | None) -> dict[str, Any]:
    """The extension's part of a scope; empty without TLS."""
    if tls is None:
        return {}
    octets = tls.getpeercert(binary_form=True)
    return {
        "server_cert": None,
        "client_cert_chain": [ssl.DER_cert_to_PEM_cert(octets)] if octets else [],
        "client_cert_name": None,
        "client_cert_error": None,
        "tls_version": {"TLSv1.2": 0x0303, "TLSv1.3": 0x0304}.get(tls.version() or ""),
        "cipher_suite": None,
    }
