"""A telephone's keys and counter, and what it signs with them, as docs/dev/securpass-api.md has it.

What the browser's app does in keys.js and acts.js, with no code of the bank's but its values.
"""

import hmac
import json
import os
import time
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bank.base64url import encode_base64url
from bank.securpass.ports import Envelope
from bank.securpass.proofs.octets import PhoneAct, ProofKind
from bank.securpass.proofs.webauthn import Origin

CODE: Final = "2580"
"""What is typed where a script names no other code."""
PLACE: Final = Origin("http://localhost:8035", "localhost")
"""Where the app is served from, as the telephone's browser would say it."""
LABEL: Final = b"securpass code"
RAW: Final = (Encoding.Raw, PublicFormat.Raw)
POINT: Final = (Encoding.X962, PublicFormat.UncompressedPoint)


@dataclass(kw_only=True)
class PhoneKeys:
    """What one telephone keeps. A copy is a copied telephone: the same keys, a counter of its own from then on."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()), repr=False)
    pepper: bytes = field(default_factory=lambda: os.urandom(32), repr=False)
    salt: bytes = field(default_factory=lambda: os.urandom(16), repr=False)
    counter: int = 0
    device_id: str = ""

    @property
    def device_key(self) -> bytes:
        """The public half of the device key: 04, x, y."""
        return self.key.public_key().public_bytes(*POINT)

    def code_key(self, code: str = CODE) -> Ed25519PrivateKey:
        """The key that follows from a code; made when it is typed, and not kept."""
        seed = hmac.digest(self.pepper, LABEL + self.salt + code.encode(), sha256)
        return Ed25519PrivateKey.from_private_bytes(seed)

    def code_public(self, code: str = CODE) -> bytes:
        """Its public half: all that the bank learns of the code."""
        return self.code_key(code).public_key().public_bytes(*RAW)

    def sign(self, octets: bytes) -> bytes:
        """By the device key: r and s, 32 octets each, as WebCrypto gives them."""
        r, s = decode_dss_signature(self.key.sign(octets, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def write(self, act: PhoneAct, about: bytes, by: ProofKind, match: str = "", counter: int | None = None) -> bytes:
        """A request as it is signed and sent; the counter goes up first. `counter`: instead of the next one."""
        self.counter = self.counter + 1 if counter is None else counter
        return write_request(
            act=act.value,
            about=sha256(about).hexdigest(),
            match=match,
            device=self.device_id,
            counter=self.counter,
            by=by.value,
        )

    def seal(self, request: bytes, by: ProofKind = ProofKind.CODE, code: str = CODE) -> Envelope:
        """Sign a request by the device key, and by the code where that is the proof."""
        envelope = Envelope(request, self.sign(request), PLACE)
        return replace(envelope, code_signature=self.code_key(code).sign(request)) if by is ProofKind.CODE else envelope


def write_request(**changed: Any) -> bytes:  # noqa: ANN401 - JSON
    """A request with those members; the telephone's clock is believed for nothing."""
    return json.dumps({"version": 1, "at": time.time_ns() // 1_000_000} | changed).encode()


def tell_envelope(envelope: Envelope) -> dict[str, Any]:
    """An envelope as the app writes it."""
    told: dict[str, Any] = {
        "request": encode_base64url(envelope.request),
        "device_signature": encode_base64url(envelope.device_signature),
    }
    if envelope.code_signature:
        told["code_signature"] = encode_base64url(envelope.code_signature)
    if envelope.assertion:
        names = ("credential", "authenticator_data", "client_data", "signature")
        told["assertion"] = {name: encode_base64url(getattr(envelope.assertion, name)) for name in names}
    return told


def check_bank(key: bytes, octets: bytes, signature: bytes) -> None:
    """Whether the bank signed these very octets. Raises cryptography's InvalidSignature."""
    Ed25519PublicKey.from_public_bytes(key).verify(signature, octets)
