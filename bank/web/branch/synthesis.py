"""What an adviser sees of one customer, read in one transaction. Nothing of it is a code, or leads to one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, func, or_, select

from bank.books.clock import read_time
from bank.books.customers import find_customer, list_contacts, list_credentials, list_customers
from bank.books.people import Beneficiary, BeneficiaryState, Contact, Credential, CredentialKind, PaymentCard
from bank.books.records import Customer, Status, is_askable
from bank.books.schema import CARDS, CUSTOMERS, EFFECTS, OPERATIONS, SMS_OUTBOX
from bank.journal.chain import JournalLine, name_customer
from bank.journal.keeping import list_lines
from bank.ledger.entries import Account
from bank.ledger.keeping import list_accounts
from bank.operations.catalogue import EffectKind
from bank.operations.people import find_confirmer
from bank.operations.policy import OPERATION_POLICY
from bank.operations.ports import Operation
from bank.operations.shelf import list_rows
from bank.people.payments import list_beneficiaries, list_payment_cards

MOST_FOUND: Final = 50
LONGEST_QUERY: Final = 60
LATEST: Final = 30
"""So many operations and notices are shown."""


@dataclass(frozen=True, slots=True)
class SeenCredential:
    """With what the customer proves who he is, and what became of the card, where it is one."""

    credential: Credential
    status: Status | None


@dataclass(frozen=True, slots=True)
class DeskNotice:
    """That something was told to the customer by text message, and when. Its words stay between bank and customer: a
    code may be among them."""

    at_ms: int
    number_end: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Synthesis:
    """One customer, as the books have him at `now_ms`. `closed_to_codes`: too many wrong codes in a row.
    `reported`: the operations of which the customer, or somebody here, said that they are a fraud; `frozen`: the
    beneficiaries that this has frozen."""

    customer: Customer
    now_ms: int
    contacts: Sequence[Contact]
    accounts: Sequence[Account]
    cards: Sequence[PaymentCard]
    credentials: Sequence[SeenCredential]
    operations: Sequence[Operation]
    notices: Sequence[DeskNotice]
    closed_to_codes: bool
    reported: frozenset[str]
    frozen: Sequence[Beneficiary]


def search_customers(connection: Connection, query: str) -> Sequence[Customer]:
    """Customers whose name or user code has that in it, by user code; all of them for nothing."""
    words = query.strip()[:LONGEST_QUERY]
    if not is_askable(words):
        return ()
    if not words:
        return list_customers(connection)[:MOST_FOUND]
    like = (CUSTOMERS.c.name, CUSTOMERS.c.user_code)
    meant = or_(*(func.lower(column).contains(words.lower(), autoescape=True) for column in like))
    found = select(CUSTOMERS.c.user_code).where(meant).order_by(CUSTOMERS.c.user_code).limit(MOST_FOUND)
    users = connection.execute(found).scalars().all()
    return [customer for user in users if (customer := find_customer(connection, user))]


def read_synthesis(connection: Connection, user: str, wall_ms: int) -> Synthesis | None:
    """Everything about the customer with that user code."""
    customer = find_customer(connection, user)
    if customer is None:
        return None
    number, now_ms = customer.customer_id, read_time(connection, wall_ms)
    confirmer = find_confirmer(connection, number)
    return Synthesis(
        customer=customer,
        now_ms=now_ms,
        contacts=list_contacts(connection, number),
        accounts=list_accounts(connection, number),
        cards=list_payment_cards(connection, number),
        credentials=[_seen(connection, one) for one in list_credentials(connection, number)],
        operations=list(reversed(list_rows(connection, number, 0, now_ms)))[:LATEST],
        notices=_notices(connection, number),
        closed_to_codes=confirmer is not None and confirmer.refusals >= OPERATION_POLICY.refusals,
        reported=_list_reported(connection, number),
        frozen=[one for one in list_beneficiaries(connection, number) if one.state is BeneficiaryState.FROZEN],
    )


def list_journal(connection: Connection, customer: Customer) -> Sequence[JournalLine]:
    """What was done about this customer, newest first."""
    return list_lines(connection, name_customer(customer.customer_id))


def _seen(connection: Connection, credential: Credential) -> SeenCredential:
    if credential.kind is not CredentialKind.CARD:
        return SeenCredential(credential, None)
    query = select(CARDS.c.last_atc, CARDS.c.failures, CARDS.c.blocked).where(CARDS.c.card_id == credential.reference)
    row = connection.execute(query).first()
    return SeenCredential(credential, Status(*row) if row else None)


def _list_reported(connection: Connection, customer_id: int) -> frozenset[str]:
    joined = select(EFFECTS.c.operation_id).join(OPERATIONS, OPERATIONS.c.id == EFFECTS.c.operation_id)
    own = joined.where(OPERATIONS.c.customer_id == customer_id, EFFECTS.c.kind == EffectKind.PROTECTION.value)
    latest = own.order_by(OPERATIONS.c.seq.desc()).limit(LATEST)
    return frozenset(connection.execute(latest).scalars())


def _notices(connection: Connection, customer_id: int) -> Sequence[DeskNotice]:
    query = select(SMS_OUTBOX.c.created_ms, SMS_OUTBOX.c.number).where(SMS_OUTBOX.c.customer_id == customer_id)
    rows = connection.execute(query.order_by(SMS_OUTBOX.c.id.desc()).limit(LATEST))
    return [DeskNotice(at_ms, number[-2:]) for at_ms, number in rows]
