"""HTTPS whose client shows a certificate and has its key in the card: TLS 1.3 by tlslite-ng (LGPL, imported).

Python's own `ssl` wants the private key as a file. The server is verified by `cryptography` once the handshake is over
and before a byte is asked: by the authority that was given, and no other.
"""

import http.client
import socket
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from launcher.troubles import BrowserCode
from sesame_core.errors import SesameError

TLS_1_3: Final = (3, 4)
PATIENCE_S: Final = 90.0
"""Longer than a person may take to type the PIN and press OK."""


class UntrustedServerError(SesameError):
    """The server is not the one that was meant."""


class MissingTlsError(SesameError):
    """The library that speaks TLS for the simulated PC is not there."""


@dataclass(frozen=True)
class CardIdentity:
    """A certificate, and who signs with its key. `sign`: a digest of SHA-256, the signature as DER."""

    certificate: x509.Certificate
    sign: Callable[[bytes], bytes]


class CardSigningKey:
    """What tlslite-ng takes for a private key (its ECDSAKey): it asks the card."""

    key_type = "ecdsa"

    def __init__(self, identity: CardIdentity) -> None:
        self._identity = identity

    def sign(self, digest: bytes, *_how: object) -> bytes:
        """By the card."""
        return self._identity.sign(bytes(digest))

    def verify(self, signature: bytes, digest: bytes, *_how: object) -> bool:
        """Whether the card has signed that."""
        key = self._identity.certificate.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        try:
            key.verify(bytes(signature), bytes(digest), ec.ECDSA(Prehashed(SHA256())))
        except InvalidSignature:
            return False
        return True


class MutualConnection(http.client.HTTPConnection):
    """One connection to `host`; it lasts until one of both closes it. Raises UntrustedServerError where the server
    cannot be believed, and whatever `CardIdentity.sign` raises; else one of `list_line_errors`."""

    def __init__(self, host: str, port: int, root: x509.Certificate, identity: CardIdentity | None = None) -> None:
        super().__init__(host, port, timeout=PATIENCE_S)
        self._root = root
        self._identity = identity
        self._plain: socket.socket | None = None

    def connect(self) -> None:
        """See HTTPConnection."""
        tls = _load_tls()
        super().connect()
        self._plain = self.sock
        secured = tls.TLSConnection(self.sock)
        settings = tls.HandshakeSettings()
        settings.minVersion = TLS_1_3
        # With these OpenSSL ends the handshake: "unexpected message".
        settings.certificate_compression_send = settings.certificate_compression_receive = []
        try:
            secured.handshakeClientCert(*self._shown(tls), settings=settings, serverName=self.host)
            self._check_server(secured.session.serverCertChain)
        except BaseException:
            self.sock.close()
            raise
        secured.closeSocket = True
        self.sock = secured

    def end(self) -> None:
        """Close it, in whatever state it is: tlslite-ng tells a server first, that may be gone, and keeps the socket of
        an answer that is read in part."""
        with suppress(Exception):
            self.close()
        if self._plain is not None:
            self._plain.close()

    def _shown(self, tls: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a module without types
        if self._identity is None:
            return ()
        leaf = tls.X509()
        leaf.parseBinary(bytearray(self._identity.certificate.public_bytes(Encoding.DER)))
        return tls.X509CertChain([leaf]), CardSigningKey(self._identity)

    def _check_server(self, chain: Any) -> None:  # noqa: ANN401 - as above
        verifier = PolicyBuilder().store(Store([self._root])).build_server_verifier(x509.DNSName(self.host))
        try:
            given = [x509.load_der_x509_certificate(bytes(each.bytes)) for each in chain.x509List]
            verifier.verify(given[0], given[1:])
        except ValueError as cause:
            code = BrowserCode.BAD_DER
            raise UntrustedServerError(f"{self.host} shows a certificate that cannot be read ({code})") from cause
        except VerificationError as cause:
            raise UntrustedServerError(f"{self.host} shows a certificate of nobody that is trusted here") from cause


def list_line_errors() -> tuple[type[Exception], ...]:
    """What a connection to a server may end in that is nobody's mistake here. Raises MissingTlsError."""
    _load_tls()
    errors = import_module("tlslite.errors")
    return OSError, http.client.HTTPException, errors.BaseTLSException


@cache
def _load_tls() -> Any:  # noqa: ANN401 - it has no types
    """tlslite-ng, which takes asyncore along where Python still has it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return import_module("tlslite.api")
        except ImportError as cause:
            raise MissingTlsError("tlslite-ng is not installed: install this project with its extra [web]") from cause
