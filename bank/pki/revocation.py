"""What others are told of certificates: the list of the revoked (RFC 5280, 5) and answers about one (RFC 6960)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp

from bank.pki.authority import Authority

CRL_LASTS: Final = timedelta(days=7)
OCSP_LASTS: Final = timedelta(hours=1)
LARGEST_QUESTION: Final = 1024
"""Octets of a question about one certificate; openssl's has some 110."""
LONGEST_NONCE: Final = 32
"""RFC 8954, 2.1."""


@dataclass(frozen=True, slots=True)
class Revoked:
    """One that was revoked. `reason`: as RFC 5280, 5.3.1, calls it."""

    serial: int
    at: datetime
    reason: x509.ReasonFlags


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with a certificate of ours; `revoked` says since when it is none any more."""

    certificate: x509.Certificate
    revoked: Revoked | None


def make_crl(issuing: Authority, revoked: Sequence[Revoked], now: datetime) -> x509.CertificateRevocationList:
    """The list. Its number is the second it was made in, so that a later one has a greater one from any process."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuing.certificate.subject)
        .last_update(now)
        .next_update(now + CRL_LASTS)
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing.key.public_key()), critical=False)
    )
    for each in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(each.serial).revocation_date(each.at)
        if each.reason is not x509.ReasonFlags.unspecified:  # RFC 5280, 5.3.1: it should be left out
            entry = entry.add_extension(x509.CRLReason(each.reason), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(issuing.key, SHA256())


def read_question(octets: bytes) -> ocsp.OCSPRequest | None:
    """A question about one certificate; None for what is none."""
    if not 0 < len(octets) <= LARGEST_QUESTION:
        return None
    try:
        question = ocsp.load_der_ocsp_request(octets)
        # Each property takes apart what it tells, and raises where that is none: a hash that nobody knows, above all.
        whole = question.serial_number >= 0 and question.issuer_key_hash and question.hash_algorithm
    except Exception:
        return None
    return question if whole else None


def concerns_authority(question: ocsp.OCSPRequest, issuing: Authority) -> bool:
    """Whether it asks about a certificate of this authority's."""
    used: HashAlgorithm = question.hash_algorithm
    if not isinstance(used, SHA1 | SHA256):
        return False
    key = issuing.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    name = issuing.certificate.subject.public_bytes()
    digest = hashlib.sha1 if isinstance(used, SHA1) else hashlib.sha256
    found = digest(name, usedforsecurity=False).digest(), digest(key, usedforsecurity=False).digest()
    return found == (question.issuer_name_hash, question.issuer_key_hash)


def refuse_question() -> bytes:
    """The answer to what is no question, DER."""
    return _encoded(ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.MALFORMED_REQUEST))


def refuse_stranger() -> bytes:
    """The answer to a question about what this authority never issued, DER (RFC 6960, 2.3: unauthorized)."""
    return _encoded(ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED))


def answer_question(issuing: Authority, question: ocsp.OCSPRequest, standing: Standing, now: datetime) -> bytes:
    """The answer, DER, signed by the authority itself."""
    revoked = standing.revoked
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=standing.certificate,
        issuer=issuing.certificate,
        algorithm=question.hash_algorithm,
        cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
        this_update=now,
        next_update=now + OCSP_LASTS,
        revocation_time=revoked.at if revoked else None,
        revocation_reason=revoked.reason if revoked else None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, issuing.certificate)
    nonce = _nonce_of(question)
    if nonce is not None:
        builder = builder.add_extension(nonce, critical=False)
    return _encoded(builder.sign(issuing.key, SHA256()))


def _nonce_of(question: ocsp.OCSPRequest) -> x509.OCSPNonce | None:
    try:
        nonce = question.extensions.get_extension_for_class(x509.OCSPNonce).value
    except Exception:
        return None
    return nonce if len(nonce.nonce) <= LONGEST_NONCE else None


def _encoded(response: ocsp.OCSPResponse) -> bytes:
    return response.public_bytes(Encoding.DER)
