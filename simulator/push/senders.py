"""Whether who sends a push may: VAPID (RFC 8292), judged as a push service does, and knowing nothing of the bank."""

import json
from base64 import urlsafe_b64decode
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

LONGEST_S: Final = 24 * 3600
"""RFC 8292, 2: a token of more than 24 hours is refused."""
SIGNATURE_BYTES: Final = 64


def is_sender(header: str, key: str, audience: str, now_s: float) -> bool:
    """Whether an Authorization header proves the key that a browser bound its subscription to, for this service, now.

    `key`: base64url of an uncompressed point.
    """
    try:
        scheme, _, rest = header.partition(" ")
        given = dict(part.strip().split("=", 1) for part in rest.split(","))
        claims = _read_token(given["t"], given["k"])
        left_s = claims["exp"] - now_s
        spoken = (scheme.lower(), given["k"].rstrip("="), claims["aud"]) == ("vapid", key.rstrip("="), audience)
        return spoken and 0 < left_s <= LONGEST_S
    except (ValueError, KeyError, TypeError, InvalidSignature):
        return False


def _read_token(token: str, key: str) -> dict[str, Any]:
    """The claims of a signed token. Raises ValueError, KeyError, TypeError, InvalidSignature."""
    signed, _, signature = token.rpartition(".")
    raw = _decode(signature)
    if len(raw) != SIGNATURE_BYTES:
        raise ValueError("no signature of ES256 (RFC 7518, 3.4)")
    r, s = (int.from_bytes(half, "big") for half in (raw[:32], raw[32:]))
    public = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), _decode(key))
    public.verify(encode_dss_signature(r, s), signed.encode(), ECDSA(SHA256()))
    head, claims = (json.loads(_decode(part)) for part in signed.split("."))
    if head["alg"] != "ES256":
        raise ValueError("another algorithm")
    return dict(claims)


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
