"""Secrets at rest: sealed under one key that is kept apart from the database."""

import hmac
import os
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bank.decoding import decode_foreign
from bank.errors import StateError
from bank.files import read_private, refuse_if_shared, write_private

KEY_SIZE = 32
NONCE_SIZE = 12


class BooksVault:
    """Seals with AES-256-GCM and indexes with HMAC-SHA-256, under keys derived from one of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_SIZE:
            raise StateError(f"the bank's own key must have {KEY_SIZE} bytes")
        self._cipher = AESGCM(_derived(key, b"seal"))
        self._index_key = _derived(key, b"index")
        self._other_key = _derived(key, b"other")
        self._purposes: dict[str, bytes] = {}

    @classmethod
    def from_file(cls, path: Path) -> "BooksVault | None":
        """The vault with the key in that file; None without one. Raises StateError, also where others may read it.

        Whoever has this file and the database has every card's key: back them up apart from each other.
        """
        key = read_private(path)
        if key is None:
            return None
        refuse_if_shared(path)
        if len(key) != KEY_SIZE:
            raise StateError(f"{path} has {len(key)} bytes, not {KEY_SIZE}: it is no key; put it back from your backup")
        return cls(key)

    @classmethod
    def made_at(cls, path: Path) -> "BooksVault":
        """A vault with a new key, which is written to that file (mode 0600). Raises StateError."""
        key = os.urandom(KEY_SIZE)
        write_private(path, key)
        return cls(key)

    def seal_secret(self, name: str, plain: bytes) -> bytes:
        """Sealed bytes that only open under the same name: they cannot be moved to another row."""
        nonce = os.urandom(NONCE_SIZE)
        return nonce + self._cipher.encrypt(nonce, plain, name.encode())

    def unseal_secret(self, name: str, sealed: bytes) -> bytes:
        """The bytes again. Raises StateError when the key is another or the bytes were touched."""
        with decode_foreign(
            "the bank's key does not open its books: was the key file replaced? Put the one of these books back"
        ):
            return self._cipher.decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], name.encode())

    def index_secret(self, text: str) -> str:
        """What stands for a secret text where it must be found again: 64 hexadecimal digits."""
        return hmac.new(self._index_key, text.encode(), sha256).hexdigest()

    def derive_key(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose, which tells nothing of the others (HKDF, RFC 5869)."""
        made = self._purposes.get(purpose)
        if made is None:
            made = self._purposes[purpose] = _derived(self._other_key, purpose.encode())
        return made


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_SIZE, salt=None, info=b"sesame bank " + purpose).derive(key)
