"""A message that only the subscribed browser reads: RFC 8291 over RFC 8188's `aes128gcm`, in one record.

Every message has the same length, whatever it says: the push service learns nothing from it.
"""

import os
import struct
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bank.push.ports import PushSubscription, SubscriptionError

SALT_BYTES: Final = 16
RECORD_SIZE: Final = 4096
"""RFC 8291, 4: one record, and push services take no more than 4096 octets."""
PADDED: Final = 128
"""Octets of every plaintext, its delimiter included."""
TAG_BYTES: Final = 16
LAST_RECORD: Final = b"\x02"
"""The delimiter of the last record (RFC 8188, 2)."""


def encrypt_message(
    subscription: PushSubscription,
    plain: bytes,
    padded: int = PADDED,
    salt: bytes | None = None,
    sender: EllipticCurvePrivateKey | None = None,
) -> bytes:
    """The body of a push request. `salt` and `sender` are drawn anew for each message; tests of the standard's own
    example give them. `padded` 0: no padding. Raises SubscriptionError for a key that is no point of the curve."""
    salt = os.urandom(SALT_BYTES) if salt is None else salt
    sender = sender or generate_private_key(SECP256R1())
    own_key = read_point(sender.public_key())
    shared = sender.exchange(ECDH(), _loaded(subscription.public_key))
    info = b"WebPush: info\x00" + subscription.public_key + own_key
    return encrypt_record(_derive(subscription.auth, shared, info, 32), salt, own_key, _pad(plain, padded))


def encrypt_record(secret: bytes, salt: bytes, key_id: bytes, record: bytes) -> bytes:
    """RFC 8188's header and its only record, whose plaintext has its delimiter. `secret`: the input keying material."""
    key = _derive(salt, secret, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derive(salt, secret, b"Content-Encoding: nonce\x00", 12)
    header = salt + struct.pack(">IB", RECORD_SIZE, len(key_id)) + key_id
    return header + AESGCM(key).encrypt(nonce, record, None)


def read_point(key: EllipticCurvePublicKey) -> bytes:
    """A public key as it goes over the wire: its uncompressed point."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _pad(plain: bytes, padded: int) -> bytes:
    """Raises ValueError where a message is too long to look like every other one."""
    record = plain + LAST_RECORD
    if len(record) > (padded or RECORD_SIZE - TAG_BYTES):
        raise ValueError("a push message says which operation waits, and nothing longer")
    return record.ljust(padded, b"\x00")


def _loaded(point: bytes) -> EllipticCurvePublicKey:
    try:
        return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except ValueError as cause:
        raise SubscriptionError("p256dh: no point of P-256") from cause


def _derive(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=salt, info=info).derive(secret)
