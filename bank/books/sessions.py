"""Who is signed in, in the books, so that every process of the bank knows it. In the caller's transaction.

A token is kept as its SHA-256. What a session was last used at is written every few seconds only: a page that is looked
at needs no commit.
"""

from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Column, Connection, Select, Table, bindparam, delete, select, update

from bank.books.customers import customer_of
from bank.books.inserting import insert_into
from bank.books.records import Customer
from bank.books.schema import CUSTOMERS, SESSIONS, STAFF

SEEN_STEP_MS: Final = 5000


class Owner(Enum):
    """Whose session it is."""

    CUSTOMER = "customer"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session lasts without use and at most, in milliseconds; how many of one kind there may be."""

    idle_ms: int = 300_000
    longest_ms: int = 3_600_000
    most: int = 10_000


@dataclass(frozen=True, slots=True)
class NewSession:
    """Who signs in, by the user or staff code, and the token that the browser keeps."""

    owner: Owner
    code: str
    token: str = field(repr=False)


def write_session(connection: Connection, new: NewSession, now_ms: int, limits: SessionLimits) -> bool:
    """Sign in whoever has that user or staff code; False when nobody has. What is over is deleted, and the oldest where
    there are too many."""
    table, named, column = _columns(new.owner)
    number = connection.execute(select(table.c.id).where(named == new.code)).scalar()
    if number is None:
        return False
    over = (SESSIONS.c.until_ms <= now_ms) | (SESSIONS.c.seen_ms <= now_ms - limits.idle_ms)
    connection.execute(delete(SESSIONS).where(over))
    row = {
        "token_hash": hash_token(new.token),
        column.name: number,
        "created_ms": now_ms,
        "seen_ms": now_ms,
        "until_ms": now_ms + limits.longest_ms,
    }
    made = insert_into(connection, SESSIONS).values(row)
    connection.execute(made.on_conflict_do_update(index_elements=[SESSIONS.c.token_hash], set_=row))
    oldest = select(SESSIONS.c.token_hash).where(column.is_not(None)).order_by(SESSIONS.c.created_ms.desc())
    connection.execute(delete(SESSIONS).where(SESSIONS.c.token_hash.in_(oldest.offset(limits.most).limit(1000))))
    return True


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that has not ended: the code of whose it is, and since when. `stale`: its use is worth writing.
    `customer`: whose it is, if a customer's."""

    code: str
    created_ms: int
    stale: bool
    customer: Customer | None = None


def read_session(
    connection: Connection, owner: Owner, token: str, now_ms: int, limits: SessionLimits
) -> LiveSession | None:
    """The session with that token, if it is still good."""
    given = {"hash": hash_token(token), "now": now_ms, "idle": now_ms - limits.idle_ms}
    row = connection.execute(_make_looking(owner), given).mappings().first()
    if row is None:
        return None
    customer = customer_of(row) if owner is Owner.CUSTOMER else None
    return LiveSession(row["code"], row["began_ms"], now_ms - row["seen_ms"] >= SEEN_STEP_MS, customer)


@cache
def _make_looking(owner: Owner) -> Select[Any]:
    """The statement, made once: every request asks it."""
    table, named, column = _columns(owner)
    whose = table.c if owner is Owner.CUSTOMER else ()
    seen = named.label("code"), SESSIONS.c.created_ms.label("began_ms"), SESSIONS.c.seen_ms
    joined = select(*whose, *seen).join(SESSIONS, table.c.id == column)
    return joined.where(
        SESSIONS.c.token_hash == bindparam("hash"),
        SESSIONS.c.until_ms > bindparam("now"),
        SESSIONS.c.seen_ms > bindparam("idle"),
    )


def note_use(connection: Connection, token: str, now_ms: int) -> None:
    """It was used now; never earlier than before."""
    own = SESSIONS.c.token_hash == hash_token(token), SESSIONS.c.seen_ms < now_ms
    connection.execute(update(SESSIONS).where(*own).values(seen_ms=now_ms))


def end_session(connection: Connection, token: str) -> None:
    """Sign off; harmless where nobody is signed in."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.token_hash == hash_token(token)))


def end_sessions(connection: Connection, owner: Owner) -> None:
    """Sign off all of that kind."""
    _, _, column = _columns(owner)
    connection.execute(delete(SESSIONS).where(column.is_not(None)))


def hash_token(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode()).hexdigest()


def _columns(owner: Owner) -> tuple[Table, Column[str], Column[int]]:
    """The owner's table, its code, and the session's reference to it."""
    if owner is Owner.STAFF:
        return STAFF, STAFF.c.staff_code, SESSIONS.c.staff_id
    return CUSTOMERS, CUSTOMERS.c.user_code, SESSIONS.c.customer_id
