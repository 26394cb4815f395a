"""Secrets at rest: sealed under one key that is kept apart from the database."""

import hmac
import os
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bank.errors import StateError
from bank.files import exclusive, read_private, write_private

KEY_SIZE = 32
NONCE_SIZE = 12


class Vault:
    """Seals with AES-256-GCM and indexes with HMAC-SHA-256, under keys derived from one of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_SIZE:
            raise StateError(f"the bank's own key must have {KEY_SIZE} bytes")
        self._cipher = AESGCM(_derived(key, b"seal"))
        self._index_key = _derived(key, b"index")

    @classmethod
    def from_file(cls, path: Path) -> "Vault":
        """The vault whose key is in that file, which is made (mode 0600) when it is missing. Raises StateError.

        Whoever has this file and the database has every card's key: back them up apart from each other.
        """
        with exclusive(path):
            key = read_private(path)
            if key is None:
                key = os.urandom(KEY_SIZE)
                write_private(path, key)
        return cls(key)

    def seal(self, name: str, plain: bytes) -> bytes:
        """Sealed bytes that only open under the same name: they cannot be moved to another row."""
        nonce = os.urandom(NONCE_SIZE)
        return nonce + self._cipher.encrypt(nonce, plain, name.encode())

    def unseal(self, name: str, sealed: bytes) -> bytes:
        """The bytes again. Raises StateError when the key is another or the bytes were touched."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], name.encode())
        except (InvalidTag, ValueError) as cause:
            raise StateError("a sealed record does not open: was the bank's key file replaced?") from cause

    def index(self, text: str) -> str:
        """What stands for a secret text where it must be found again: 64 hexadecimal digits."""
        return hmac.new(self._index_key, text.encode(), sha256).hexdigest()


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_SIZE, salt=None, info=b"sesame bank " + purpose).derive(key)
