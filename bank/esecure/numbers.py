"""The security number: six digits, by post at first and then the customer's own. scrypt (RFC 7914), sealed.

A try is counted before it is looked at. The posted one opens the business site once, to choose another.
"""

import hmac
import os
import secrets
from dataclasses import dataclass, field
from enum import Enum
from hashlib import scrypt
from itertools import pairwise
from typing import Final

from sqlalchemy import Connection, select, update

from bank.books.inserting import insert_into
from bank.books.schema_keys import SECURITY_NUMBERS
from bank.esecure.frame import EsecureFrame

DIGITS: Final = 6
SALT_BYTES: Final = 16
DIGEST_BYTES: Final = 32
WORK: Final = {"n": 2**14, "r": 8, "p": 1}
"""16 MiB and some 30 ms."""
NOBODY: Final = bytes(SALT_BYTES + DIGEST_BYTES)

NUMBERS = SECURITY_NUMBERS


class NumberFault(Enum):
    """Why a number cannot be chosen."""

    DIGITS = "not six digits"
    WEAK = "weak"
    OLD = "the one before"
    DATE = "a date"
    UNEQUAL = "not twice the same"


@dataclass(frozen=True, slots=True)
class KeptNumber:
    """What the books have of a customer's number while a try at it is open. `posted`: nobody chose it yet."""

    kept: bytes = field(repr=False)
    posted: bool
    open: bool


def post_number(frame: EsecureFrame, connection: Connection, customer_id: int, now_ms: int) -> str:
    """A new one for the post; the one before is dead, and tries begin anew."""
    number = next(drawn for drawn in iter(_draw, None) if judge_choice(drawn) is None)
    _write(frame, connection, customer_id, (number, True), now_ms)
    return number


def choose_number(frame: EsecureFrame, connection: Connection, customer_id: int, number: str, now_ms: int) -> None:
    """From now on it is this one. `judge_choice` comes before."""
    _write(frame, connection, customer_id, (number, False), now_ms)


def judge_choice(number: str) -> NumberFault | None:
    """Why nobody may have this number; None when he may."""
    if len(number) != DIGITS or not (number.isascii() and number.isdecimal()):
        return NumberFault.DIGITS
    steps = {(int(right) - int(left)) % 10 for left, right in pairwise(number)}
    halves, thirds = number[:3] == number[3:], number[:2] == number[2:4] == number[4:]
    if steps <= {0} or steps <= {1} or steps <= {9} or halves or thirds or len(set(number)) < 3:
        return NumberFault.WEAK
    return NumberFault.DATE if is_date(number) else None


def is_date(number: str) -> bool:
    """Whether six digits can be a day of birth, as DDMMYY, MMDDYY or YYMMDD. The books know nobody's, so that every
    date is refused."""
    pairs = [int(number[at : at + 2]) for at in (0, 2, 4)]
    orders = ((pairs[0], pairs[1]), (pairs[1], pairs[0]), (pairs[2], pairs[1]))
    return any(1 <= day <= 31 and 1 <= month <= 12 for day, month in orders)


def try_number(frame: EsecureFrame, connection: Connection, customer_id: int, *, again: bool = False) -> KeptNumber:
    """Count a try before it is looked at: what to compare with. `again`: the posted one is asked for a second time, by
    whoever has just signed in with it."""
    fresh = NUMBERS.c.used_ms.is_not(None) if again else NUMBERS.c.used_ms.is_(None)
    allowed = NUMBERS.c.posted.is_(False) | fresh
    tried = update(NUMBERS).where(
        NUMBERS.c.customer_id == customer_id, NUMBERS.c.failures < frame.policy.number_tries, allowed
    )
    counted = tried.values(failures=NUMBERS.c.failures + 1).returning(NUMBERS.c.sealed, NUMBERS.c.posted)
    row = connection.execute(counted).first()
    if row is None:
        return KeptNumber(NOBODY, posted=False, open=False)
    return KeptNumber(frame.store.unseal_secret(_name(customer_id), row[0]), posted=row[1], open=True)


def check_number(kept: KeptNumber, number: str) -> bool:
    """Whether it is right. The same work whatever is wrong, outside of every transaction."""
    right = hmac.compare_digest(_derive(number, kept.kept[:SALT_BYTES]), kept.kept[SALT_BYTES:])
    return right and kept.open


def accept_number(connection: Connection, customer_id: int, now_ms: int) -> None:
    """It was right: nothing is held against the customer; one that was posted is used."""
    own = update(NUMBERS).where(NUMBERS.c.customer_id == customer_id)
    connection.execute(own.values(failures=0, used_ms=now_ms))


def count_number_tries(frame: EsecureFrame, connection: Connection, customer_id: int, *, again: bool = False) -> int:
    """How many tries are left; none for a posted number that was used, unless it is asked for `again`, and for a
    customer without a number."""
    query = select(NUMBERS.c.failures, NUMBERS.c.posted, NUMBERS.c.used_ms).where(NUMBERS.c.customer_id == customer_id)
    row = connection.execute(query).first()
    if row is None or (row.posted and row.used_ms is not None and not again):
        return 0
    left: int = frame.policy.number_tries - row.failures
    return max(0, left)


def is_posted_used(connection: Connection, customer_id: int) -> bool:
    """Whether the customer's number is one that was posted and has opened the site, and nobody has chosen another."""
    query = select(NUMBERS.c.customer_id).where(
        NUMBERS.c.customer_id == customer_id, NUMBERS.c.posted.is_(True), NUMBERS.c.used_ms.is_not(None)
    )
    return connection.execute(query).first() is not None


def _write(
    frame: EsecureFrame, connection: Connection, customer_id: int, number: tuple[str, bool], now_ms: int
) -> None:
    """`number`: its digits, and whether they go by post."""
    digits, posted = number
    salt = os.urandom(SALT_BYTES)
    sealed = frame.store.seal_secret(_name(customer_id), salt + _derive(digits, salt))
    values = {"sealed": sealed, "posted": posted, "failures": 0, "used_ms": None, "since_ms": now_ms}
    made = insert_into(connection, NUMBERS).values(customer_id=customer_id, **values)
    connection.execute(made.on_conflict_do_update(index_elements=[NUMBERS.c.customer_id], set_=values))


def _draw() -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def _derive(number: str, salt: bytes) -> bytes:
    return scrypt(number.encode("utf-8", "replace"), salt=salt, dklen=DIGEST_BYTES, **WORK)


def _name(customer_id: int) -> str:
    return f"security number of customer {customer_id}"
