"""What the ledger is made of: pure values, which are right or cannot be made."""

from dataclasses import dataclass
from enum import Enum

from bank.errors import BankError

LONGEST_LABEL = 140
MOST_CENTS = 10**15
"""No leg moves more: sums of many stay within the database's 64 bits."""


class LedgerError(BankError):
    """A movement that cannot be posted: it does not balance, or names no account. Nothing was posted."""


class FundsError(LedgerError):
    """There is not enough on an account. Nothing was posted."""


class AccountKind(Enum):
    """What an account is for. The last two are the bank's own: for money from or to other banks, and for what
    card payments keep aside until they are booked."""

    CURRENT = "current"
    SAVINGS = "savings"
    ASSOCIATION = "association"
    SHARES = "shares"
    CLEARING = "clearing"
    HELD = "held"


class MovementKind(Enum):
    """What a movement is."""

    OPENING = "opening"
    CARD = "card"
    CREDIT = "credit"
    DEBIT = "debit"
    TRANSFER = "transfer"
    INSTANT = "instant"
    FOREIGN = "foreign"
    WITHDRAWAL = "withdrawal"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Account:
    """An account. `customer_id`: None for the bank's own. `floor_cents`: how low it may go; None for no bound."""

    account_id: int
    iban: str
    customer_id: int | None
    kind: AccountKind
    balance_cents: int
    floor_cents: int | None
    opened_ms: int


@dataclass(frozen=True, slots=True)
class Leg:
    """One account's part in a movement: what comes (above zero) or goes (below)."""

    account_id: int
    cents: int


@dataclass(frozen=True, slots=True)
class Posting:
    """A movement to be posted: its legs sum to zero, each is of another account and moves something, or LedgerError.

    `operation_id`: the operation it carries out; the books take no second movement for that one.
    """

    at_ms: int
    kind: MovementKind
    label: str
    legs: tuple[Leg, ...]
    operation_id: str | None = None

    def __post_init__(self) -> None:
        if sum(leg.cents for leg in self.legs):
            raise LedgerError("the legs of a movement must sum to zero")
        if len(self.legs) < 2 or len({leg.account_id for leg in self.legs}) < len(self.legs):
            raise LedgerError("a movement has two or more legs, each of another account")
        if not all(0 < abs(leg.cents) <= MOST_CENTS and type(leg.cents) is int for leg in self.legs):
            raise LedgerError("each leg moves a whole number of cents, and not none")
        if not (len(self.label) <= LONGEST_LABEL and self.label.isprintable()):
            raise LedgerError(f"a label has at most {LONGEST_LABEL} signs that can be shown")


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A movement as one account sees it. `at_ms`: when it was booked; `cents`: what came or went."""

    movement_id: int
    at_ms: int
    kind: MovementKind
    label: str
    cents: int


def transfer_between(payer: Account, payee: Account, cents: int) -> tuple[Leg, Leg]:
    """The two legs of an amount that goes from one to the other."""
    return Leg(payer.account_id, -cents), Leg(payee.account_id, cents)
