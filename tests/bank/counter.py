"""A bank with an individual and a professional customer, its clock in the test's hand, and their cards' codes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import func, insert, select, update

from bank.books.schema import ACCOUNTS, CONTACTS, CUSTOMERS, EFFECTS, ENTRIES, JOURNAL, PAYMENT_CARDS
from bank.books.store_sql import SqlStore
from bank.demo.customers import furnish_books
from bank.emv.keys import card_key
from bank.iban import make_french_iban
from bank.journal.keeping import verify_journal
from bank.ledger.entries import AccountKind, MovementKind, Posting, transfer_between
from bank.ledger.keeping import find_ledger_faults, open_account, open_house_account, post_movement
from bank.operations.catalogue import CATALOGUE, FieldKind, OperationKind, TerminalKind
from bank.operations.octets import Value
from bank.operations.policy import OPERATION_POLICY, OperationPolicy
from bank.operations.ports import Asking, Operation
from bank.operations.proofs import code_request
from bank.operations.service import OperationService
from bank.verification import Search

NOON: Final = 1_767_268_800_000
"""The first of January 2026, 12:00 UTC, in milliseconds."""
FUNDS: Final = 100_000
PHONE: Final = "+33 6 39 98 00 42"
PAYEE: Final = make_french_iban("30006", "00001", "12345678901")
ABROAD: Final = "DE89370400440532013000"


@dataclass
class Hand:
    """A clock that stands until it is set."""

    ms: int = NOON

    def __call__(self) -> int:
        return self.ms


@dataclass
class Counter:
    """The bank from the customer's side."""

    store: SqlStore
    hand: Hand = field(default_factory=Hand)
    policy: OperationPolicy = OPERATION_POLICY

    def __post_init__(self) -> None:
        furnish_books(self.store)
        with self.store.writing() as connection:
            found = dict(connection.execute(select(CUSTOMERS.c.user_code, CUSTOMERS.c.id)).tuples().all())
            self.durand, self.moreau = found["DURAND42"], found["MOREAU17"]
            professional = update(CUSTOMERS).where(CUSTOMERS.c.id == self.moreau)
            connection.execute(professional.values(kind="professional"))
        self.accounts, self.cards = self._known()
        if not self.cards:
            for customer in (self.durand, self.moreau):
                self._furnish(customer)
            self.accounts, self.cards = self._known()
        self.service = self.another()

    def another(self) -> OperationService:
        """Another worker at the same books."""
        return OperationService(self.store, policy=self.policy, wall=self.hand)

    def _known(self) -> tuple[dict[int, str], dict[int, int]]:
        """Account and payment card of each customer: books that were opened before have them."""
        with self.store.reading() as connection:
            cards = select(PAYMENT_CARDS.c.customer_id, PAYMENT_CARDS.c.id)
            joined = select(PAYMENT_CARDS.c.customer_id, ACCOUNTS.c.iban).join(
                ACCOUNTS, ACCOUNTS.c.id == PAYMENT_CARDS.c.account_id
            )
            return dict(connection.execute(joined).tuples().all()), dict(connection.execute(cards).tuples().all())

    def _furnish(self, customer: int) -> None:
        with self.store.writing() as connection:
            for kind, value in (("secure-telephone", PHONE), ("email", "old@example.org"), ("address", "1 rue Haute")):
                row = {"customer_id": customer, "kind": kind, "value": value, "since_ms": 0}
                connection.execute(insert(CONTACTS).values(row))
            account = open_account(connection, customer, f"test-{customer}", AccountKind.CURRENT, NOON)
            house = open_house_account(connection, AccountKind.CLEARING, NOON)
            legs = transfer_between(house, account, FUNDS)
            post_movement(connection, Posting(NOON, MovementKind.OPENING, "opening", legs))
            card = {
                "customer_id": customer,
                "account_id": account.account_id,
                "card_id": "bank-card",
                "state": "active",
                "since_ms": 0,
                "payment_cents": 1,
                "withdrawal_cents": 1,
            }
            connection.execute(insert(PAYMENT_CARDS).values(card))

    def fields(self, kind: OperationKind, customer: int) -> dict[str, Value]:
        """Something right in each field."""
        samples: Mapping[FieldKind, Value] = {
            FieldKind.CENTS: 12_345,
            FieldKind.IBAN: PAYEE,
            FieldKind.IBAN_OF_FRANCE: PAYEE,
            FieldKind.IBAN_ABROAD: ABROAD,
            FieldKind.NAME: "Épicerie du Coin",
            FieldKind.EMAIL: "new@example.org",
            FieldKind.ADDRESS: "2 rue Basse, 75000 Paris",
            FieldKind.CARD: self.cards[customer],
            FieldKind.DAYS: 90,
        }
        values = {rule.name: samples[rule.kind] for rule in CATALOGUE[kind].fields if not rule.optional}
        return values | ({"account": self.accounts[customer]} if "account" in values else {})

    def ask(self, kind: OperationKind = OperationKind.SEPA_TRANSFER, **changed: Value) -> Operation:
        """The individual asks at his computer; some fields as told."""
        return self.service.request_operation(self.asking(kind, **changed))

    def asking(self, kind: OperationKind = OperationKind.SEPA_TRANSFER, **changed: Value) -> Asking:
        """The same, not yet asked."""
        return Asking(self.durand, kind, TerminalKind.COMPUTER, self.fields(kind, self.durand) | changed)

    def reader_code(self, operation: Operation, ahead: int = 0) -> str:
        """What the customer's reader shows for it. `ahead`: codes that were made before and never used."""
        customer = operation.content.customer_id
        instruction = self.service.instruct_reader(customer, operation.operation_id)
        card = self.store.find_card("bank-card" if customer == self.durand else "sesame-card")
        assert card is not None
        search = Search(card, card_key(self.store.issuer_key(card.key_name), card.pan, card.psn))
        search = replace(search, request=code_request(instruction))
        return search.code(self.store.card_status(card.card_id).last_atc + 1 + ahead)

    def sms_code(self, operation: Operation) -> str:
        """Have a code sent, and read it on the telephone."""
        customer = operation.content.customer_id
        self.service.send_sms_code(customer, operation.operation_id)
        return self.read_code(customer)

    def read_code(self, customer: int) -> str:
        """The code in the latest message."""
        text = self.service.list_messages(customer)[0].text
        found = re.search(r"(?:est|is) (\d{4}) (\d{4})", text)
        assert found
        return "".join(found.groups())

    def balance(self, iban: str) -> int:
        """What is on an account."""
        with self.store.reading() as connection:
            return int(connection.execute(select(ACCOUNTS.c.balance_cents).where(ACCOUNTS.c.iban == iban)).scalar_one())

    def effects(self, operation: Operation) -> dict[str, str]:
        """Each effect of an operation and its state."""
        query = select(EFFECTS.c.kind, EFFECTS.c.state).where(EFFECTS.c.operation_id == operation.operation_id)
        with self.store.reading() as connection:
            return dict(connection.execute(query).tuples().all())

    def events(self) -> list[str]:
        """What the journal says, in order."""
        with self.store.reading() as connection:
            return list(connection.execute(select(JOURNAL.c.event).order_by(JOURNAL.c.seq)).scalars())

    def legs(self) -> int:
        """How many entries the ledger has."""
        with self.store.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(ENTRIES)).scalar_one())

    def check_books(self) -> None:
        """Ledger and journal are whole."""
        with self.store.reading() as connection:
            assert not find_ledger_faults(connection)
            assert verify_journal(connection).broken is None
