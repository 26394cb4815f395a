"""What the books say of access keys and their certificates: pure values. Moments in milliseconds since 1970."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from cryptography import x509

MOST_SERIAL: Final = (1 << 31) - 1
"""Of a key, as its maker numbers them."""


class AccessKeyState(Enum):
    """A key's life: the maker made it, the bank gave it to a customer, it was lost, or taken back."""

    MADE = "made"
    ISSUED = "issued"
    LOST = "lost"
    WITHDRAWN = "withdrawn"


class CertificateState(Enum):
    """A certificate's life. Active: somebody has signed in with it."""

    ISSUED = "issued"
    ACTIVE = "active"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A key. `certificate`: of its attestation key, by the maker, DER. `signing_key`: slot 9C, where it is attested.
    `holder`, `email`, `telephone`: whose hands it is in, as they said at the first access."""

    key_id: int
    serial: int
    certificate: bytes = field(repr=False)
    state: AccessKeyState
    customer_id: int | None
    signing_key: bytes | None = field(repr=False)
    holder: str | None = field(repr=False)
    email: str | None = field(repr=False)
    telephone: str | None = field(repr=False)
    made_ms: int
    changed_ms: int
    registered_ms: int | None


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A certificate that was issued. `serial`: in hexadecimal, as openssl writes it."""

    certificate_id: int
    serial: str
    key_id: int
    customer_id: int
    certificate: bytes = field(repr=False)
    state: CertificateState
    since_ms: int
    until_ms: int
    first_used_ms: int | None
    revoked_ms: int | None
    reason: str | None

    @property
    def lives(self) -> bool:
        """Whether it was not revoked."""
        return self.state is not CertificateState.REVOKED


REASONS = {
    "unspecified": x509.ReasonFlags.unspecified,
    "keyCompromise": x509.ReasonFlags.key_compromise,
    "affiliationChanged": x509.ReasonFlags.affiliation_changed,
    "superseded": x509.ReasonFlags.superseded,
    "cessationOfOperation": x509.ReasonFlags.cessation_of_operation,
}
"""Why a certificate is revoked (RFC 5280, 5.3.1)."""
