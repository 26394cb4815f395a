"""base64url without padding (RFC 4648, 5; RFC 7515, 2), in the one form that there is for some octets."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

ALPHABET = re.compile(r"[A-Za-z0-9_-]*\Z")


def encode_base64url(octets: bytes) -> str:
    """Letters, digits, "-" and "_" alone."""
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def decode_base64url(text: str) -> bytes:
    """The octets again. Raises ValueError for what is not their one encoding: another alphabet, padding, loose bits."""
    if not ALPHABET.match(text) or len(text) % 4 == 1:
        raise ValueError("not base64url")
    octets = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode_base64url(octets) != text:
        raise ValueError("not base64url")
    return octets
