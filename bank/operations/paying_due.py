"""Transfers of a later day are made when it comes: each day once, whoever looks and however often.

The claim of a day, the movement, the line in the journal and what the customer is told are one transaction. Where the
bank was off, every day that came meanwhile is made when it is there again, the earliest first. A day on which it cannot
be done is told and is over: the next month is another day.
"""

from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from bank.books.schema import OPERATIONS
from bank.journal.chain import name_customer
from bank.journal.keeping import append_line
from bank.operations import catalogue as cat
from bank.operations.days import day_of_turn
from bank.operations.deciding import BANK, CARRIED_OUT, NOT_CARRIED_OUT, journal_event
from bank.operations.effects import ALTERED, EffectError, post_transfer, tell_of_operation
from bank.operations.notices import NoticeEvent
from bank.operations.octets import OperationContent
from bank.operations.ports import Operation, ScheduledPayment
from bank.operations.scheduling import claim_turn, end_scheduled, is_standing, note_turn
from bank.operations.shelf import AlteredError, read_row
from bank.operations.wording import words_for

SCHEDULED: Final = "scheduled transfer"


def carry_out_due(connection: Connection, payment: ScheduledPayment, now_ms: int) -> bool:
    """Make the transfer of the day that is due; whether it was this call that took the day."""
    try:
        operation = _approved(connection, payment, now_ms)
    except AlteredError:
        if end_scheduled(connection, payment.operation_id):
            subject = name_customer(payment.customer_id)
            append_line(connection, now_ms, BANK, subject, ALTERED, operation=payment.operation_id)
        return False
    if not claim_turn(connection, payment, _following(operation.content, payment.turn)):
        return False
    words = words_for(operation.content)
    try:
        with connection.begin_nested():
            movement = post_transfer(connection, operation, now_ms)
    except EffectError:
        note_turn(connection, payment, None, now_ms)
        journal_event(connection, operation, now_ms, f"{SCHEDULED} {NOT_CARRIED_OUT}")
        tell_of_operation(connection, operation, NoticeEvent.FAILED, now_ms, words.failed_text)
        return True
    note_turn(connection, payment, movement, now_ms)
    journal_event(connection, operation, now_ms, f"{SCHEDULED} {CARRIED_OUT}")
    tell_of_operation(connection, operation, NoticeEvent.DONE, now_ms, words.done_text)
    return True


def _approved(connection: Connection, payment: ScheduledPayment, now_ms: int) -> Operation:
    """The operation, if it is still the one that was approved. Raises AlteredError."""
    query = select(OPERATIONS).where(OPERATIONS.c.id == payment.operation_id)
    operation = read_row(connection.execute(query).mappings().one(), now_ms)
    if operation.digest != payment.digest:
        raise AlteredError(operation.operation_id)
    return operation


def _following(content: OperationContent, turn: int) -> date | None:
    """The day after the one of that turn; none where it is made once, or the last day is past."""
    if not is_standing(content):
        return None
    following = day_of_turn(date.fromisoformat(str(content.fields[cat.DAY])), turn + 1)
    last = content.fields.get(cat.LAST_DAY)
    return None if last is not None and following.isoformat() > str(last) else following
