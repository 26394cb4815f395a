"""The request for a certificate (PKCS#10, RFC 2986), signed by the key itself, with the attestation in it."""

import hashlib
from typing import Final

from launcher.card.octets import find_octets, split_octets, write_octets
from launcher.card.piv_client import AUTHENTICATION, SIGNATURE, PivClient
from launcher.troubles import LaunchError, LaunchTrouble

SEQUENCE: Final = 0x30
SET: Final = 0x31
OBJECT: Final = 0x06
UTF8: Final = 0x0C
OCTETS: Final = 0x04
BITS: Final = 0x03
VERSION_1: Final = bytes.fromhex("020100")

COMMON_NAME: Final = bytes.fromhex("550403")
EXTENSION_REQUEST: Final = bytes.fromhex("2A864886F70D01090E")
ECDSA_SHA256: Final = bytes.fromhex("2A8648CE3D040302")
EVIDENCE: Final = bytes.fromhex("2B0601040181FD590402")
"""1.3.6.1.4.1.32473.4.2: a SEQUENCE OF Certificate, the bank's own (docs/esecure.md)."""

KEY_FIELD: Final = 6
"""Of a certificate's to-be-signed part with a version: the SubjectPublicKeyInfo (RFC 5280, 4.1)."""


def make_key_request(key: PivClient, user: str) -> bytes:
    """For the key in 9A, DER, with the attestations of 9A and 9C. The PIN must have been verified, and somebody may be
    asked on the key. Raises LaunchError."""
    attestations = [key.attest_key(slot) for slot in (AUTHENTICATION, SIGNATURE)]
    public = read_public_key(attestations[0])
    name = _nest(SEQUENCE, _nest(SET, _nest(SEQUENCE, _nest(OBJECT, COMMON_NAME), _nest(UTF8, user.encode()))))
    evidence = _nest(OCTETS, _nest(SEQUENCE, *attestations))
    extension = _nest(SEQUENCE, _nest(OBJECT, EVIDENCE), evidence)
    attribute = _nest(SEQUENCE, _nest(OBJECT, EXTENSION_REQUEST), _nest(SET, _nest(SEQUENCE, extension)))
    said = _nest(SEQUENCE, VERSION_1, name, public, write_octets(0xA0, attribute))
    signature = key.sign_digest(AUTHENTICATION, hashlib.sha256(said).digest())
    return _nest(SEQUENCE, said, _nest(SEQUENCE, _nest(OBJECT, ECDSA_SHA256)), _nest(BITS, b"\0" + signature))


def _nest(tag: int, *values: bytes) -> bytes:
    return write_octets(tag, b"".join(values))


def read_public_key(certificate: bytes) -> bytes:
    """SubjectPublicKeyInfo of a certificate, DER. Raises LaunchError."""
    fields = list(split_octets(find_octets(certificate, SEQUENCE, SEQUENCE)))
    if len(fields) <= KEY_FIELD or fields[KEY_FIELD][0] != SEQUENCE:
        raise LaunchError(LaunchTrouble.INSTALLATION, "this is no certificate")
    return write_octets(SEQUENCE, fields[KEY_FIELD][1])
