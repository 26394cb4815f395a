"""The password with which the demonstration's customers log on from a telephone that is not known: one for all, in the
documents. Whoever was given another one keeps it."""

from typing import Final

from sqlalchemy import select

from bank.books.clock import read_time, wall_ms
from bank.books.schema import CUSTOMERS
from bank.books.schema_securpass import PASSWORDS
from bank.books.store_sql import SqlStore
from bank.securpass.phone.passwords import set_password

PASSWORD: Final = "ouvre-toi"  # noqa: S105 - published


def furnish_passwords(store: SqlStore) -> None:
    """Give it to whoever has none. Raises StateError."""
    missing = select(CUSTOMERS.c.id).where(CUSTOMERS.c.id.not_in(select(PASSWORDS.c.customer_id)))
    with store.reading() as connection:
        if not connection.execute(missing).first():
            return
    with store.writing() as connection:
        now_ms = read_time(connection, wall_ms())
        for customer_id in connection.execute(missing).scalars().all():
            set_password(store, connection, customer_id, PASSWORD, now_ms)
