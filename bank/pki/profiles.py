"""What a certificate of each kind says, as data (RFC 5280). `bank.pki.making` makes them; pkilint and openssl judge.

Numbers of our own stand below the enterprise number that is kept free for documentation (RFC 5612), since the project
has none; the key's own are in drivers/vault/attesting.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Final

from cryptography.x509 import ObjectIdentifier
from cryptography.x509.oid import ExtendedKeyUsageOID

ORGANISATION: Final = "Coop@net demonstration"
COUNTRY: Final = "FR"

ARC: Final = "1.3.6.1.4.1.32473.4"
CLIENT_POLICY: Final = ObjectIdentifier(f"{ARC}.1")
"""Certificate policy: the key was made in an attested device and cannot leave it."""
EVIDENCE: Final = ObjectIdentifier(f"{ARC}.2")
"""In a request, the extension that has the attestation certificates: SEQUENCE OF Certificate."""

NO_END: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""A certificate without an end (RFC 5280, 4.1.2.5): a device has no clock to believe."""

RENEWAL: Final = timedelta(days=30)
"""So long before its end a certificate may be renewed."""


class ProfileName(Enum):
    """The kinds of certificate."""

    ROOT = "root"
    ISSUING = "issuing"
    CLIENT = "client"
    SENTENCE = "sentence"
    MAKER = "maker"
    DEVICE = "device"


class Usage(Enum):
    """What a key may be used for (RFC 5280, 4.2.1.3); those that are not here are never allowed."""

    DIGITAL_SIGNATURE = "digital_signature"
    CONTENT_COMMITMENT = "content_commitment"
    KEY_CERT_SIGN = "key_cert_sign"
    CRL_SIGN = "crl_sign"


@dataclass(frozen=True, slots=True)
class CertificateProfile:
    """One kind. `lasts`: None for no end. `path`: how many authorities may follow one, None for what is no authority.
    `located`: it says where the list of the revoked is, and who answers for it."""

    lasts: timedelta | None
    usages: frozenset[Usage]
    path: int | None = None
    purposes: tuple[ObjectIdentifier, ...] = ()
    policies: tuple[ObjectIdentifier, ...] = ()
    located: bool = False


AUTHORITY: Final = frozenset({Usage.KEY_CERT_SIGN, Usage.CRL_SIGN})
SIGNING: Final = frozenset({Usage.DIGITAL_SIGNATURE})
DAYS: Final = timedelta(days=1)

PROFILES: Final[Mapping[ProfileName, CertificateProfile]] = MappingProxyType(
    {
        ProfileName.ROOT: CertificateProfile(7300 * DAYS, AUTHORITY, path=1),
        ProfileName.ISSUING: CertificateProfile(3650 * DAYS, AUTHORITY | SIGNING, path=0, policies=(CLIENT_POLICY,)),
        ProfileName.CLIENT: CertificateProfile(
            365 * DAYS,
            SIGNING,
            purposes=(ExtendedKeyUsageOID.CLIENT_AUTH,),
            policies=(CLIENT_POLICY,),
            located=True,
        ),
        ProfileName.SENTENCE: CertificateProfile(3650 * DAYS, frozenset({Usage.CONTENT_COMMITMENT}), located=True),
        ProfileName.MAKER: CertificateProfile(None, AUTHORITY, path=1),
        ProfileName.DEVICE: CertificateProfile(None, frozenset({Usage.KEY_CERT_SIGN}), path=0),
    }
)
"""The issuing authority signs the answers about its certificates itself (RFC 6960, 4.2.2.2): hence its signature."""
