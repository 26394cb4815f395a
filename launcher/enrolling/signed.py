"""A request that the certificate before has signed: CMC's Full PKI Request (RFC 5272, 3.2) in CMS (RFC 5652, 5).

EST's simplereenroll wants the former certificate in TLS, and Python's TLS takes no key in a card. The signature around
the request proves the same, by the same key, whoever speaks TLS (RFC 7030, 4.3).
"""

import hashlib
from typing import Final

from launcher.card.octets import write_octets
from launcher.card.piv_client import AUTHENTICATION, PivClient
from launcher.enrolling.certificates import split_certificate
from launcher.enrolling.request import OBJECT, OCTETS, SEQUENCE, SET, nest_octets

INSIDE: Final = 0xA0
INTEGER: Final = 0x02

SIGNED_DATA: Final = bytes.fromhex("2A864886F70D010702")
CONTENT_TYPE: Final = bytes.fromhex("2A864886F70D010903")
MESSAGE_DIGEST: Final = bytes.fromhex("2A864886F70D010904")
SHA_256: Final = bytes.fromhex("608648016503040201")
PKI_DATA: Final = bytes.fromhex("2B06010505070C02")

ONE: Final = write_octets(INTEGER, b"\x01")
THREE: Final = write_octets(INTEGER, b"\x03")
"""SignedData around something else than plain data (RFC 5652, 5.1)."""


def sign_request(key: PivClient, certificate: bytes, request: bytes) -> bytes:
    """The request (PKCS#10, DER), signed by the key in 9A, whose `certificate` goes along, DER. The PIN must have been
    verified, and somebody may be asked on the key. Raises LaunchError."""
    own = split_certificate(certificate)
    tagged = nest_octets(INSIDE, ONE, request)
    content = nest_octets(SEQUENCE, _sequence(), _sequence(tagged), _sequence(), _sequence())
    digest = write_octets(OCTETS, hashlib.sha256(content).digest())
    about = _name(PKI_DATA)
    attributes = sorted((_attribute(CONTENT_TYPE, about), _attribute(MESSAGE_DIGEST, digest)))
    algorithm, signature = key.sign_octets(AUTHENTICATION, nest_octets(SET, *attributes))
    signer = _sequence(
        ONE,
        _sequence(own.issuer, own.number),
        _sequence(_name(SHA_256)),
        nest_octets(INSIDE, *attributes),
        algorithm,
        write_octets(OCTETS, signature),
    )
    wrapped = _sequence(about, nest_octets(INSIDE, write_octets(OCTETS, content)))
    digests, certificates = nest_octets(SET, _sequence(_name(SHA_256))), write_octets(INSIDE, certificate)
    signed = _sequence(THREE, digests, wrapped, certificates, nest_octets(SET, signer))
    return _sequence(_name(SIGNED_DATA), nest_octets(INSIDE, signed))


def _sequence(*values: bytes) -> bytes:
    return nest_octets(SEQUENCE, *values)


def _name(number: bytes) -> bytes:
    return write_octets(OBJECT, number)


def _attribute(kind: bytes, value: bytes) -> bytes:
    return _sequence(_name(kind), nest_octets(SET, value))
