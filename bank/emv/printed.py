"""What is printed on a payment card beside its number: the verification value that shops ask for on the internet.

The arithmetic of CVV and CVC, which card schemes publish alike: number, expiry and service code, enciphered with two
halves of a key, and the digits of what comes out. A printed value has service code 000.
"""

from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from bank.errors import IssuingError

TEST_VERIFICATION_KEY: Final = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
"""A published test key, for demonstration cards only: whoever reads this file can make their values."""

PRINTED: Final = "000"
DIGITS: Final = 3
BLOCK: Final = 8


def make_verification_value(pan: str, expires: str, service: str = PRINTED, key: bytes = TEST_VERIFICATION_KEY) -> str:
    """The three digits. `expires`: YYMM. Raises IssuingError when something is not decimal."""
    if not (pan + expires + service).isdecimal() or len(expires) != 4 or len(service) != 3 or len(pan) > 19:
        raise IssuingError("a verification value is made of decimal digits: number, YYMM, service code")
    data = bytes.fromhex((pan + expires + service).ljust(4 * BLOCK, "0"))
    first = _encipher(key[:BLOCK], data[:BLOCK])
    mixed = bytes(a ^ b for a, b in zip(first, data[BLOCK:], strict=True))
    ciphered = _encipher(key, mixed).hex()
    decimal = "".join(sign for sign in ciphered if sign.isdecimal())
    letters = "".join(str("abcdef".index(sign)) for sign in ciphered if not sign.isdecimal())
    return (decimal + letters)[:DIGITS]


def _encipher(key: bytes, block: bytes) -> bytes:
    """DES with one half, triple DES with both."""
    triple = key * 3 if len(key) == BLOCK else key + key[:BLOCK]
    return Cipher(TripleDES(triple), modes.ECB()).encryptor().update(block)  # noqa: S305 - the schemes define it so
