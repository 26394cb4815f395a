"""What keeps an account its customer's beside the operations: known terminals, the secure telephone, closed cards."""

import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from bank.books.clock import WallClock, pass_time, wall_ms
from bank.books.customers import change_contact, find_contact
from bank.books.people import ContactKind, PeopleError
from bank.books.schema import OPERATIONS, SMS_CODES
from bank.books.schema_notices import TERMINALS
from bank.books.store_sql import SqlStore
from bank.journal.chain import name_customer
from bank.journal.keeping import append_line
from bank.operations.notices import NoticeEvent, note_notice, tell_customer

TERMINAL_BYTES: Final = 32
LONGEST_TERMINAL: Final = 64
MOST_TERMINALS: Final = 50
NUMBER: Final = re.compile(r"\+[1-9][0-9]{7,14}")
"""ITU-T E.164: at most 15 digits, the country's first."""
LOOSE: Final = re.compile(r"[ .()/-]")
FRENCH: Final = "+33"


def meet_terminal(store: SqlStore, customer_id: int, given: str, wall: WallClock = wall_ms) -> str:
    """The customer has signed in from there. `given`: the mark that the terminal kept, if any.

    The mark that it keeps from now on: the same one where the customer is known there, else a new one, and the customer
    is told. Another's mark is no mark. Raises StateError.
    """
    with store.reading() as connection:
        known = select(TERMINALS.c.customer_id).where(TERMINALS.c.token_hash == _hash_mark(store, customer_id, given))
        if given and connection.execute(known).first():
            return given
    made = secrets.token_urlsafe(TERMINAL_BYTES)
    with store.writing() as connection:
        now_ms = pass_time(connection, wall())
        row = {"token_hash": _hash_mark(store, customer_id, made), "customer_id": customer_id, "since_ms": now_ms}
        connection.execute(insert(TERMINALS).values(row))
        customer = name_customer(customer_id)
        append_line(connection, now_ms, customer, customer, "signed in from a new terminal")
        tell_customer(connection, customer_id, NoticeEvent.NEW_TERMINAL, now_ms)
    return made


@dataclass(frozen=True, slots=True)
class KnownTerminal:
    """A browser or program that the customer has signed in from. `terminal_id`: for his own page alone."""

    terminal_id: str = field(repr=False)
    since_ms: int


def list_terminals(store: SqlStore, customer_id: int) -> Sequence[KnownTerminal]:
    """Those that he is known at, newest first. Raises StateError."""
    query = select(TERMINALS).where(TERMINALS.c.customer_id == customer_id).order_by(TERMINALS.c.since_ms.desc())
    with store.reading() as connection:
        rows = connection.execute(query.limit(MOST_TERMINALS)).mappings()
        return [KnownTerminal(row["token_hash"], row["since_ms"]) for row in rows]


def forget_terminal(store: SqlStore, customer_id: int, terminal_id: str, wall: WallClock = wall_ms) -> bool:
    """Whoever signs in from there is told of as new; False where he has no such terminal. Raises StateError."""
    with store.writing() as connection:
        now_ms = pass_time(connection, wall())
        gone = delete(TERMINALS).where(TERMINALS.c.token_hash == terminal_id, TERMINALS.c.customer_id == customer_id)
        if connection.execute(gone).rowcount != 1:
            return False
        customer = name_customer(customer_id)
        append_line(connection, now_ms, customer, customer, "terminal forgotten")
        note_notice(connection, customer_id, NoticeEvent.TERMINAL_FORGOTTEN, now_ms)
        return True


def identify_terminal(store: SqlStore, customer_id: int, mark: str) -> str:
    """The identifier of the terminal that keeps that mark, whether it is known or not."""
    return _hash_mark(store, customer_id, mark)


def _hash_mark(store: SqlStore, customer_id: int, mark: str) -> str:
    key = store.derive_key("terminals")
    return hmac.new(key, f"{customer_id} {mark}".encode("utf-8", "replace"), sha256).hexdigest()


def note_closed_card(store: SqlStore, customer_id: int, card_id: str, wall: WallClock = wall_ms) -> None:
    """Too many wrong codes at signing in: the customer learns of it where whoever typed does not sit."""
    with store.writing() as connection:
        now_ms = pass_time(connection, wall())
        append_line(connection, now_ms, "bank", name_customer(customer_id), "card closed to codes", card=card_id)
        tell_customer(connection, customer_id, NoticeEvent.CARD_CLOSED, now_ms)


def change_telephone(connection: Connection, customer_id: int, typed: str, now_ms: int) -> None:
    """Another secure telephone from now on: codes on their way to the old one are dead, and both are told.

    Raises PeopleError for what is no number.
    """
    number = read_number(typed)
    old = find_contact(connection, customer_id, ContactKind.SECURE_TELEPHONE)
    change_contact(connection, customer_id, ContactKind.SECURE_TELEPHONE, number, now_ms)
    own = select(OPERATIONS.c.id).where(OPERATIONS.c.customer_id == customer_id)
    connection.execute(delete(SMS_CODES).where(SMS_CODES.c.operation_id.in_(own)))
    tell_customer(connection, customer_id, NoticeEvent.TELEPHONE, now_ms, *([old.value] if old else ()))


def read_number(typed: str) -> str:
    """A telephone number as the network has it; one of France may be written as at home. Raises PeopleError."""
    plain = LOOSE.sub("", typed)
    if len(plain) == 10 and plain.startswith("0"):
        plain = FRENCH + plain[1:]
    if not NUMBER.fullmatch(plain):
        raise PeopleError("a telephone number has a plus, the country's digits and its own: 15 at most")
    return plain
