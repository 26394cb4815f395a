"""Transfers that wait for their day, in the books. Every function works in the caller's transaction.

Who carries them out is `bank.operations.paying_due`. What is scheduled ends when its last day has come, when the
customer cancels it, or when he reports the operation as a fraud.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy import Connection, RowMapping, Select, insert, select, update

from bank.books.schema_schedule import SCHEDULED_DATES, SCHEDULED_PAYMENTS
from bank.operations import catalogue as cat
from bank.operations.octets import OperationContent
from bank.operations.ports import WAITING, Operation, ScheduledPayment

OVER: Final = "over"
CANCELLED: Final = "cancelled"

S = SCHEDULED_PAYMENTS.c


def is_scheduled(content: OperationContent) -> bool:
    """Whether it is a transfer of a later day."""
    return cat.DAY in content.fields


def is_standing(content: OperationContent) -> bool:
    """Whether it is made again and again."""
    return cat.RHYTHM in content.fields


def put_scheduled(connection: Connection, operation: Operation) -> None:
    """From now on it waits for its first day."""
    row = {
        "operation_id": operation.operation_id,
        "customer_id": operation.content.customer_id,
        "digest": operation.digest,
        "state": WAITING,
        "due_day": operation.content.fields[cat.DAY],
        "turn": 0,
    }
    connection.execute(insert(SCHEDULED_PAYMENTS).values(row))


def list_due_payments(connection: Connection, today: date, most: int) -> Sequence[ScheduledPayment]:
    """Those whose day has come, the earliest day first."""
    query = select(SCHEDULED_PAYMENTS).where(S.state == WAITING, S.due_day <= today.isoformat())
    rows = connection.execute(query.order_by(S.due_day, S.id).limit(most)).mappings()
    return [_payment(row, None) for row in rows]


def list_scheduled(connection: Connection, customer_id: int) -> Sequence[ScheduledPayment]:
    """What a customer has still to come, the earliest day first."""
    query = select(SCHEDULED_PAYMENTS).where(S.customer_id == customer_id, S.state == WAITING)
    return _with_dates(connection, query.order_by(S.due_day, S.id))


def find_scheduled(connection: Connection, operation_id: str) -> ScheduledPayment | None:
    """What became of an operation's; None where it has none."""
    found = _with_dates(connection, select(SCHEDULED_PAYMENTS).where(S.operation_id == operation_id))
    return found[0] if found else None


def end_scheduled(connection: Connection, operation_id: str) -> bool:
    """No day of it comes any more; False where none was to come."""
    ended = update(SCHEDULED_PAYMENTS).where(S.operation_id == operation_id, S.state == WAITING)
    return connection.execute(ended.values(state=CANCELLED)).rowcount == 1


def claim_turn(connection: Connection, payment: ScheduledPayment, following: date | None) -> bool:
    """Take the day that is due: whoever comes at once waits, and finds it taken. `following`: the day after it."""
    claim = update(SCHEDULED_PAYMENTS).where(S.id == payment.payment_id, S.turn == payment.turn, S.state == WAITING)
    after = {"state": OVER} if following is None else {"due_day": following.isoformat()}
    return connection.execute(claim.values(turn=payment.turn + 1, **after)).rowcount == 1


def note_turn(connection: Connection, payment: ScheduledPayment, movement_id: int | None, now_ms: int) -> None:
    """What came of that day: a movement, or nothing."""
    row = {
        "payment_id": payment.payment_id,
        "turn": payment.turn,
        "due_day": payment.due.isoformat(),
        "movement_id": movement_id,
        "at_ms": now_ms,
    }
    connection.execute(insert(SCHEDULED_DATES).values(row))


def _with_dates(connection: Connection, query: Select[tuple[object, ...]]) -> Sequence[ScheduledPayment]:
    """Each with what came of its last day."""
    rows = connection.execute(query).mappings().all()
    dates = select(SCHEDULED_DATES.c.payment_id, SCHEDULED_DATES.c.turn, SCHEDULED_DATES.c.movement_id)
    of_these = dates.where(SCHEDULED_DATES.c.payment_id.in_([row["id"] for row in rows]))
    made = {(one.payment_id, one.turn): one.movement_id is not None for one in connection.execute(of_these)}
    return [_payment(row, made.get((row["id"], row["turn"] - 1))) for row in rows]


def _payment(row: RowMapping, made: bool | None) -> ScheduledPayment:
    return ScheduledPayment(
        payment_id=row["id"],
        operation_id=row["operation_id"],
        customer_id=row["customer_id"],
        digest=row["digest"],
        state=row["state"],
        due=date.fromisoformat(row["due_day"]),
        turn=row["turn"],
        made=made,
    )
