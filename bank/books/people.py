"""What the books say of people: pure values. Moments in milliseconds since 1970; 0 is before it was noted."""

from dataclasses import dataclass, field
from enum import Enum

from bank.errors import BankError

LONGEST_CONTACT = 320
"""In characters: as long as an e-mail address can be (RFC 3696, erratum 1690: 64, @, 255)."""


class PeopleError(BankError):
    """The books do not take that about somebody. The message says why, and repeats nothing personal."""


class ContactKind(Enum):
    """A way to reach a customer. The secure telephone is the one that codes go to by text message."""

    EMAIL = "email"
    TELEPHONE = "telephone"
    SECURE_TELEPHONE = "secure-telephone"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to reach a customer, known since and, where another has taken its place, until."""

    kind: ContactKind
    value: str = field(repr=False)
    since_ms: int
    until_ms: int | None = None


class CredentialKind(Enum):
    """What somebody proves who he is with."""

    CARD = "card"
    CERTIFICATE = "certificate"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Credential:
    """Something of somebody's that proves who he is. `reference`: the card's identifier, or the certificate's or
    device's own."""

    credential_id: int
    kind: CredentialKind
    reference: str
    since_ms: int
    until_ms: int | None = None


class Post(Enum):
    """Where somebody works at the bank; what one may do depends on it."""

    AGENCY = "agency"
    CUSTOMER_CENTRE = "customer-centre"
    E_AGENCY = "e-agency"


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who works at the bank. `staff_code`: 8 letters and digits, as a customer's user code."""

    staff_code: str
    name: str = field(repr=False)
    post: Post
    staff_id: int = field(default=0, compare=False)


class BeneficiaryState(Enum):
    """Whether somebody can be paid."""

    ACTIVE = "active"
    FROZEN = "frozen"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """Whom a customer pays."""

    beneficiary_id: int
    name: str = field(repr=False)
    iban: str = field(repr=False)
    state: BeneficiaryState
    added_ms: int


class PaymentCardState(Enum):
    """A payment card's life. Opposed: reported lost, stolen or misused; it never comes back."""

    ORDERED = "ordered"
    ACTIVE = "active"
    OPPOSED = "opposed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class PaymentCard:
    """A card that pays from an account. `first_used_ms`: at a shop's terminal or a cash machine. Limits in cents, for
    payments in 30 days and for withdrawals in 7 days. `card_id`: of the chip that the bank issued, where it is one."""

    payment_card_id: int
    account_id: int
    card_id: str | None
    state: PaymentCardState
    since_ms: int
    first_used_ms: int | None
    payment_cents: int
    withdrawal_cents: int
