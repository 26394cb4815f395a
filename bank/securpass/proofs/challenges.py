"""Marks that the bank knows again without keeping them: a challenge to be signed, a telephone that has proved its key.

Each has its end in it and a code under the vault's key (HMAC-SHA-256). That a challenge is answered once is held by the
telephone's counter.
"""

import hmac
import os
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

RANDOM_BYTES: Final = 16
MOMENT_BYTES: Final = 8
MAC_BYTES: Final = 16
CHALLENGE_BYTES: Final = MOMENT_BYTES + RANDOM_BYTES + MAC_BYTES
ID_DIGITS: Final = 32


def make_challenge_octets(key: bytes, until_ms: int) -> bytes:
    """A new challenge, good until that moment."""
    body = until_ms.to_bytes(MOMENT_BYTES, "big") + os.urandom(RANDOM_BYTES)
    return body + _mac(key, b"challenge", body)


def is_challenge(key: bytes, octets: bytes, now_ms: int) -> bool:
    """Whether it is one of ours, and still good."""
    body, mac = octets[:-MAC_BYTES], octets[-MAC_BYTES:]
    ours = len(octets) == CHALLENGE_BYTES and hmac.compare_digest(mac, _mac(key, b"challenge", body))
    return ours and int.from_bytes(body[:MOMENT_BYTES], "big") > now_ms


@dataclass(frozen=True, slots=True)
class PhoneMark:
    """A telephone that has proved its device key, until that moment."""

    device_id: str
    until_ms: int


def write_phone_mark(key: bytes, mark: PhoneMark) -> str:
    """What the telephone's cookie holds."""
    body = f"{mark.device_id}.{mark.until_ms}"
    return f"{body}.{_mac(key, b'phone', body.encode()).hex()}"


def read_phone_mark(key: bytes, text: str, now_ms: int) -> PhoneMark | None:
    """The telephone, if it is our mark and still good."""
    body, _, mac = text.rpartition(".")
    device_id, _, moment = body.partition(".")
    whole = len(device_id) == ID_DIGITS and moment.isascii() and moment.isdecimal() and len(moment) < 16
    if not whole or not hmac.compare_digest(mac.encode(), _mac(key, b"phone", body.encode()).hex().encode()):
        return None
    return PhoneMark(device_id, int(moment)) if int(moment) > now_ms else None


def _mac(key: bytes, purpose: bytes, body: bytes) -> bytes:
    return hmac.digest(key, purpose + b"/" + body, sha256)[:MAC_BYTES]
