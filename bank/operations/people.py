"""Who the customer of an operation is: his kind, the card that makes his codes, where he is reached, his refusals."""

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, bindparam, select

from bank.books.customers import find_contact
from bank.books.limiting import COUNT, count_one, read_count, uncount_one, zero_counts
from bank.books.people import ContactKind
from bank.books.schema import CREDENTIALS, CUSTOMERS, LIMITS
from bank.books.schema_keys import ACCESS_KEYS
from bank.books.schema_securpass import DEVICES, ENROLMENTS
from bank.operations.catalogue import Clientele

REFUSALS: Final = "refusals"
"""What `limits` counts under this word and the customer's number: wrong codes in a row."""
FOR_EVER: Final = 2**62
"""Milliseconds: a row of refusals is not ended by time."""


KIND: Final = select(CUSTOMERS.c.kind).where(CUSTOMERS.c.id == bindparam("customer"))
CARD: Final = (
    select(CREDENTIALS.c.card_id)
    .where(
        CREDENTIALS.c.customer_id == bindparam("customer"),
        CREDENTIALS.c.kind == "card",
        CREDENTIALS.c.until_ms.is_(None),
    )
    .order_by(CREDENTIALS.c.id.desc())
    .limit(1)
)
APP: Final = (
    select(ENROLMENTS.c.usable_from_ms)
    .join(DEVICES, DEVICES.c.enrolment_id == ENROLMENTS.c.id)
    .where(
        ENROLMENTS.c.customer_id == bindparam("customer"),
        ENROLMENTS.c.state == "subscribed",
        DEVICES.c.state == "active",
    )
)
APPROVER: Final = select(
    CUSTOMERS.c.kind, COUNT.scalar_subquery().label("refusals"), APP.limit(1).scalar_subquery().label("usable_from")
).where(CUSTOMERS.c.id == bindparam("customer"))
"""Made once: every decision asks them, and making a statement costs more than executing it."""


@dataclass(frozen=True, slots=True)
class Confirmer:
    """A customer as somebody who confirms. `card_id`, `telephone`: None where he has none. `refusals`: in a row."""

    customer_id: int
    clientele: Clientele
    card_id: str | None
    telephone: str | None = field(repr=False)
    refusals: int


@dataclass(frozen=True, slots=True)
class Approver:
    """A customer as somebody with the app. `usable_from`: as `find_app` has it."""

    clientele: Clientele
    refusals: int
    usable_from: int | None


def find_approver(connection: Connection, customer_id: int) -> Approver | None:
    """What a decision on the telephone needs to know of the customer, in one look."""
    given = {"customer": customer_id, "name": _refusals(customer_id)}
    row = connection.execute(APPROVER, given).first()
    return Approver(Clientele(row.kind), row.refusals or 0, row.usable_from) if row else None


def find_confirmer(connection: Connection, customer_id: int) -> Confirmer | None:
    """The customer with that number."""
    kind = connection.execute(KIND, {"customer": customer_id}).scalar()
    if kind is None:
        return None
    telephone = find_contact(connection, customer_id, ContactKind.SECURE_TELEPHONE)
    return Confirmer(
        customer_id,
        Clientele(kind),
        connection.execute(CARD, {"customer": customer_id}).scalar(),
        telephone.value if telephone else None,
        count_refusals(connection, customer_id),
    )


def find_app(connection: Connection, customer_id: int) -> int | None:
    """From when (milliseconds since 1970) the customer's telephone approves; None where none is active."""
    found: int | None = connection.execute(APP, {"customer": customer_id}).scalar()
    return found


def has_signing_key(connection: Connection, customer_id: int) -> bool:
    """Whether the customer has an access key whose slot 9C was attested."""
    own = (ACCESS_KEYS.c.customer_id == customer_id, ACCESS_KEYS.c.state == "issued")
    query = select(ACCESS_KEYS.c.id).where(*own, ACCESS_KEYS.c.signing_key.is_not(None)).limit(1)
    return connection.execute(query).scalar() is not None


def count_refusals(connection: Connection, customer_id: int) -> int:
    """Wrong codes in a row, whatever they were for."""
    return read_count(connection, _refusals(customer_id)) or 0


def take_try(connection: Connection, customer_id: int, most: int, now_ms: int) -> bool:
    """Count a try as refused before the code is looked at; False, and nothing counted, when `most` were."""
    return count_one(connection, _refusals(customer_id), most, now_ms, FOR_EVER)


def lock_tries(connection: Connection, customer_id: int) -> None:
    """Where rows are locked: this customer's tries first, so that two of his requests wait in the same order."""
    if connection.dialect.name == "sqlite":
        return  # one transaction writes at a time there
    query = select(LIMITS.c.count).where(LIMITS.c.key == _refusals(customer_id))
    connection.execute(query.with_for_update())


def give_back_try(connection: Connection, customer_id: int) -> None:
    """It was no try after all."""
    uncount_one(connection, _refusals(customer_id))


def forget_refusals(connection: Connection, customer_id: int, *others: str) -> None:
    """The row is ended: by a right code, or by an adviser. `others`: what else is counted, and ends with it (two at
    most).

    The count stays, as none: a try at the same moment would find it gone on PostgreSQL, and be held for one too many.
    """
    zero_counts(connection, _refusals(customer_id), *others)


def _refusals(customer_id: int) -> str:
    return f"{REFUSALS}/{customer_id}"
