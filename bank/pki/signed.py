"""A request that a former certificate has signed: CMC's Full PKI Request (RFC 5272, 3.2) in CMS (RFC 5652, 5).

Whoever renews has to prove that the certificate before is his. In EST that is TLS's to prove (RFC 7030, 3.3.2), or, for
clients whose TLS cannot use that key, CMC's, by the signature around the request (RFC 7030, 4.3): a key in a card
signs, and the program that speaks TLS has no way to it. What is taken is the least of it: one certificate, one
signature by it, one request, no control.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from bank.pki.der import OBJECT, OCTETS, SEQUENCE, SET, DerError, read_sequence, split_values, write_object, write_value
from bank.pki.foreign import CsrError

INSIDE: Final = 0xA0
"""[0], constructed: what CMS wraps, its certificates, its signed attributes; and CMC's request of PKCS#10."""

SIGNED_DATA: Final = write_object("1.2.840.113549.1.7.2")
PKI_DATA: Final = write_object("1.3.6.1.5.5.7.12.2")
CONTENT_TYPE: Final = write_object("1.2.840.113549.1.9.3")
MESSAGE_DIGEST: Final = write_object("1.2.840.113549.1.9.4")
SHA_256: Final = write_object("2.16.840.1.101.3.4.2.1")

MOST_FIELDS: Final = 8
"""Of any sequence here; openssl writes four signed attributes."""


@dataclass(frozen=True, slots=True)
class CmcRequest:
    """`certificate`: who has signed, DER, not judged yet. `request`: PKCS#10, DER, not read yet."""

    certificate: bytes
    request: bytes


@dataclass(frozen=True, slots=True)
class _Signer:
    """A SignerInfo. `attributes`: by their type, the one value of each; `signed`: what the signature is over."""

    digest: bytes
    attributes: dict[bytes, bytes]
    signed: bytes
    signature: bytes


def read_signed_request(octets: bytes) -> CmcRequest:
    """The request in it, where the signature is right and of the certificate that came along. Raises CsrError."""
    try:
        content, certificate, signer = _split_signed(octets)
        request = _split_data(content)
        key = x509.load_der_x509_certificate(certificate).public_key()
    except Exception as cause:  # a parser of others' octets fails in more ways than it says
        raise CsrError("this is no request that a certificate has signed (CMC, RFC 5272)") from cause
    bound = {CONTENT_TYPE: PKI_DATA, MESSAGE_DIGEST: write_value(OCTETS, hashlib.sha256(content).digest())}
    if signer.digest != SHA_256 or any(signer.attributes.get(kind) != value for kind, value in bound.items()):
        raise CsrError("what was signed is not the request that it stands around")
    _check_signature(key, signer)
    return CmcRequest(certificate, request)


def _split_signed(octets: bytes) -> tuple[bytes, bytes, _Signer]:
    """The content, the one certificate, the one signer of a SignedData."""
    (_, _, kind), (tag, inside, _) = read_sequence(octets, MOST_FIELDS)
    _refuse_unless(kind == SIGNED_DATA and tag == INSIDE)
    fields = read_sequence(inside, MOST_FIELDS)
    _refuse_unless([field[0] for field in fields[2:]] == [SEQUENCE, INSIDE, SET])
    (_, _, about), (wrapped, content, _) = split_values(fields[2][1], 2)
    _refuse_unless(about == PKI_DATA and wrapped == INSIDE)
    ((_, _, certificate),) = split_values(fields[3][1], 1)
    ((_, _, signer),) = split_values(fields[4][1], 1)
    return _open(content, OCTETS), certificate, _split_signer(signer)


def _split_signer(octets: bytes) -> _Signer:
    """Version, who, digest, signed attributes, algorithm, signature. Who it is says the certificate, whose key must
    fit."""
    fields = read_sequence(octets, MOST_FIELDS)
    _refuse_unless([field[0] for field in fields[2:6]] == [SEQUENCE, INSIDE, SEQUENCE, OCTETS])
    (_, _, digest), *_others = split_values(fields[2][1], 2)
    attributes = dict(_split_attribute(whole) for _, _, whole in split_values(fields[3][1], MOST_FIELDS))
    # They are signed as the SET that they are, whatever tag they are carried under (RFC 5652, 5.4).
    return _Signer(digest, attributes, write_value(SET, fields[3][1]), fields[5][1])


def _split_attribute(octets: bytes) -> tuple[bytes, bytes]:
    (tag, _, kind), (_, values, _) = read_sequence(octets, 2)
    _refuse_unless(tag == OBJECT)
    ((_, _, value),) = split_values(values, 1)
    return kind, value


def _split_data(content: bytes) -> bytes:
    """The one request of a PKIData without controls."""
    (_, controls, _), (_, requests, _), *_others = read_sequence(content, 4)
    _refuse_unless(not controls)
    ((tag, tagged, _),) = split_values(requests, 1)
    _refuse_unless(tag == INSIDE)
    _, (_, _, request) = split_values(tagged, 2)
    return request


def _check_signature(key: object, signer: _Signer) -> None:
    try:
        _find_check(key)(signer.signature, signer.signed)
    except InvalidSignature as cause:
        raise CsrError("the certificate in it has not signed it") from cause


def _find_check(key: object) -> Callable[[bytes, bytes], None]:
    """What verifies a signature by this key, SHA-256 in both."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        return lambda signature, signed: key.verify(signature, signed, ec.ECDSA(SHA256()))
    if isinstance(key, rsa.RSAPublicKey):
        return lambda signature, signed: key.verify(signature, signed, padding.PKCS1v15(), SHA256())
    raise CsrError("the bank certifies keys of P-256 and of RSA with 2048 bits")


def _open(octets: bytes, tag: int) -> bytes:
    ((found, content, _),) = split_values(octets, 1)
    _refuse_unless(found == tag)
    return content


def _refuse_unless(right: bool) -> None:
    if not right:
        raise DerError("another form")
