"""Customers in the books, their contacts and credentials. Every function works in the caller's transaction."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from bank.books.people import LONGEST_CONTACT, Contact, ContactKind, Credential, CredentialKind, PeopleError
from bank.books.records import Customer, CustomerKind, Holder, check_name, is_askable
from bank.books.schema import CONTACTS, CREDENTIALS, CUSTOMERS

HOLDERS = select(CUSTOMERS, CREDENTIALS.c.card_id).join(CREDENTIALS, CREDENTIALS.c.customer_id == CUSTOMERS.c.id)
"""Customers with each card that they sign in with."""

LIVE_CARD = (CREDENTIALS.c.kind == CredentialKind.CARD.value) & CREDENTIALS.c.until_ms.is_(None)


BY_USER: Final = select(CUSTOMERS).where(CUSTOMERS.c.user_code == bindparam("user"))
BY_NUMBER: Final = select(CUSTOMERS).where(CUSTOMERS.c.id == bindparam("number"))
"""Made once: every request asks for who sends it."""


def find_customer(connection: Connection, user: str) -> Customer | None:
    """The customer with that user code."""
    if not is_askable(user):
        return None
    row = connection.execute(BY_USER, {"user": user}).mappings().first()
    return customer_of(row) if row else None


def find_customer_numbered(connection: Connection, customer_id: int) -> Customer | None:
    """The customer with that number."""
    row = connection.execute(BY_NUMBER, {"number": customer_id}).mappings().first()
    return customer_of(row) if row else None


def find_holder(connection: Connection, user: str) -> Holder | None:
    """The customer with that user code and the card that makes the codes: the latest one, where there are several."""
    if not is_askable(user):
        return None
    query = HOLDERS.where(CUSTOMERS.c.user_code == user, LIVE_CARD).order_by(CREDENTIALS.c.id.desc()).limit(1)
    row = connection.execute(query).mappings().first()
    return _holder(row) if row else None


def list_customers(connection: Connection) -> Sequence[Customer]:
    """All customers, by user code."""
    rows = connection.execute(select(CUSTOMERS).order_by(CUSTOMERS.c.user_code)).mappings()
    return [customer_of(row) for row in rows]


def list_holders(connection: Connection) -> Sequence[Holder]:
    """All customers with each of their cards, by user code, the latest card first."""
    query = HOLDERS.where(LIVE_CARD).order_by(CUSTOMERS.c.user_code, CREDENTIALS.c.id.desc())
    return [_holder(row) for row in connection.execute(query).mappings()]


def add_customer(connection: Connection, customer: Customer, now_ms: int) -> Customer:
    """Take a customer into the books, subscribed from now on; the same with its number. Raises IssuingError for a name
    that cannot be kept, and IntegrityError when the user code is taken."""
    check_name(customer)
    row = {
        "user_code": customer.user,
        "name": customer.name,
        "kind": customer.kind.value,
        "created_ms": now_ms,
        "subscribed_ms": now_ms,
    }
    return customer_of(connection.execute(insert(CUSTOMERS).values(row).returning(CUSTOMERS)).mappings().one())


def add_credential(
    connection: Connection, customer_id: int, kind: CredentialKind, reference: str, now_ms: int
) -> Credential:
    """Something more that the customer proves who he is with. Raises IntegrityError for a card that is not issued."""
    made = insert(CREDENTIALS).values(customer_id=customer_id, **credential_row(kind, reference, now_ms))
    return credential_of(connection.execute(made.returning(CREDENTIALS)).mappings().one())


def list_credentials(connection: Connection, customer_id: int) -> Sequence[Credential]:
    """All that the customer ever had, oldest first."""
    query = select(CREDENTIALS).where(CREDENTIALS.c.customer_id == customer_id).order_by(CREDENTIALS.c.id)
    return [credential_of(row) for row in connection.execute(query).mappings()]


def end_credential(connection: Connection, credential_id: int, now_ms: int) -> bool:
    """It proves nothing from now on; False when it had ended before."""
    live = update(CREDENTIALS).where(CREDENTIALS.c.id == credential_id, CREDENTIALS.c.until_ms.is_(None))
    return connection.execute(live.values(until_ms=now_ms)).rowcount == 1


def credential_row(kind: CredentialKind, reference: str, now_ms: int) -> dict[str, object]:
    """The columns that do not say whose it is."""
    card = kind is CredentialKind.CARD
    return {
        "kind": kind.value,
        "card_id": reference if card else None,
        "reference": None if card else reference,
        "since_ms": now_ms,
    }


def credential_of(row: RowMapping) -> Credential:
    """The value of a row."""
    reference = row["card_id"] or row["reference"]
    return Credential(row["id"], CredentialKind(row["kind"]), reference, row["since_ms"], row["until_ms"])


def change_contact(connection: Connection, customer_id: int, kind: ContactKind, value: str, now_ms: int) -> Contact:
    """From now on it is this one; the one before it stays in the books with its end. Raises PeopleError."""
    if not (0 < len(value) <= LONGEST_CONTACT and value.isprintable()):
        raise PeopleError(f"a contact has 1 to {LONGEST_CONTACT} signs that can be shown")
    current = update(CONTACTS).where(
        CONTACTS.c.customer_id == customer_id, CONTACTS.c.kind == kind.value, CONTACTS.c.until_ms.is_(None)
    )
    connection.execute(current.values(until_ms=now_ms))
    row = {"customer_id": customer_id, "kind": kind.value, "value": value, "since_ms": now_ms}
    connection.execute(insert(CONTACTS).values(row))
    return Contact(kind, value, now_ms)


def find_contact(connection: Connection, customer_id: int, kind: ContactKind) -> Contact | None:
    """The customer's present one of that kind."""
    return next((one for one in list_contacts(connection, customer_id) if one.kind is kind), None)


def list_contacts(connection: Connection, customer_id: int, *, past: bool = False) -> Sequence[Contact]:
    """The customer's present contacts, or with those that were, in the order in which they became known."""
    query = select(CONTACTS).where(CONTACTS.c.customer_id == customer_id).order_by(CONTACTS.c.id)
    found = connection.execute(query if past else query.where(CONTACTS.c.until_ms.is_(None))).mappings()
    return [Contact(ContactKind(row["kind"]), row["value"], row["since_ms"], row["until_ms"]) for row in found]


def _holder(row: RowMapping) -> Holder:
    return Holder(customer_of(row), read_text(row["card_id"]))


def customer_of(row: RowMapping) -> Customer:
    """The value of a row."""
    return Customer(
        read_text(row["user_code"]), read_text(row["name"]), CustomerKind(row["kind"]), row["id"], row["subscribed_ms"]
    )


def read_text(value: object) -> str:
    """SQLite keeps anything in any column. Raises TypeError."""
    if isinstance(value, str):
        return value
    raise TypeError("no text")
