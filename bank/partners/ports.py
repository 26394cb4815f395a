"""What a partner asks and is told, as OpenID CIBA names it (Client-Initiated Backchannel Authentication, Core 1.0).

Moments are milliseconds since 1970, amounts are cents.
"""

from dataclasses import dataclass, field
from enum import Enum

from bank.errors import BankError


class PartnerKind(Enum):
    """What a partner is for."""

    AGGREGATOR = "aggregator"
    MERCHANT = "merchant"


class Scope(Enum):
    """What a partner asks for: to read a customer's accounts, or one transfer to itself."""

    ACCOUNTS = "accounts"
    TRANSFER = "transfer"


SCOPE_OF = {PartnerKind.AGGREGATOR: Scope.ACCOUNTS, PartnerKind.MERCHANT: Scope.TRANSFER}
"""Each kind of partner asks for one thing."""


class PartnerFault(Enum):
    """Why a partner is refused: the words of the standards.

    RFC 6749 (5.2), CIBA (11, 13), RFC 8628 (3.5), RFC 6750 (3.1), RFC 9396 (5). The last is NextGenPSD2's
    ACCESS_EXCEEDED, in their spelling.
    """

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    INVALID_SCOPE = "invalid_scope"
    INVALID_DETAILS = "invalid_authorization_details"
    INVALID_BINDING_MESSAGE = "invalid_binding_message"
    INVALID_TOKEN = "invalid_token"  # noqa: S105 - the standard's word
    UNSUPPORTED_GRANT = "unsupported_grant_type"
    UNKNOWN_USER = "unknown_user_id"
    ACCESS_DENIED = "access_denied"
    PENDING = "authorization_pending"
    SLOW_DOWN = "slow_down"
    EXPIRED = "expired_token"
    TOO_MANY = "temporarily_unavailable"
    ACCESS_EXCEEDED = "access_exceeded"


class PartnerError(BankError):
    """A partner's request is refused: the standard's word, and a sentence for whoever writes programs."""

    def __init__(self, fault: PartnerFault, text: str) -> None:
        super().__init__(text)
        self.fault = fault


class UnknownPartnerError(BankError):
    """There is no such partner."""


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner in the books. `name`: as customers read it; `iban`: where a merchant is paid."""

    number: int
    client_id: str
    name: str
    kind: PartnerKind
    iban: str | None = field(repr=False)
    since_ms: int
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class PartnerAsking:
    """What a partner asks a customer for. `message`: what the customer sees at the partner and in his bank, so that he
    knows the two belong together; `days`: for how long accounts are to be read; `cents`, `account`: of a transfer, the
    payer's account where the customer named one; `once`: the partner's own mark, so that the same request sent twice is
    one operation."""

    user: str
    message: str
    days: int = 0
    cents: int = 0
    account: str = field(default="", repr=False)
    language: str = "fr"
    once: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request that waits for the customer (CIBA, 7.3): ask again after `interval_s`, until `expires_s` are over.

    `shown_number`: what the partner shows to the customer, who types it on his telephone; "" where none is needed.
    """

    request_id: str = field(repr=False)
    expires_s: int
    interval_s: int
    shown_number: str = ""


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """The customer has said yes: a bearer token, for how many seconds, and what for."""

    token: str = field(repr=False)
    expires_s: int
    scope: Scope


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token is good for."""

    partner: Partner
    customer_id: int
    operation_id: str
    scope: Scope
    since_ms: int
    until_ms: int


class TransferState(Enum):
    """How far a transfer is that the customer has approved."""

    APPROVED = "approved"
    EXECUTED = "executed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PartnerTransfer:
    """A transfer as the merchant sees it. The payer stays unnamed."""

    cents: int
    message: str
    state: TransferState
