"""The demonstration's customers with all that is theirs: contacts, accounts with a month behind them, a payment card.

Whoever has no account yet is furnished, also a customer who was taken in by hand. The month ends on the day of that.
"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, delete, select

from bank.books.clock import read_time, wall_ms
from bank.books.customers import change_contact, list_holders
from bank.books.database import lock_books
from bank.books.emptying import delete_rows
from bank.books.people import ContactKind, CredentialKind, PaymentCardState
from bank.books.records import Customer, Holder
from bank.books.schema import (
    ACCOUNTS,
    ATTEMPTS,
    CARDS,
    CREDENTIALS,
    CUSTOMERS,
    ISSUER_KEYS,
    JOURNAL,
    MERCHANTS,
    STAFF,
)
from bank.books.schema_partners import PARTNERS
from bank.books.schema_securpass import PASSWORDS
from bank.books.store import Store
from bank.books.store_sql import reset_cards
from bank.demo.customers import first_issues
from bank.demo.month import DAYS, choose, make_accounts
from bank.esecure.beginning import KEPT, take_back_keys
from bank.journal.chain import name_customer
from bank.journal.keeping import append_line
from bank.ledger.entries import Account, AccountKind, MovementKind, Posting, transfer_between
from bank.ledger.keeping import open_account, open_house_account, post_movement
from bank.people.payments import CardOrder, add_payment_card, note_first_use

DAY_MS: Final = 86_400_000
FURNISHING_LOCK: Final = 0x5E5A40
"""PostgreSQL's: of several processes that open new books at once, one furnishes."""

STAYING: Final = (
    ISSUER_KEYS,
    CARDS,
    CUSTOMERS,
    CREDENTIALS,
    STAFF,
    MERCHANTS,
    PARTNERS,
    ATTEMPTS,
    JOURNAL,
    PASSWORDS,
    *KEPT,
)
"""What the next customer finds as the last one left it; every other table is emptied."""

PAYMENT_CENTS: Final = 200_000
WITHDRAWAL_CENTS: Final = 50_000


def furnish_people(connection: Connection, now_ms: int) -> None:
    """Give everybody who has no account yet what a customer of the demonstration has."""
    lock_books(connection, FURNISHING_LOCK)
    having = set(connection.execute(select(ACCOUNTS.c.customer_id)).scalars())
    for holder in list_holders(connection):
        if holder.customer.customer_id not in having:
            having.add(holder.customer.customer_id)
            _furnish_customer(connection, holder, now_ms)


def begin_anew(store: Store) -> None:
    """For the next one who tries it: cards and all that customers have as at first. The customers themselves, those
    taken in since among them, the log of codes and the journal stay. Raises StateError, and then nothing is changed."""
    with store.writing() as connection:
        reset_cards(connection, first_issues())
        clear_people(connection, read_time(connection, wall_ms()))


def clear_people(connection: Connection, now_ms: int) -> None:
    """Away with all that the last customer did, and as at first again; the journal says that it was done."""
    delete_rows(connection, STAYING)
    connection.execute(delete(CREDENTIALS).where(CREDENTIALS.c.kind == CredentialKind.DEVICE.value))
    take_back_keys(connection, now_ms)
    append_line(connection, now_ms, "demonstration", "bank", "begun anew")
    furnish_people(connection, now_ms)


def _furnish_customer(connection: Connection, holder: Holder, now_ms: int) -> None:
    customer = holder.customer
    long_ago = now_ms - 400 * DAY_MS
    for kind, value in list_contact_values(customer):
        change_contact(connection, customer.customer_id, kind, value, long_ago)
    accounts = _open_accounts(connection, customer, now_ms)
    order = CardOrder(customer.customer_id, accounts[0].account_id, holder.card_id, PAYMENT_CENTS, WITHDRAWAL_CENTS)
    card = add_payment_card(connection, order, long_ago, PaymentCardState.ACTIVE)
    note_first_use(connection, card.payment_card_id, long_ago + DAY_MS)
    subject = name_customer(customer.customer_id)
    append_line(connection, now_ms, "demonstration", subject, "accounts opened", count=len(accounts))


def list_contact_values(customer: Customer) -> Iterator[tuple[ContactKind, str]]:
    """Where nobody can be reached: numbers that ARCEP keeps for fiction (decision 2018-0881: 06 39 98 xx xx), and a
    domain that is nobody's (RFC 2606)."""
    digits = f"{choose(customer.user, 'telephone', 0, 9999):04d}"
    yield ContactKind.SECURE_TELEPHONE, f"+33 6 39 98 {digits[:2]} {digits[2:]}"
    yield ContactKind.EMAIL, f"{'.'.join(_plain(customer.name))}@example.org"
    yield ContactKind.ADDRESS, f"{choose(customer.user, 'house', 1, 98)} rue de la Démonstration, 75000 Paris"


def _plain(name: str) -> list[str]:
    words = "".join(sign if sign.isascii() and sign.isalnum() else " " for sign in name.lower()).split()
    return words[:4] or ["customer"]


def _open_accounts(connection: Connection, customer: Customer, now_ms: int) -> list[Account]:
    house = open_house_account(connection, AccountKind.CLEARING, now_ms)
    plans = make_accounts(customer.user, customer.kind)
    first_ms = _noon(DAYS, now_ms)
    opened = {
        plan.kind: open_account(connection, customer.customer_id, customer.user, plan.kind, first_ms) for plan in plans
    }
    for plan in plans:
        legs = transfer_between(house, opened[plan.kind], plan.opening_cents)
        post_movement(connection, Posting(first_ms, MovementKind.OPENING, "", legs))
    for line in plans[0].movements:
        other = opened[line.partner] if line.partner else house
        legs = transfer_between(other, opened[plans[0].kind], line.cents)
        post_movement(connection, Posting(_noon(line.days_ago, now_ms), line.kind, line.label, legs))
    return list(opened.values())


def _noon(days_ago: int, now_ms: int) -> int:
    """In UTC."""
    return (now_ms // DAY_MS - days_ago) * DAY_MS + DAY_MS // 2
