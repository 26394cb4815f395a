"""Text messages: what is sent, and the codes that were. A code is kept as a seal under the vault's key only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from bank.books.inserting import insert_into
from bank.books.schema import SMS_CODES, SMS_OUTBOX
from bank.operations.ports import TextMessage

LONGEST_TEXT: Final = 640
"""What the outbox has room for."""
MOST_LISTED: Final = 50


@dataclass(frozen=True, slots=True)
class SealedCode:
    """A code that was sent: its seal, and until when it is good."""

    operation_id: str
    seal: str = field(repr=False)
    until_ms: int


def send_text(connection: Connection, customer_id: int, number: str, text: str, now_ms: int) -> None:
    """Put a message into the outbox; one that is too long loses its end."""
    row = {"customer_id": customer_id, "number": number, "text": text[:LONGEST_TEXT], "created_ms": now_ms}
    connection.execute(insert(SMS_OUTBOX).values(row))


def list_texts(connection: Connection, customer_id: int) -> Sequence[TextMessage]:
    """The latest messages to a customer, newest first."""
    query = select(SMS_OUTBOX).where(SMS_OUTBOX.c.customer_id == customer_id).order_by(SMS_OUTBOX.c.id.desc())
    rows = connection.execute(query.limit(MOST_LISTED)).mappings()
    return [TextMessage(row["id"], row["number"], row["text"], row["created_ms"]) for row in rows]


def keep_code(connection: Connection, code: SealedCode, now_ms: int) -> None:
    """From now on this is the operation's code; one that was sent earlier is dead."""
    values = {"code_index": code.seal, "created_ms": now_ms, "until_ms": code.until_ms, "tries": 0}
    first = insert_into(connection, SMS_CODES).values(operation_id=code.operation_id, **values)
    connection.execute(first.on_conflict_do_update(index_elements=[SMS_CODES.c.operation_id], set_=values))


def try_code(connection: Connection, operation_id: str, most: int, now_ms: int) -> str | None:
    """Count a try before it is looked at: the seal to compare with; None when no code is good any more."""
    tried = update(SMS_CODES).where(
        SMS_CODES.c.operation_id == operation_id, SMS_CODES.c.tries < most, SMS_CODES.c.until_ms > now_ms
    )
    counted = tried.values(tries=SMS_CODES.c.tries + 1).returning(SMS_CODES.c.code_index)
    return connection.execute(counted).scalar()


def use_code(connection: Connection, operation_id: str, seal: str, now_ms: int) -> bool:
    """Use the code up: it is gone. False when it was used, replaced or too old."""
    used = delete(SMS_CODES).where(
        SMS_CODES.c.operation_id == operation_id, SMS_CODES.c.code_index == seal, SMS_CODES.c.until_ms > now_ms
    )
    return connection.execute(used).rowcount == 1


def drop_old_codes(connection: Connection, now_ms: int) -> None:
    """Codes that are too old are good for nothing."""
    connection.execute(delete(SMS_CODES).where(SMS_CODES.c.until_ms <= now_ms))
