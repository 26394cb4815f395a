"""One block of the management key's cipher (SP 800-78-5, table 6-2)."""

from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

try:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
except ImportError:  # before cryptography 43: Debian 12 has 38
    from cryptography.hazmat.primitives.ciphers.algorithms import TripleDES

TRIPLE_DES: Final = 0x03


KEY_SIZES: Final = {TRIPLE_DES: 24, 0x08: 16, 0x0A: 24, 0x0C: 32}
"""In octets, by algorithm: Triple DES, AES-128, -192, -256 (SP 800-78-5, table 6-1)."""


def fits_algorithm(algorithm: int, key: bytes, block: bytes) -> bool:
    """Whether they are a key and a block of that algorithm: both come from the device."""
    return KEY_SIZES.get(algorithm) == len(key) and len(block) == (8 if algorithm == TRIPLE_DES else 16)


def _make_cipher(algorithm: int, key: bytes) -> "Cipher[ECB]":
    return Cipher(TripleDES(key) if algorithm == TRIPLE_DES else AES(key), ECB())  # noqa: S305 - one random block, as SP 800-73-5 has it


def encrypt_block(algorithm: int, key: bytes, block: bytes) -> bytes:
    """With the key of that algorithm."""
    return _make_cipher(algorithm, key).encryptor().update(block)


def decrypt_block(algorithm: int, key: bytes, block: bytes) -> bytes:
    """Likewise."""
    return _make_cipher(algorithm, key).decryptor().update(block)
