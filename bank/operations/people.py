"""Who the customer of an operation is: his kind, the card that makes his codes, where he is reached, his refusals."""

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bank.books.schema import CONTACTS, CREDENTIALS, CUSTOMERS, LIMITS
from bank.operations.catalogue import Clientele

SECURE_TELEPHONE: Final = "secure-telephone"
REFUSALS: Final = "refusals"
"""What `limits` counts under this word and the customer's number: wrong codes in a row."""


@dataclass(frozen=True, slots=True)
class Confirmer:
    """A customer as somebody who confirms. `card_id`, `telephone`: None where he has none. `refusals`: in a row."""

    customer_id: int
    clientele: Clientele
    card_id: str | None
    telephone: str | None = field(repr=False)
    refusals: int


def find_confirmer(connection: Connection, customer_id: int) -> Confirmer | None:
    """The customer with that number."""
    kind = connection.execute(select(CUSTOMERS.c.kind).where(CUSTOMERS.c.id == customer_id)).scalar()
    if kind is None:
        return None
    card = select(CREDENTIALS.c.card_id).where(
        CREDENTIALS.c.customer_id == customer_id, CREDENTIALS.c.kind == "card", CREDENTIALS.c.until_ms.is_(None)
    )
    return Confirmer(
        customer_id,
        Clientele(kind),
        connection.execute(card.order_by(CREDENTIALS.c.id.desc()).limit(1)).scalar(),
        find_contact(connection, customer_id, SECURE_TELEPHONE),
        count_refusals(connection, customer_id),
    )


def find_contact(connection: Connection, customer_id: int, kind: str) -> str | None:
    """The contact of that kind that is in force."""
    query = select(CONTACTS.c.value).where(
        CONTACTS.c.customer_id == customer_id, CONTACTS.c.kind == kind, CONTACTS.c.until_ms.is_(None)
    )
    return connection.execute(query).scalar()


def change_contact(connection: Connection, customer_id: int, kind: str, value: str, now_ms: int) -> None:
    """End the one that was in force, and begin this one: since when it is known decides elsewhere."""
    old = update(CONTACTS).where(
        CONTACTS.c.customer_id == customer_id, CONTACTS.c.kind == kind, CONTACTS.c.until_ms.is_(None)
    )
    connection.execute(old.values(until_ms=now_ms))
    row = {"customer_id": customer_id, "kind": kind, "value": value, "since_ms": now_ms}
    connection.execute(insert(CONTACTS).values(row))


def count_refusals(connection: Connection, customer_id: int) -> int:
    """Wrong codes in a row, whatever they were for."""
    query = select(LIMITS.c.count).where(LIMITS.c.key == _key(REFUSALS, str(customer_id)))
    return connection.execute(query).scalar() or 0


def take_try(connection: Connection, customer_id: int, most: int, now_ms: int) -> int | None:
    """Count a try as refused before the code is looked at: how many there are then; None, and nothing counted, when
    `most` were."""
    return _count_up(connection, _key(REFUSALS, str(customer_id)), most, now_ms)


def lock_tries(connection: Connection, customer_id: int) -> None:
    """Where rows are locked: this customer's tries first, so that two of his requests wait in the same order."""
    query = select(LIMITS.c.count).where(LIMITS.c.key == _key(REFUSALS, str(customer_id)))
    connection.execute(query.with_for_update())


def give_back_try(connection: Connection, customer_id: int) -> None:
    """It was no try after all."""
    key = _key(REFUSALS, str(customer_id))
    change = update(LIMITS).where(LIMITS.c.key == key, LIMITS.c.count > 0).values(count=LIMITS.c.count - 1)
    connection.execute(change)


def forget_refusals(connection: Connection, customer_id: int) -> None:
    """The row is ended: by a right code, or by an adviser."""
    connection.execute(delete(LIMITS).where(LIMITS.c.key == _key(REFUSALS, str(customer_id))))


def count_within(connection: Connection, name: str, most: int, window_ms: int, now_ms: int) -> bool:
    """Count one more under this name; False, and nothing counted, when there were `most` since the window began."""
    key = _key("within", name)
    connection.execute(delete(LIMITS).where(LIMITS.c.key == key, LIMITS.c.window_ms <= now_ms - window_ms))
    return _count_up(connection, key, most, now_ms) is not None


def _count_up(connection: Connection, key: str, most: int, now_ms: int) -> int | None:
    """One statement: of two at once, the second counts on the first."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    first = dialect.insert(LIMITS).values(key=key, count=1, window_ms=now_ms)
    counted = first.on_conflict_do_update(
        index_elements=[LIMITS.c.key], set_={"count": LIMITS.c.count + 1}, where=LIMITS.c.count < most
    )
    return connection.execute(counted.returning(LIMITS.c.count)).scalar()


def _key(word: str, name: str) -> str:
    return f"{word}/{name}"
