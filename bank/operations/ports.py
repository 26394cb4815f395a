"""What a page or a command asks of the operations: the values, and the duties of whoever carries them out.

Moments are milliseconds since 1970, amounts are cents.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Final, Protocol

from bank.errors import BankError
from bank.operations.catalogue import Means, OperationKind, TerminalKind, Unfit
from bank.operations.octets import OperationContent, Value
from bank.operations.table import OperationState


class AskingFault(Enum):
    """What is wrong with what was asked for: the page words it, the customer mends it."""

    UNFIT = "the catalogue does not allow it"
    FIELDS = "a field is missing, or none of this kind"
    AMOUNT = "the amount is out of bounds"
    IBAN = "no IBAN"
    COUNTRY = "another kind is for this country"
    ZONE = "no kind is for this country: it is not in SEPA"
    NAME = "no name"
    EMAIL = "no e-mail address"
    ADDRESS = "no postal address"
    CARD = "no card of this customer"
    ACCOUNT = "no account of this customer"
    DAYS = "no such number of days"
    DAY = "no day from tomorrow to a year from now"
    RHYTHM = "no such rhythm"
    LAST_DAY = "the last day is before the first one, or there is no rhythm"
    SAME_ACCOUNT = "the account would pay itself"
    FUNDS = "the account has not that much"
    FROZEN = "the beneficiary is frozen"
    THERE_ALREADY = "it is so already"
    TOO_MANY = "too many operations wait for their confirmation"
    NO_MEANS = "the customer has no means to confirm it"


class AskingError(BankError):
    """The operation is not taken. `fault` says why, `field` where, `unfit` what the catalogue says."""

    def __init__(self, fault: AskingFault, field_name: str = "", unfit: Unfit | None = None) -> None:
        super().__init__(f"{field_name}: {fault.value}" if field_name else (unfit or fault).value)
        self.fault = fault
        self.field = field_name
        self.unfit = unfit


class UnknownOperationError(BankError):
    """No such operation, or another customer's: nobody is told which."""

    def __init__(self) -> None:
        super().__init__("there is no such operation of this customer")


@dataclass(frozen=True, slots=True)
class Asking:
    """What a customer asks for. `fields` by the catalogue's names; `language` ("fr", "en") of what will be shown.

    `once`: a form's own token, if it has one: the same form sent twice is one operation.
    """

    customer_id: int
    kind: OperationKind
    terminal: TerminalKind
    fields: Mapping[str, Value] = field(default_factory=dict, repr=False)
    language: str = "fr"
    once: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation in the books, as it stands at the moment it was read. `seq` grows with every change of any one."""

    operation_id: str
    seq: int
    content: OperationContent
    state: OperationState
    digest: str
    decided_ms: int | None = None
    means: Means | None = None

    @property
    def kind(self) -> OperationKind:
        """What it is."""
        return self.content.kind

    @property
    def shown(self) -> tuple[tuple[str, str], ...]:
        """The lines to show: label and value of each."""
        return self.content.shown


@dataclass(frozen=True, slots=True)
class ReaderInstruction:
    """What is to be pressed on the reader: the key, then the challenge, or the amount in cents and the account."""

    means: Means
    challenge: str = field(default="", repr=False)
    cents: int | None = field(default=None, repr=False)
    account: str = field(default="", repr=False)


class ConfirmOutcome(Enum):
    """What came of a code. Whatever was wrong with it, WRONG is all that is told.

    WRONG_LAST: one more wrong code, and the customer cannot confirm until an adviser lets him. BLOCKED: it is so now.
    SETTLED: it was decided already, or its time is over; the operation's state says how.
    """

    APPROVED = "approved"
    WRONG = "wrong"
    WRONG_LAST = "wrong, one try left"
    BLOCKED = "blocked"
    SETTLED = "settled before"
    UNFIT = "not by this means"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What came of a code, and the operation as it is then."""

    outcome: ConfirmOutcome
    operation: Operation


class SmsOutcome(Enum):
    """What came of the wish for a code by text message."""

    SENT = "sent"
    TOO_MANY = "too many messages"
    NO_NUMBER = "no secure telephone"
    BLOCKED = "blocked"
    SETTLED = "settled before"
    UNFIT = "not by this means"


@dataclass(frozen=True, slots=True)
class SmsAnswer:
    """Whether a code is on its way, to the number that ends so, and until when it is good."""

    outcome: SmsOutcome
    number_end: str = ""
    until_ms: int = 0


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A message on its way to a customer's telephone. Its text may hold a code: it is for his telephone only."""

    number: int
    telephone: str = field(repr=False)
    text: str = field(repr=False)
    created_ms: int


WAITING: Final = "waiting"
"""A scheduled payment that has a day still to come."""


@dataclass(frozen=True, slots=True)
class ScheduledPayment:
    """A transfer of a later day. `due`: the day that comes next; `turn`: how many came before; `made`: whether the last
    of those was made, None where none came yet."""

    payment_id: int
    operation_id: str
    customer_id: int
    digest: str
    state: str
    due: date
    turn: int
    made: bool | None = None

    @property
    def waits(self) -> bool:
        """Whether a day is still to come."""
        return self.state == WAITING


class OperationDesk(Protocol):
    """Everything about operations. Each verb names the customer: another one's operation is an unknown one.

    Every method raises StateError when the books cannot be used: then nothing was decided, or it was decided whole.
    """

    def request_operation(self, asking: Asking) -> Operation:
        """Take an operation into the books. Raises AskingError."""
        ...

    def find_operation(self, customer_id: int, operation_id: str) -> Operation:
        """The operation as it stands now. Raises UnknownOperationError."""
        ...

    def list_operations(self, customer_id: int, after_seq: int = 0) -> Sequence[Operation]:
        """The customer's operations that changed after that `seq`, in the order of their changes."""
        ...

    def list_means(self, customer_id: int, operation_id: str) -> tuple[Means, ...]:
        """How the customer may confirm it. Raises UnknownOperationError."""
        ...

    def instruct_reader(self, customer_id: int, operation_id: str) -> ReaderInstruction | None:
        """What to press on the reader; None where it does not confirm this kind. Raises UnknownOperationError."""
        ...

    def confirm_by_reader(self, customer_id: int, operation_id: str, code: str, source: str = "") -> Confirmation:
        """Approve it by the reader's code. `source` goes to the log. Raises UnknownOperationError."""
        ...

    def send_sms_code(self, customer_id: int, operation_id: str) -> SmsAnswer:
        """Send a new code to the secure telephone; an earlier one is dead. Raises UnknownOperationError."""
        ...

    def confirm_by_sms(self, customer_id: int, operation_id: str, code: str) -> Confirmation:
        """Approve it by the code of the text message. Raises UnknownOperationError."""
        ...

    def list_messages(self, customer_id: int) -> Sequence[TextMessage]:
        """The latest text messages to the customer, newest first: what the demonstration's telephone shows."""
        ...

    def refuse_operation(self, customer_id: int, operation_id: str) -> Operation:
        """The customer does not want it: he needs no code for that. Raises UnknownOperationError."""
        ...

    def declare_fraud(self, customer_id: int, operation_id: str) -> Operation:
        """The customer had no part in it, decided or not. Raises UnknownOperationError."""
        ...

    def withdraw_operation(self, customer_id: int, operation_id: str) -> Operation:
        """Whoever asked for it gives it up. Raises UnknownOperationError."""
        ...

    def allow_confirming(self, customer_id: int, actor: str) -> None:
        """Forget the customer's wrong codes: an adviser's act, journalled under `actor`."""
        ...

    def expire_operations(self) -> int:
        """Write down what is expired: how many. For tidiness; whoever looks sees it expired without."""
        ...

    def run_effects(self) -> int:
        """Carry out what approved operations still owe, each once: how many. Called at every start, and after."""
        ...

    def run_scheduled(self) -> int:
        """Make every transfer whose day has come, each day once: how many days. Called at every start, and as time
        passes."""
        ...

    def list_scheduled(self, customer_id: int) -> Sequence[ScheduledPayment]:
        """What the customer has still to come, the earliest day first."""
        ...

    def cancel_scheduled(self, customer_id: int, operation_id: str) -> bool:
        """No day of it comes any more; False where none was to come. Raises UnknownOperationError."""
        ...
