"""Who sends: a signed statement for one push service and some hours (VAPID, RFC 8292)."""

import json
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from bank.base64url import encode_base64url
from bank.push.encryption import read_point

LASTS_S: Final = 12 * 3600
"""RFC 8292, 2: no more than 24 hours."""
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256's group (SEC 2, 2.4.2)."""
HEAD: Final = b'{"typ":"JWT","alg":"ES256"}'


@dataclass(frozen=True)
class VapidKey:
    """The bank's key as a sender of pushes. Browsers bind a subscription to its public half.

    `contact`: where a push service's keeper writes when messages are a trouble to it: a `mailto:` or `https:` URI.
    """

    private: EllipticCurvePrivateKey = field(repr=False)
    contact: str

    @property
    def public_text(self) -> str:
        """What a page gives to `pushManager.subscribe` as `applicationServerKey`."""
        return encode_base64url(read_point(self.private.public_key()))

    def authorise(self, origin: str, now_ms: int) -> str:
        """The value of the Authorization header for the push service of that origin."""
        claims = {"aud": origin, "exp": now_ms // 1000 + LASTS_S, "sub": self.contact}
        text = json.dumps(claims, separators=(",", ":")).encode()
        signed = f"{encode_base64url(HEAD)}.{encode_base64url(text)}"
        r, s = decode_dss_signature(self.private.sign(signed.encode(), ECDSA(SHA256())))
        token = f"{signed}.{encode_base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
        return f"vapid t={token}, k={self.public_text}"


def derive_vapid_key(secret: bytes, contact: str) -> VapidKey:
    """The key that belongs to a secret of the bank's vault: the same in every process, and written nowhere else."""
    number = int.from_bytes(secret, "big") % (ORDER - 1) + 1
    return VapidKey(derive_private_key(number, SECP256R1()), contact)
