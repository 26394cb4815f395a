"""The request for a certificate (PKCS#10, RFC 2986), signed by the key itself, with the attestation in it."""

from typing import Final

from launcher.card.octets import write_octets
from launcher.card.piv_client import AUTHENTICATION, SIGNATURE, PivClient
from launcher.enrolling.certificates import read_public_key

SEQUENCE: Final = 0x30
SET: Final = 0x31
OBJECT: Final = 0x06
UTF8: Final = 0x0C
OCTETS: Final = 0x04
BITS: Final = 0x03
VERSION_1: Final = bytes.fromhex("020100")

COMMON_NAME: Final = bytes.fromhex("550403")
EXTENSION_REQUEST: Final = bytes.fromhex("2A864886F70D01090E")
EVIDENCE: Final = bytes.fromhex("2B0601040181FD590402")
"""1.3.6.1.4.1.32473.4.2: a SEQUENCE OF Certificate, the bank's own (docs/esecure.md)."""


def make_key_request(key: PivClient, user: str) -> bytes:
    """For the key in 9A, DER, with the attestations of 9A and 9C. The PIN must have been verified, and somebody may be
    asked on the key. Raises LaunchError."""
    part = nest_octets(SEQUENCE, write_octets(OBJECT, COMMON_NAME), write_octets(UTF8, user.encode(errors="replace")))
    name = nest_octets(SEQUENCE, nest_octets(SET, part))
    return make_request(key, AUTHENTICATION, name, (AUTHENTICATION, SIGNATURE))


def make_request(key: PivClient, slot: int, name: bytes, attested: tuple[int, ...]) -> bytes:
    """For the key in that slot, by the name, DER, with those attestations, the slot's own first."""
    attestations = [key.attest_key(each) for each in attested]
    public = read_public_key(attestations[0])
    evidence = nest_octets(OCTETS, nest_octets(SEQUENCE, *attestations))
    extension = nest_octets(SEQUENCE, nest_octets(OBJECT, EVIDENCE), evidence)
    attribute = nest_octets(
        SEQUENCE, nest_octets(OBJECT, EXTENSION_REQUEST), nest_octets(SET, nest_octets(SEQUENCE, extension))
    )
    said = nest_octets(SEQUENCE, VERSION_1, name, public, write_octets(0xA0, attribute))
    algorithm, signature = key.sign_octets(slot, said)
    return nest_octets(SEQUENCE, said, algorithm, write_octets(BITS, b"\0" + signature))


def nest_octets(tag: int, *values: bytes) -> bytes:
    """Values that stand in one."""
    return write_octets(tag, b"".join(values))
