"""What cash machines and wallets ask, and what they and the customer are told."""

from dataclasses import dataclass, field
from enum import Enum

from bank.errors import BankError


class CashFault(Enum):
    """Why a customer is given no code."""

    AMOUNT = "amount"
    SERVICE = "service"
    LIMIT = "limit"
    FUNDS = "funds"
    TOO_MANY = "too-many"


class CashError(BankError):
    """No code is given; none was spent."""

    def __init__(self, fault: CashFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class CashCode:
    """A code for a cash machine: told this once. `until_ms`: how long it is good."""

    code: str = field(repr=False)
    cents: int
    until_ms: int


class PayoutAnswer(Enum):
    """What a machine is told of a code. CLOSED: too many wrong ones were typed at this machine; REFUSED: the card gives
    no money any more; LIMIT: the customer has lowered the card's limit since; USED: the code was, or the machine has
    ended what it asks under that reference."""

    PAY = "pay"
    WRONG = "wrong"
    EXPIRED = "expired"
    USED = "used"
    FUNDS = "funds"
    LIMIT = "limit"
    REFUSED = "refused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Payout:
    """`cents`: what the machine is to give; 0 where it gives nothing."""

    answer: PayoutAnswer
    cents: int = 0


class WalletState(Enum):
    """Where a wallet's wish to hold a card stands. FAILED: approved, but the card does not serve any more; ENDED: held,
    until the customer has ended that."""

    PENDING = "pending"
    ACTIVE = "active"
    REFUSED = "refused"
    EXPIRED = "expired"
    FAILED = "failed"
    ENDED = "ended"


class WalletFault(Enum):
    """Why nobody is asked. WRONG: what was typed is no card of this bank; CLOSED: too many wrong tries; DENIED: this
    customer or card cannot have it now."""

    WRONG = "wrong"
    CLOSED = "closed"
    DENIED = "denied"


class WalletError(BankError):
    """The customer is not asked."""

    def __init__(self, fault: WalletFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class WalletAsking:
    """What a wallet asks. `once`: its own mark, so that the same wish sent twice is one."""

    number: str = field(repr=False)
    expires: str = field(repr=False)
    value: str = field(repr=False)
    once: str
    language: str = "fr"


@dataclass(frozen=True, slots=True)
class WalletView:
    """A wish as it stands. `shown_number`: what the wallet shows, for the customer to type on his telephone, if any;
    `token`: the number that stands for the card in the wallet, until the wallet says that it has it."""

    enrolment_id: str
    state: WalletState
    card: str
    shown_number: str = ""
    token: str = field(default="", repr=False)
