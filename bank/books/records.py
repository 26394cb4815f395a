"""What the bank keeps: customers, the cards it issued, what became of their counters, and the log of attempts."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from bank.decoding import is_whole
from bank.emv.codes import MAX_ATC, Answer, CodeRule, rule_for
from bank.emv.issuer import (
    CryptogramKind,
    CryptogramVersion,
    Outcome,
    PinResult,
    Transaction,
    application_cryptogram,
    expected_cvr,
    issuer_application_data,
)
from bank.emv.terminal import CodeRequest, fill_list, terminal_values
from bank.errors import IssuingError

USER_CODE_LENGTH = 8
LONGEST_NAME = 200
"""What the books have room for, in characters."""
LONGEST_CARD_ID = 64
WEAKEST = 12
"""The fewest bits of the cryptogram in a code that a card may be issued with."""


class CustomerKind(Enum):
    """For whom somebody banks."""

    INDIVIDUAL = "individual"
    PROFESSIONAL = "professional"


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of Coop@net: the 8-character user code, a name to greet with.

    `customer_id`: the number that the books gave, 0 before. `subscribed_ms`: since when (ms since 1970) the customer
    has the bank's services on line; None for one who has not.
    """

    user: str
    name: str = field(repr=False)
    kind: CustomerKind = CustomerKind.INDIVIDUAL
    customer_id: int = field(default=0, compare=False)
    subscribed_ms: int | None = field(default=0, compare=False)

    def __post_init__(self) -> None:
        if len(self.user) != USER_CODE_LENGTH or not (self.user.isascii() and self.user.isalnum()):
            raise IssuingError("a user code has 8 letters and digits")


@dataclass(frozen=True, slots=True)
class Holder:
    """A customer and a card of ours that makes the customer's codes."""

    customer: Customer
    card_id: str


def user_code(text: str) -> str:
    """A user code as it is in the books, as people type it; nothing for what is none."""
    code = "".join(text.split()).upper()
    return code if len(code) == USER_CODE_LENGTH and code.isascii() and code.isalnum() else ""


def is_askable(text: str) -> bool:
    """Whether somebody or something in the books could be called so; NUL and half characters cannot even be asked."""
    return text.isprintable()


def show_controls(text: str) -> str:
    """The text with a question mark for every sign that cannot be shown or kept."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def check_name(customer: Customer) -> None:
    """Before a customer is taken into the books. Raises IssuingError."""
    if not (0 < len(customer.name) <= LONGEST_NAME and customer.name.isprintable()):
        raise IssuingError(f"a name has 1 to {LONGEST_NAME} signs that can be shown")


@dataclass(frozen=True, slots=True)
class IssuedCard:
    """A card as the issuer personalised it: all that its codes depend on but the key itself.

    `card_id` may be shown. `key_name` names the issuer key that the card's key derives from. `limit`: PIN tries left
    after a right PIN, which M/Chip puts in its CVR. The other fields are those of `Application`.
    """

    card_id: str
    pan: str = field(repr=False)
    psn: str
    key_name: str
    aid: bytes
    version: CryptogramVersion
    dki: int
    aip: bytes
    pdol: bytes
    cdol1: bytes
    ipb: bytes | None
    iaf: bytes | None
    tail: bytes
    new_card: bool
    belgian: bool
    limit: int

    def __post_init__(self) -> None:
        if self.rule.cryptogram_bits(self.sample()) < WEAKEST:
            raise IssuingError(f"fewer than {WEAKEST} bits of the cryptogram are in a code: it could be guessed")

    @property
    def rule(self) -> CodeRule:
        """How this card's answer becomes digits. Raises IssuingError."""
        return rule_for(self.aid, self.ipb, self.belgian)

    def sample(self) -> Answer:
        """The answer a right PIN leads to, its counter and cryptogram still open."""
        psn = bytes.fromhex(self.psn) if self.iaf and self.iaf[0] & 0x40 else b""
        return Answer(CryptogramKind.ARQC.value, 0, bytes(8), self._iad(), psn)

    def cryptogram(self, key: bytes, atc: int, request: CodeRequest) -> bytes:
        """The ARQC this card gives at `atc` when the PIN was right. `key`: the card's own master key."""
        values = terminal_values(self.aid, self.belgian, request)
        given = fill_list(self.pdol, values) | fill_list(self.cdol1, values)
        transaction = Transaction(given, self.aip, atc, self._cvr(), self._iad())
        return application_cryptogram(self.version, key, transaction)

    def _cvr(self) -> bytes:
        return expected_cvr(
            self.version, Outcome(PinResult.RIGHT, self.limit, CryptogramKind.ARQC, new_card=self.new_card)
        )

    def _iad(self) -> bytes:
        return issuer_application_data(self.version, self.dki, self._cvr(), self.tail)


def check_card_id(card: IssuedCard) -> None:
    """Before a card is taken into the books. Raises IssuingError."""
    if not (0 < len(card.card_id) <= LONGEST_CARD_ID and card.card_id.isprintable()):
        raise IssuingError(f"a card's identifier has 1 to {LONGEST_CARD_ID} signs that can be shown")


@dataclass(frozen=True, slots=True)
class Status:
    """What moves: the counter of the last accepted code, the refusals since then, and whether the bank blocked it."""

    last_atc: int = 0
    failures: int = 0
    blocked: bool = False

    def __post_init__(self) -> None:
        if not (is_whole(self.last_atc, MAX_ATC) and is_whole(self.failures) and isinstance(self.blocked, bool)):
            raise ValueError("no status of a card")

    def attempted(self, limit: int) -> "Status | None":
        """One attempt taken in advance, given back by an acceptance; None when none is left."""
        return None if self.blocked or self.failures >= limit else replace(self, failures=self.failures + 1)

    def accepted(self, atc: int) -> "Status | None":
        """With this counter used up; None when it or a later one was used before, or the card is blocked."""
        return Status(atc) if not self.blocked and self.last_atc < atc <= MAX_ATC else None


class Reason(Enum):
    """Why a verdict is what it is: for the bank's log, never for who typed the code."""

    ACCEPTED = "accepted"
    MALFORMED = "not a code"  # no attempt, and no longer noted; books from before may have it
    UNKNOWN = "no such customer or card"
    LIMITED = "blocked, or too many attempts"
    NO_MATCH = "no counter in the window gives this code"
    RACED = "the counter was used meanwhile"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One line of the log: when (with time zone), for which card if known, from where, and the outcome."""

    at: datetime
    card_id: str
    source: str
    reason: Reason
