"""What scripts do at the bank: a customer asks at a computer, an adviser lifts the 72 hours, and what came of it.

On the bank's books by its own services, as its pages and commands are.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bank.books.clock import WallClock, wall_ms
from bank.books.customers import find_customer
from bank.books.store_sql import SqlStore
from bank.demo.staff import STAFF
from bank.errors import BankError
from bank.iban import make_french_iban
from bank.operations import catalogue as cat
from bank.operations.catalogue import OperationKind, TerminalKind
from bank.operations.octets import Value
from bank.operations.ports import Asking, Operation
from bank.people.staff import find_staff
from bank.securpass.enrolment.identity import IdentityItem
from bank.securpass.ports import PhoneWaker
from bank.securpass.service import SecurPassService
from bank.web.coopanet.space.reading import CustomerFile
from sesame_core.errors import SesameError

PAYEE_IBAN: Final = make_french_iban("30001", "00794", "12345678901")
"""Of whoever is paid by a script."""
MOST_SHOWN: Final = 6
"""Of the messages."""
AGENCY: Final = STAFF[0][0].staff_code
CODE: Final = re.compile(r"(?:est|is) (\d{4}) (\d{4})\b")
"""As the bank's messages have one."""


class BankSideError(SesameError):
    """The bank does not do it, and why."""


@dataclass(frozen=True)
class CodeInbox:
    """One customer's messages, as they come to the telephone."""

    service: SecurPassService
    customer_id: int

    def read_text(self) -> str:
        """The code in the latest text message; nothing where there is none."""
        return find_code(one.text for one in self.service.operations.list_messages(self.customer_id))

    def read_mail(self) -> str:
        """The code in the latest e-mail; nothing where there is none."""
        return find_code(one.text for one in self.service.list_mails(self.customer_id))


@dataclass(frozen=True, slots=True)
class BenchMessage:
    """What the bank sent to one of its customers. `to`: who; `by`: "sms" or "mail"; `at_ms`: when."""

    to: str
    by: str
    text: str
    at_ms: int


class BankSide:
    """The bank of the bench. `waker`: how telephones are woken, where they are."""

    def __init__(self, store: SqlStore, wall: WallClock = wall_ms, waker: PhoneWaker | None = None) -> None:
        self.store = store
        self.service = SecurPassService(store, wall=wall, waker=waker)

    def find_number(self, user: str) -> int:
        """The customer's number in the books. Raises BankSideError."""
        with self.store.reading() as connection:
            customer = find_customer(connection, user.upper())
        if customer is None:
            raise BankSideError(f"there is no customer {user!r}; `sesame bank customers` lists them")
        return customer.customer_id

    def open_inbox(self, customer_id: int) -> CodeInbox:
        """Where the bank's codes come."""
        return CodeInbox(self.service, customer_id)

    def ask_transfer(self, customer_id: int, cents: int, payee: str, language: str) -> Operation:
        """A transfer, asked for at a computer, and then of the telephone. Raises BankSideError."""
        try:
            account = CustomerFile(self.store, customer_id).list_accounts()[0].iban
            fields: dict[str, Value] = {
                cat.PAYER_ACCOUNT: account,
                cat.AMOUNT: cents,
                cat.PAYEE_NAME: payee,
                cat.PAYEE_IBAN: PAYEE_IBAN,
            }
            kind, terminal = OperationKind.SEPA_TRANSFER, TerminalKind.COMPUTER
            operation = self.service.operations.request_operation(Asking(customer_id, kind, terminal, fields, language))
        except BankError as error:
            raise BankSideError(str(error)) from None
        answer = self.service.prompt_phone(customer_id, operation.operation_id)
        if not answer.asked:
            why = answer.hush.value if answer.hush else "it cannot confirm this now; see `sesame bank securpass show`"
            raise BankSideError(f"the telephone is not asked: {why}")
        return operation

    def find_match(self, customer_id: int, operation_id: str) -> str:
        """The number that the asking terminal shows; nothing where none is needed."""
        return self.service.find_match(customer_id, operation_id)

    def lift_latency(self, customer_id: int) -> None:
        """Transaction 0203, by the agency's adviser, every item of the identity check seen. Raises BankSideError."""
        with self.store.reading() as connection:
            found = find_staff(connection, AGENCY)
        if found is None:
            raise BankSideError(f"{AGENCY} does not work here any more")
        seen = dict.fromkeys(IdentityItem, "seen in a script")
        try:
            self.service.lift_latency(found[0], customer_id, seen)
        except BankError as error:
            raise BankSideError(str(error)) from None

    def list_inbox(self) -> Sequence[BenchMessage]:
        """The latest messages to anybody, newest first: in the demonstration every telephone lies on the bench."""
        found: list[BenchMessage] = []
        for customer in self.store.list_customers():
            number, name = customer.customer_id, customer.name
            texts = self.service.operations.list_messages(number)
            found += [BenchMessage(name, "sms", one.text, one.created_ms) for one in texts]
            mails = self.service.list_mails(number)
            found += [BenchMessage(name, "mail", one.text, one.created_ms) for one in mails]
        return sorted(found, key=lambda one: -one.at_ms)[:MOST_SHOWN]

    def find_latest(self, customer_id: int, kind: str = "") -> Operation | None:
        """The operation that changed last, of that kind where one is named."""
        found = self.service.operations.list_operations(customer_id)
        return next((one for one in reversed(found) if not kind or one.kind.value == kind), None)


def find_code(texts: Iterable[str]) -> str:
    """The eight digits in the first of the messages that has any; nothing where none has."""
    for text in texts:
        found = CODE.search(text)
        if found:
            return "".join(found.groups())
    return ""
