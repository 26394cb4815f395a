"""A server whose certificate is no DER that can be read: OpenSSL would not begin with one, so tlslite-ng serves it."""

import socket
import threading
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from importlib import import_module
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from web.tls import Identity

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    TLS: Any = import_module("tlslite.api")
    BaseTLSException: type[Exception] = import_module("tlslite.errors").BaseTLSException

PATIENCE_S = 60
ALPN = [bytearray(b"http/1.1")]
"""tlslite-ng falls over whoever offers some where it was given none."""


def break_certificate(pem: bytes) -> bytes:
    """DER of which the first part has the tag of a SET, where a SEQUENCE belongs."""
    octets = bytearray(x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER))
    octets[4] = 0x31
    return bytes(octets)


@contextmanager
def serve_broken(identity: Identity) -> Iterator[int]:
    """Its port on localhost; everybody is shown that certificate of it, broken."""
    leaf = TLS.X509()
    leaf.parse(identity.certificate.decode().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n")
    leaf.bytes = bytearray(break_certificate(identity.certificate))
    chain = TLS.X509CertChain([leaf])
    key = TLS.parsePEMKey(identity.key.decode(), private=True)

    def serve() -> None:
        with suppress(OSError):
            while True:
                visitor, _ = listener.accept()
                visitor.settimeout(PATIENCE_S)
                with closing(visitor), suppress(OSError, BaseTLSException):
                    TLS.TLSConnection(visitor).handshakeServer(certChain=chain, privateKey=key, alpn=ALPN)

    with closing(socket.create_server(("localhost", 0))) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
    thread.join()
