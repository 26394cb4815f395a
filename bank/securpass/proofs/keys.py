"""Signatures of Sécur'Pass: the telephone's device key (P-256), its code key (Ed25519), the bank's own (Ed25519)."""

from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bank.errors import BankError

DEVICE_KEY_BYTES: Final = 65
"""An uncompressed point of P-256 (SEC 1, 2.3.3)."""
CODE_KEY_BYTES: Final = 32
KEPT_KEYS: Final = 1000
"""Public keys of telephones that were at work lately, as they were read."""
SIGNATURE_BYTES: Final = 64
PURPOSE: Final = "securpass: bank"
"""Of the vault's key that is the seed of the bank's."""


class KeyFormatError(BankError):
    """What a telephone sends as a key is none. The message repeats nothing of it."""


def check_device_key(point: bytes) -> bytes:
    """The key, if it is a point of the curve. Raises KeyFormatError."""
    if len(point) != DEVICE_KEY_BYTES:
        raise KeyFormatError("device_key: 65 octets of an uncompressed point of P-256")
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except ValueError as cause:
        raise KeyFormatError("device_key: no point of P-256") from cause
    return point


def check_code_key(key: bytes) -> bytes:
    """The key, if it has the length of one. Raises KeyFormatError."""
    if len(key) != CODE_KEY_BYTES:
        raise KeyFormatError("code_key: the 32 octets of an Ed25519 key")
    return key


def verify_device(key: bytes, octets: bytes, signature: bytes) -> bool:
    """Whether the device key signed these octets: ECDSA with SHA-256, r ‖ s as WebCrypto gives them."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    half = SIGNATURE_BYTES // 2
    der = encode_dss_signature(int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))
    try:
        _load_device_key(key).verify(der, octets, ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=KEPT_KEYS)
def _load_device_key(point: bytes) -> EllipticCurvePublicKey:
    """Raises ValueError. To find that a point is on the curve costs as much as a signature."""
    return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)


def verify_plain(key: bytes, octets: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 key signed these octets: a code key, or the bank's."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, octets)
    except (InvalidSignature, ValueError):
        return False
    return True


class BankKey:
    """The key with which the bank signs what a telephone shows. It follows from the vault's."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public(self) -> bytes:
        """Its 32 octets: a telephone keeps them from its activation on."""
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign_octets(self, octets: bytes) -> bytes:
        """The signature, 64 octets."""
        return self._key.sign(octets)
