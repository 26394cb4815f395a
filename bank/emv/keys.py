"""Keys and the DES arithmetic of EMV Book 2: card keys, session keys, cryptogram MACs.

It stands on cryptography's own TripleDES. pyemv does the same sums through a path that cryptography is about to
remove and that warns at every call, so it serves as the oracle in the tests and not here.
"""

import hashlib
from dataclasses import dataclass, field

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from bank.errors import IssuingError

BLOCK = 8
"""The DES block, in bytes."""


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """An issuer master key for application cryptograms (IMK-AC): 16 bytes under a name that may be shown."""

    name: str
    value: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.value) != 2 * BLOCK:
            raise IssuingError("an issuer key has 16 bytes")


TEST_KEYS: dict[str, IssuerKey] = {
    key.name: key
    for key in (
        IssuerKey("TEST-VISA", bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")),
        IssuerKey("TEST-MASTERCARD", bytes.fromhex("9E15204313F7318ACB79B90BD986AD29")),
    )
}
"""Published test keys, for demonstration cards only: whoever reads this file can make their codes."""


def card_key(issuer: IssuerKey, pan: str, psn: str = "00") -> bytes:
    """The card's master key, 16 bytes of odd parity: option A, and B for a PAN of more than 16 digits.

    Source: EMV Book 2, A1.4.1 and A1.4.2. Raises IssuingError when PAN or PSN are not decimal.
    """
    if not (pan + psn).isdecimal() or len(psn) != 2:
        raise IssuingError("a PAN is decimal, and a PAN sequence number has two digits")
    left = bytes.fromhex((pan + psn)[-16:].zfill(16) if len(pan) <= 16 else _decimalised(pan + psn))
    right = bytes(byte ^ 0xFF for byte in left)
    return odd_parity(_ecb(issuer.value, left + right))


def common_session_key(key: bytes, diversifier: bytes) -> bytes:
    """The session key of EMV Book 2, A1.3.1, from an 8-byte diversification value."""
    left = diversifier[:2] + b"\xf0" + diversifier[3:]
    right = diversifier[:2] + b"\x0f" + diversifier[3:]
    return odd_parity(_ecb(key, left + right))


def retail_mac(key: bytes, padded: bytes) -> bytes:
    """The 8-byte MAC of ISO/IEC 9797-1 algorithm 3 over whole blocks: DES chain, last block in triple DES."""
    chained = _cbc(key[:BLOCK] * 3, padded[:-BLOCK])[-BLOCK:] if len(padded) > BLOCK else bytes(BLOCK)
    last = bytes(a ^ b for a, b in zip(chained, padded[-BLOCK:], strict=True))
    return _ecb(key, last)


def single_des_mac(key: bytes, padded: bytes) -> bytes:
    """The CBC-MAC of CAP's transaction data: one 8-byte DES key, zero initial vector, last block."""
    return _cbc(key * 3, padded)[-BLOCK:]


def pad_zeros(data: bytes) -> bytes:
    """ISO/IEC 9797-1 padding method 1 (Visa): zeros to whole blocks, none when they are whole already."""
    return data + bytes(-len(data) % BLOCK)


def pad_80(data: bytes) -> bytes:
    """ISO/IEC 9797-1 padding method 2 (EMV): 80, then zeros to whole blocks."""
    return pad_zeros(data + b"\x80")


def odd_parity(key: bytes) -> bytes:
    """The key with every byte's lowest bit set so that the byte has an odd number of ones."""
    return bytes(byte ^ (1 ^ byte.bit_count() & 1) for byte in key)


def _decimalised(digits: str) -> str:
    """Option B: the decimal digits of SHA-1, then its letters read as 0 to 5, 16 in all (EMV Book 2, A1.4.2)."""
    packed = bytes.fromhex(digits.zfill(len(digits) + len(digits) % 2))
    digest = hashlib.sha1(packed, usedforsecurity=False).hexdigest()
    decimal = "".join(char for char in digest if char.isdecimal())
    letters = "".join(str("abcdef".index(char)) for char in digest if not char.isdecimal())
    return (decimal + letters)[:16]


def _triple(key: bytes) -> bytes:
    return key + key[:BLOCK] if len(key) == 2 * BLOCK else key


def _ecb(key: bytes, data: bytes) -> bytes:
    return Cipher(TripleDES(_triple(key)), modes.ECB()).encryptor().update(data)  # noqa: S305 - EMV defines it so


def _cbc(key: bytes, data: bytes) -> bytes:
    return Cipher(TripleDES(_triple(key)), modes.CBC(bytes(BLOCK))).encryptor().update(data)
