"""What a certificate that somebody shows is worth here: looked at from the beginning, whoever let it through before.

That somebody has its key is for TLS to prove. All else is judged here at every request: who signed it, its time, what
the books say of it.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtendedKeyUsageOID
from sqlalchemy import Connection

from bank.pki.making import ms_of
from bank.pki.records import ClientCertificate
from bank.pki.shelf import find_certificate

LARGEST_CERTIFICATE: Final = 4096
"""Octets; one of ours has some 900."""


class CertificateVerdict(Enum):
    """What is wrong with it, or that nothing is. UNKNOWN: signed by us, and not in the books: of books before these."""

    NONE = "none"
    UNREADABLE = "unreadable"
    FOREIGN = "foreign"
    EARLY = "not valid yet"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    REVOKED = "revoked"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class JudgedCertificate:
    """The verdict, and what the books have of it where they have it."""

    verdict: CertificateVerdict
    found: ClientCertificate | None = None


def judge_certificate(
    connection: Connection, issuing: x509.Certificate, octets: bytes | None, now_ms: int
) -> JudgedCertificate:
    """`octets`: the certificate, DER, that TLS has proved the key of; None where none was shown."""
    if octets is None:
        return JudgedCertificate(CertificateVerdict.NONE)
    certificate = _load(octets)
    if certificate is None:
        return JudgedCertificate(CertificateVerdict.UNREADABLE)
    if not _is_ours(certificate, issuing):
        return JudgedCertificate(CertificateVerdict.FOREIGN)
    found = find_certificate(connection, certificate)
    return JudgedCertificate(_judge_ours(certificate, found, now_ms), found)


def _judge_ours(certificate: x509.Certificate, found: ClientCertificate | None, now_ms: int) -> CertificateVerdict:
    if now_ms // 1000 * 1000 > ms_of(certificate.not_valid_after_utc):
        return CertificateVerdict.EXPIRED
    if now_ms < ms_of(certificate.not_valid_before_utc):
        return CertificateVerdict.EARLY
    if found is None:
        return CertificateVerdict.UNKNOWN
    return CertificateVerdict.GOOD if found.lives else CertificateVerdict.REVOKED


def _load(octets: bytes) -> x509.Certificate | None:
    if len(octets) > LARGEST_CERTIFICATE:
        return None
    try:
        return x509.load_der_x509_certificate(octets)
    except Exception:  # a parser of others' octets fails in more ways than it says
        return None


def _is_ours(certificate: x509.Certificate, issuing: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuing)
        used = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return ExtendedKeyUsageOID.CLIENT_AUTH in used
