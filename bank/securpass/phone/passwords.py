"""The password of the services on line, with which a telephone that is not known begins: scrypt (RFC 7914), sealed.

A user code that nobody has costs the same work and is answered the same.
"""

import hmac
import os
from hashlib import scrypt
from typing import Final

from sqlalchemy import Connection, select

from bank.books.inserting import insert_into
from bank.books.people import PeopleError
from bank.books.schema_securpass import PASSWORDS
from bank.books.store_sql import SqlStore

SALT_BYTES: Final = 16
DIGEST_BYTES: Final = 32
WORK: Final = {"n": 2**14, "r": 8, "p": 1}
"""16 MiB and some 30 ms: what a log-on may cost."""
SHORTEST: Final = 8
LONGEST: Final = 128
NOBODY: Final = bytes(SALT_BYTES + DIGEST_BYTES)
"""What is compared with where there is no password."""


def set_password(store: SqlStore, connection: Connection, customer_id: int, password: str, now_ms: int) -> None:
    """From now on it is this one. Raises PeopleError."""
    if not (SHORTEST <= len(password) <= LONGEST and password.isprintable()):
        raise PeopleError(f"a password has {SHORTEST} to {LONGEST} signs that can be shown")
    salt = os.urandom(SALT_BYTES)
    sealed = store.seal_secret(_name(customer_id), salt + _derive(password, salt))
    values = {"sealed": sealed, "since_ms": now_ms}
    made = insert_into(connection, PASSWORDS).values(customer_id=customer_id, **values)
    connection.execute(made.on_conflict_do_update(index_elements=[PASSWORDS.c.customer_id], set_=values))


def read_password(store: SqlStore, connection: Connection, customer_id: int | None) -> bytes:
    """What is kept of the customer's password, for `check_password`; NOBODY where there is none."""
    sealed = connection.execute(select(PASSWORDS.c.sealed).where(PASSWORDS.c.customer_id == customer_id)).scalar()
    return store.unseal_secret(_name(customer_id or 0), sealed) if sealed is not None else NOBODY


def check_password(kept: bytes, password: str) -> bool:
    """Whether it is right. The same work whoever it is of, outside of every transaction."""
    right = hmac.compare_digest(_derive(password[:LONGEST], kept[:SALT_BYTES]), kept[SALT_BYTES:])
    return right and kept != NOBODY


def _derive(password: str, salt: bytes) -> bytes:
    return scrypt(password.encode("utf-8", "replace"), salt=salt, dklen=DIGEST_BYTES, **WORK)


def _name(customer_id: int) -> str:
    return f"password of customer {customer_id}"
