"""What becomes of a card's counters, within the caller's transaction: attempts, acceptance, and the log of both.

Each is one UPDATE with its condition in it: of two at once, the second finds it moved.
"""

from datetime import UTC

from sqlalchemy import Connection, insert, select, update

from bank.books.database import DAMAGED
from bank.books.records import Attempt, Status, show_controls
from bank.books.schema import ATTEMPTS, CARDS
from bank.decoding import decode_foreign
from bank.emv.codes import MAX_ATC

LONGEST_SOURCE = 200


def count_attempt(connection: Connection, card_id: str, limit: int) -> Status | None:
    """Count an attempt before it is looked at: the card's status with it; None when blocked or `limit` is reached.

    Counted by the same statement that asks whether one is left: of a hundred at once, `limit` get through."""
    free = update(CARDS).where(CARDS.c.card_id == card_id, CARDS.c.blocked.is_(False), CARDS.c.failures < limit)
    counted = connection.execute(free.values(failures=CARDS.c.failures + 1)).rowcount == 1
    return read_status(connection, card_id) if counted else None


def uncount_attempt(connection: Connection, card_id: str) -> None:
    """The last one was no attempt after all."""
    counted = update(CARDS).where(CARDS.c.card_id == card_id, CARDS.c.failures > 0)
    connection.execute(counted.values(failures=CARDS.c.failures - 1))


def read_status(connection: Connection, card_id: str) -> Status | None:
    """What became of the card; None where there is none. Raises StateError for a damaged row."""
    query = select(CARDS.c.last_atc, CARDS.c.failures, CARDS.c.blocked).where(CARDS.c.card_id == card_id)
    row = connection.execute(query).first()
    with decode_foreign(f"the bank's books, card {card_id}: {DAMAGED}"):
        return Status(*row) if row else None


def use_counter(connection: Connection, card_id: str, atc: int) -> bool:
    """Use the counter up: store it and forget the failures, if it is above the last one; else False."""
    if atc > MAX_ATC:
        return False
    fresh = update(CARDS).where(CARDS.c.card_id == card_id, CARDS.c.blocked.is_(False), CARDS.c.last_atc < atc)
    return connection.execute(fresh.values(last_atc=atc, failures=0)).rowcount == 1


def write_attempt(connection: Connection, attempt: Attempt) -> None:
    """Write into the log."""
    row = {
        "at": attempt.at.astimezone(UTC).isoformat(),
        "card_id": attempt.card_id,
        "source": show_controls(attempt.source)[:LONGEST_SOURCE],
        "reason": attempt.reason.name,
    }
    connection.execute(insert(ATTEMPTS).values(row))
