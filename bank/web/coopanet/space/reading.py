"""What the client space reads in the books of one customer; every look is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from bank.books.customers import list_contacts
from bank.books.people import Beneficiary, BeneficiaryState, Contact, ContactKind, PaymentCard, PaymentCardState
from bank.books.schema import EFFECTS, OPERATIONS, SMS_CODES
from bank.books.store_sql import SqlStore
from bank.ledger.entries import Account, StatementLine
from bank.ledger.keeping import list_accounts, list_statement
from bank.operations.catalogue import EffectKind
from bank.operations.notices import CustomerNotice, list_notices
from bank.operations.ports import ScheduledPayment
from bank.operations.scheduling import find_scheduled
from bank.people.payments import list_beneficiaries, list_payment_cards
from bank.threeds.merchants import ACTIVE, OTHER_THAN_SHOPS, Merchant, list_merchants

SHOWN_CONTACTS = (ContactKind.EMAIL, ContactKind.ADDRESS, ContactKind.SECURE_TELEPHONE, ContactKind.TELEPHONE)
"""In the order they are shown."""


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

    def list_payees(self) -> Sequence[Beneficiary]:
        """The beneficiaries, by name."""
        with self.store.reading() as connection:
            return sorted(list_beneficiaries(connection, self.customer_id), key=lambda payee: payee.name)

    def list_open_payees(self) -> Sequence[Beneficiary]:
        """Those that can be paid."""
        return [payee for payee in self.list_payees() if payee.state is BeneficiaryState.ACTIVE]

    def list_cards(self) -> Sequence[PaymentCard]:
        """The payment cards, oldest first."""
        with self.store.reading() as connection:
            return list_payment_cards(connection, self.customer_id)

    def list_open_cards(self) -> Sequence[PaymentCard]:
        """Those that are in use."""
        return [card for card in self.list_cards() if card.state is PaymentCardState.ACTIVE]

    def list_shops(self) -> Sequence[Merchant]:
        """Shops on the internet that are paid by this bank's cards, by name."""
        with self.store.reading() as connection:
            known = [shop for shop in list_merchants(connection) if shop.state == ACTIVE]
            shops = [shop for shop in known if shop.category not in OTHER_THAN_SHOPS]
        return sorted(shops, key=lambda shop: shop.name)

    def list_contacts(self) -> Sequence[Contact]:
        """Every kind of contact that is in force."""
        with self.store.reading() as connection:
            return sorted(
                list_contacts(connection, self.customer_id), key=lambda contact: SHOWN_CONTACTS.index(contact.kind)
            )

    def list_notices(self) -> Sequence[CustomerNotice]:
        """What the customer was told, newest first."""
        with self.store.reading() as connection:
            return list_notices(connection, self.customer_id)

    def find_effect(self, operation_id: str, kind: EffectKind) -> str:
        """How far the bank is with what it owes for an operation: due, done or failed; nothing where it owes none."""
        query = select(EFFECTS.c.state).join(OPERATIONS, OPERATIONS.c.id == EFFECTS.c.operation_id)
        own = query.where(OPERATIONS.c.customer_id == self.customer_id, OPERATIONS.c.id == operation_id)
        with self.store.reading() as connection:
            return connection.execute(own.where(EFFECTS.c.kind == kind.value)).scalar() or ""

    def find_scheduled(self, operation_id: str) -> ScheduledPayment | None:
        """What became of a transfer of a later day; None for another one, and for another customer's."""
        with self.store.reading() as connection:
            found = find_scheduled(connection, operation_id)
        return found if found and found.customer_id == self.customer_id else None

    def has_code(self, operation_id: str, now_ms: int) -> bool:
        """Whether a code for it was sent by text message that may still be good."""
        joined = select(SMS_CODES.c.until_ms).join(OPERATIONS, OPERATIONS.c.id == SMS_CODES.c.operation_id)
        own = joined.where(OPERATIONS.c.customer_id == self.customer_id, OPERATIONS.c.id == operation_id)
        with self.store.reading() as connection:
            return connection.execute(own.where(SMS_CODES.c.until_ms > now_ms)).first() is not None

    def find_telephone_end(self) -> str:
        """The last two digits of the secure telephone; nothing when there is none."""
        secure = (contact.value for contact in self.list_contacts() if contact.kind is ContactKind.SECURE_TELEPHONE)
        return next(secure, "")[-2:]
