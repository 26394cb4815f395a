"""What the vault computes with keys: P-256 by OpenSSL, RSA by a raw private operation of our own, the block cipher.

PIV wants RSA raw, since the host does the padding, and `cryptography` has no raw operation. Ours uses the Chinese
remainder theorem, is blinded (so that its time tells nothing of the number that is signed) and is checked before its
result leaves (a fault in one half would give the key away: Boneh, DeMillo, Lipton 1997). Python's integers are not
constant in time; SECURITY.md says so.
"""

import secrets
from collections.abc import Callable
from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sesame_core.piv.fields import split_fields, write_field
from sesame_core.piv.names import BlockAlgorithm, KeyAlgorithm
from sesame_core.piv.vault import VaultError

EXPONENT: Final = 65537
RSA_BITS: Final = 2048
RSA_BYTES: Final = RSA_BITS // 8
PRIME_BYTES: Final = RSA_BYTES // 2
SCALAR_BYTES: Final = 32

MODULUS, PUBLIC_EXPONENT, POINT = 0x81, 0x82, 0x86
"""Fields of a public key (SP 800-73-5 part 2, table 11)."""

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


def draw_pair(algorithm: KeyAlgorithm) -> tuple[bytes, bytes]:
    """A new key pair: the private key (a scalar, or two primes), and the public one in the fields of PIV."""
    if algorithm is KeyAlgorithm.P256:
        pair = ec.generate_private_key(ec.SECP256R1())
        scalar = pair.private_numbers().private_value.to_bytes(SCALAR_BYTES, "big")
        return scalar, write_field(POINT, pair.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
    numbers = rsa.generate_private_key(EXPONENT, RSA_BITS).private_numbers()
    primes = numbers.p.to_bytes(PRIME_BYTES, "big") + numbers.q.to_bytes(PRIME_BYTES, "big")
    modulus = numbers.public_numbers.n.to_bytes(RSA_BYTES, "big")
    return primes, write_field(MODULUS, modulus) + write_field(PUBLIC_EXPONENT, EXPONENT.to_bytes(3, "big"))


def read_public(fields: bytes) -> PublicKey:
    """A public key out of the fields of PIV."""
    found = split_fields(fields)
    if POINT in found:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), found[POINT])
    modulus, exponent = (int.from_bytes(found[tag], "big") for tag in (MODULUS, PUBLIC_EXPONENT))
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def read_scalar(private: bytes) -> ec.EllipticCurvePrivateKey:
    """A P-256 key out of its scalar."""
    return ec.derive_private_key(int.from_bytes(private, "big"), ec.SECP256R1())


def sign_digest(key: ec.EllipticCurvePrivateKey, digest: bytes) -> bytes:
    """ECDSA over a digest of 32 bytes."""
    return key.sign(digest, ec.ECDSA(Prehashed(SHA256())))


def sign_raw(primes: bytes, number: bytes) -> bytes:
    """RSA's raw operation. Raises VaultError where a computation went wrong."""
    p, q = (int.from_bytes(half, "big") for half in (primes[:PRIME_BYTES], primes[PRIME_BYTES:]))
    return raise_raw(p, q, int.from_bytes(number, "big")).to_bytes(RSA_BYTES, "big")


def raise_raw(p: int, q: int, number: int, power: Callable[[int, int, int], int] = pow) -> int:
    """`number` to the private exponent, modulo p*q (RFC 8017, 5.1.2). `power` is the modular power, which a test may
    let go wrong. Raises VaultError where the result is not a signature of `number`."""
    n = p * q
    blind = secrets.randbelow(n - 2) + 2
    blinded = number * pow(blind, EXPONENT, n) % n
    half_p = power(blinded, pow(EXPONENT, -1, p - 1), p)
    half_q = power(blinded, pow(EXPONENT, -1, q - 1), q)
    joined = half_q + q * (pow(q, -1, p) * (half_p - half_q) % p)
    signed = joined * pow(blind, -1, n) % n
    if pow(signed, EXPONENT, n) != number:
        raise VaultError("a computation of the key went wrong: try again, and if it goes on, do not trust this device")
    return signed


def agree_secret(key: ec.EllipticCurvePrivateKey, point: bytes) -> bytes | None:
    """ECDH: the x of the common point; None for what is no point of the curve."""
    try:
        other = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return None
    return key.exchange(ec.ECDH(), other)


def encrypt_block(algorithm: BlockAlgorithm, key: bytes, block: bytes) -> bytes:
    """One block of the management key's cipher: as it is, since it proves a key and hides nothing (SP 800-73-5 part 2,
    A.1)."""
    cipher = TripleDES(key) if algorithm is BlockAlgorithm.TRIPLE_DES else algorithms.AES(key)
    context = Cipher(cipher, modes.ECB()).encryptor()  # noqa: S305 - a random block, once
    return context.update(block) + context.finalize()
