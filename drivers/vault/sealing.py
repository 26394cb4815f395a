"""How the vault's parts are sealed, and how the PIN guards keys.

Three keys, one inside the other. The *device secret* (32 bytes that belong to this device) seals every part as a whole.
The *root* is a key pair (X25519): a key that wants the PIN is sealed to its public half, so that keys can be made
without the PIN; its private half is sealed twice, once under the PIN and once under the PUK, each stretched by scrypt
and mixed with the device secret. Whoever has the files alone has nothing; whoever has the device secret too must try
PINs, each at the price of one scrypt.
"""

import os
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from sesame_core.piv.vault import VaultError

SECRET_SIZE: Final = 32
NONCE_SIZE: Final = 12
SALT_SIZE: Final = 16
POINT_SIZE: Final = 32

SCRYPT_N: Final = 1 << 14
"""16 MiB and some 50 ms a try on a PC (RFC 7914, 2: r = 8, p = 1); a Zero 2 W has 512 MiB."""

LARGEST_N: Final = 1 << 18
"""256 MiB: what a part asks for beyond that no key of ours can pay."""


@dataclass(frozen=True, slots=True)
class Wrapping:
    """The private root sealed under PIN or PUK. `cost`: the N of scrypt that it was sealed at, and is opened at
    whatever a later version holds to be right."""

    cost: int
    salt: bytes = field(repr=False)
    sealed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not 2 <= self.cost <= LARGEST_N or self.cost & self.cost - 1:
            raise ValueError("no cost of scrypt")


class DeviceSeal:
    """Seals under the device secret. Its repr tells nothing."""

    def __init__(self, secret: bytes, cost: int = SCRYPT_N) -> None:
        """`cost`: the N of scrypt for what is sealed from now on, a power of 2. Raises VaultError: a secret of
        another size."""
        if len(secret) != SECRET_SIZE:
            raise VaultError(f"the device secret must have {SECRET_SIZE} bytes: put the right one back")
        self._parts = AESGCM(_derived(secret, b"parts"))
        self._mixed = _derived(secret, b"digits")
        self._cost = cost

    def seal_part(self, name: str, plain: bytes) -> bytes:
        """Sealed bytes that open under the same name only."""
        nonce = os.urandom(NONCE_SIZE)
        return nonce + self._parts.encrypt(nonce, plain, name.encode())

    def open_part(self, name: str, sealed: bytes) -> bytes:
        """Raises VaultError where a byte was touched, or the secret is another device's."""
        try:
            return self._parts.decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], name.encode())
        except (InvalidTag, ValueError):
            raise VaultError(
                f"the key's part {name} is damaged, or belongs to another device: put back the copy that belongs here"
            ) from None

    def wrap_root(self, private: bytes, digits: bytes) -> Wrapping:
        """The private root sealed under PIN or PUK."""
        salt = os.urandom(SALT_SIZE)
        # Each wrapping has a key of its own, since it has a salt of its own: the nonce may be fixed.
        cipher = AESGCM(self._stretched(digits, salt, self._cost))
        return Wrapping(self._cost, salt, cipher.encrypt(bytes(NONCE_SIZE), private, b"root"))

    def unwrap_root(self, wrapping: Wrapping, digits: bytes) -> bytes | None:
        """The private root; None for other digits. This is the only comparison that there is of a PIN."""
        try:
            cipher = AESGCM(self._stretched(digits, wrapping.salt, wrapping.cost))
            return cipher.decrypt(bytes(NONCE_SIZE), wrapping.sealed, b"root")
        except InvalidTag:
            return None

    def _stretched(self, digits: bytes, salt: bytes, cost: int) -> bytes:
        slow = Scrypt(salt=salt, length=SECRET_SIZE, n=cost, r=8, p=1).derive(digits)
        return _derived(slow + self._mixed, b"root")


def draw_root() -> tuple[bytes, bytes]:
    """A new root: its private half, its public half."""
    root = X25519PrivateKey.generate()
    return root.private_bytes_raw(), root.public_key().public_bytes_raw()


def guard_secret(public_root: bytes, beside: bytes, plain: bytes) -> bytes:
    """Seal a private key to the root: only the root's private half opens it, and beside its own public key only."""
    once = X25519PrivateKey.generate()
    shared = once.exchange(X25519PublicKey.from_public_bytes(public_root))
    point = once.public_key().public_bytes_raw()
    return point + AESGCM(_derived(shared + point, b"guard")).encrypt(bytes(NONCE_SIZE), plain, beside)


def open_guarded(private_root: bytes, beside: bytes, sealed: bytes) -> bytes:
    """What was sealed to the root. Raises VaultError where it was touched."""
    try:
        point = sealed[:POINT_SIZE]
        shared = X25519PrivateKey.from_private_bytes(private_root).exchange(X25519PublicKey.from_public_bytes(point))
        cipher = AESGCM(_derived(shared + point, b"guard"))
        return cipher.decrypt(bytes(NONCE_SIZE), sealed[POINT_SIZE:], beside)
    except (InvalidTag, ValueError):
        raise VaultError("a key in the vault is damaged: make a new one in its slot") from None


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), SECRET_SIZE, salt=None, info=b"sesame key " + purpose).derive(key)
