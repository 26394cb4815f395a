"""What the client space reads in the books of one customer; every look is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select

from bank.books.schema import BENEFICIARIES, CONTACTS, EFFECTS, OPERATIONS, PAYMENT_CARDS
from bank.books.store_sql import SqlStore
from bank.ledger.entries import Account, StatementLine
from bank.ledger.keeping import list_accounts, list_statement
from bank.operations.catalogue import EffectKind

ACTIVE: Final = "active"
REMOVED: Final = "removed"
SECURE_TELEPHONE: Final = "secure-telephone"
CONTACT_KINDS: Final = ("email", "address", SECURE_TELEPHONE, "telephone")
"""In the order they are shown."""


@dataclass(frozen=True, slots=True)
class SavedPayee:
    """A beneficiary of the customer. `state`: active or frozen."""

    name: str = field(repr=False)
    iban: str = field(repr=False)
    state: str
    added_ms: int


@dataclass(frozen=True, slots=True)
class OwnCard:
    """A payment card of the customer, with its limits in cents. `account`: the IBAN it is debited to."""

    number: int
    state: str
    account: str = field(repr=False)
    payment_cents: int
    withdrawal_cents: int


@dataclass(frozen=True, slots=True)
class OwnContact:
    """Where the customer is reached, and since when that is known (0: before this was noted)."""

    kind: str
    value: str = field(repr=False)
    since_ms: int


@dataclass(frozen=True, slots=True)
class CustomerFile:
    """One customer's file. Everything is asked for by the number, never by what a visitor sends. Raises StateError."""

    store: SqlStore
    customer_id: int

    def list_accounts(self) -> Sequence[Account]:
        """The accounts, oldest first."""
        with self.store.reading() as connection:
            return list_accounts(connection, self.customer_id)

    def find_account(self, iban: str) -> Account | None:
        """The customer's own account of that number."""
        return next((account for account in self.list_accounts() if account.iban == iban), None)

    def list_statement(self, account: Account) -> Sequence[StatementLine]:
        """An account's latest movements, newest first."""
        with self.store.reading() as connection:
            return list_statement(connection, account.account_id)

    def list_payees(self) -> Sequence[SavedPayee]:
        """The beneficiaries, by name."""
        query = select(BENEFICIARIES).where(
            BENEFICIARIES.c.customer_id == self.customer_id, BENEFICIARIES.c.state != REMOVED
        )
        with self.store.reading() as connection:
            rows = connection.execute(query.order_by(BENEFICIARIES.c.name, BENEFICIARIES.c.id)).mappings()
            return [SavedPayee(row["name"], row["iban"], row["state"], row["added_ms"]) for row in rows]

    def list_cards(self) -> Sequence[OwnCard]:
        """The payment cards, oldest first."""
        accounts = {account.account_id: account.iban for account in self.list_accounts()}
        query = select(PAYMENT_CARDS).where(PAYMENT_CARDS.c.customer_id == self.customer_id)
        with self.store.reading() as connection:
            rows = connection.execute(query.order_by(PAYMENT_CARDS.c.id)).mappings()
            return [
                OwnCard(
                    row["id"],
                    row["state"],
                    accounts.get(row["account_id"], ""),
                    row["payment_cents"],
                    row["withdrawal_cents"],
                )
                for row in rows
            ]

    def list_contacts(self) -> Sequence[OwnContact]:
        """Every kind of contact that is in force."""
        query = select(CONTACTS).where(CONTACTS.c.customer_id == self.customer_id, CONTACTS.c.until_ms.is_(None))
        with self.store.reading() as connection:
            found = {row["kind"]: row for row in connection.execute(query).mappings()}
            return [
                OwnContact(kind, found[kind]["value"], found[kind]["since_ms"])
                for kind in CONTACT_KINDS
                if kind in found
            ]

    def find_effect(self, operation_id: str, kind: EffectKind) -> str:
        """How far the bank is with what it owes for an operation: due, done or failed; nothing where it owes none."""
        query = select(EFFECTS.c.state).join(OPERATIONS, OPERATIONS.c.id == EFFECTS.c.operation_id)
        own = query.where(OPERATIONS.c.customer_id == self.customer_id, OPERATIONS.c.id == operation_id)
        with self.store.reading() as connection:
            return connection.execute(own.where(EFFECTS.c.kind == kind.value)).scalar() or ""

    def find_telephone_end(self) -> str:
        """The last two digits of the secure telephone; nothing when there is none."""
        telephones = (contact.value for contact in self.list_contacts() if contact.kind == SECURE_TELEPHONE)
        return next(telephones, "")[-2:]
