"""The push service as a whole, on threads of its own: what a browser must be told to find it, and what went wrong."""

import asyncio
import base64
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate
from starlette.responses import PlainTextResponse

from simulator.push.line import PushLine
from simulator.push.mailboxes import Mailboxes
from simulator.push.site import PushSite
from web.serving import Server, bind_listener
from web.tls import Identity, make_certificate, make_root


@dataclass(frozen=True, slots=True)
class PushAddress:
    """Where it is: the ports of HTTP and of MCS on loopback, and the certificate's key by its SHA-256."""

    http_port: int
    line_port: int
    key_hash: str

    def list_switches(self) -> tuple[str, ...]:
        """What Chromium is started with, so that it comes here. Such switches are its own internals, seen in 156; it
        takes this certificate for good, and no other one that it would not take anyway."""
        return (
            f"--gcm-checkin-url=http://localhost:{self.http_port}/checkin",
            f"--gcm-registration-url=http://localhost:{self.http_port}/register",
            f"--gcm-mcs-endpoint=https://localhost:{self.line_port}",
            f"--ignore-certificate-errors-spki-list={self.key_hash}",
        )


@dataclass
class PushTwin:
    """A push service on this machine."""

    mailboxes: Mailboxes = field(default_factory=Mailboxes)

    def __post_init__(self) -> None:
        self.site = PushSite(self.mailboxes)

    @contextmanager
    def running(self) -> Iterator[PushAddress]:
        """Serve while the context lasts."""
        identity = make_certificate(make_root(datetime.now(UTC)), ("localhost",), datetime.now(UTC))
        listener = bind_listener(0, 0)
        with Server(self.site.make_app(), listener).beside(), self._holding_lines(identity) as port:
            yield PushAddress(listener.getsockname()[1], port, hash_key(identity))

    def answer_next(self, status: int, retry_after_s: int | None = None) -> None:
        """The next sender is told that instead."""
        headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
        self.site.troubles.append(PlainTextResponse("Told to say so.\n", status, headers))

    @contextmanager
    def _holding_lines(self, identity: Identity) -> Iterator[int]:
        loop, line = asyncio.new_event_loop(), PushLine(self.mailboxes)
        thread = threading.Thread(target=loop.run_forever, name="push lines", daemon=True)
        thread.start()
        server = asyncio.run_coroutine_threadsafe(line.listen(load_identity(identity)), loop).result()
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            loop.call_soon_threadsafe(server.close)
            asyncio.run_coroutine_threadsafe(line.hang_up(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


def load_identity(identity: Identity) -> ssl.SSLContext:
    """A server's context; OpenSSL reads certificates from files only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "identity.pem")
        file.touch(0o600)
        file.write_bytes(identity.certificate + identity.key)
        context.load_cert_chain(file)
    return context


def hash_key(identity: Identity) -> str:
    """As Chromium's switch has it: base64 of the SHA-256 of the certificate's public key."""
    key = load_pem_x509_certificate(identity.certificate).public_key()
    info = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(sha256(info).digest()).decode()
