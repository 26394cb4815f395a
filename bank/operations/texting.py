"""A code by text message: to the secure telephone, for this operation alone, and not too often."""

from sqlalchemy import Connection

from bank.books.limiting import count_one
from bank.operations.catalogue import Means, judge_cell
from bank.operations.deciding import journal_event
from bank.operations.frame import OperationFrame
from bank.operations.messages import SealedCode, keep_code, send_text
from bank.operations.octets import make_octets, seal_sms_code
from bank.operations.people import Confirmer
from bank.operations.policy import MINUTE_MS
from bank.operations.ports import Operation, SmsAnswer, SmsOutcome
from bank.operations.shelf import get_operation
from bank.operations.table import OperationState
from bank.operations.wording import words_for, write_message

SHOWN_DIGITS = 2
"""Of the telephone's number: enough to know it again."""


def send_code(frame: OperationFrame, customer_id: int, operation_id: str, code: str) -> SmsAnswer:
    """Send that code. Raises UnknownOperationError, StateError: then nothing was sent, and an earlier one is good."""
    with frame.writing() as (connection, now_ms):
        operation = get_operation(connection, customer_id, operation_id, now_ms)
        who = frame.who(connection, customer_id)
        hindrance = _hindrance(frame, operation, who) or _too_many(frame, connection, operation, now_ms)
        if hindrance:
            return SmsAnswer(hindrance)
        number = who.telephone or ""
        until_ms = min(now_ms + frame.policy.sms_life_ms, operation.content.until_ms)
        seal = seal_sms_code(frame.sms_key, make_octets(operation.content), code)
        keep_code(connection, SealedCode(operation_id, seal, until_ms), now_ms)
        minutes = str(max(1, (until_ms - now_ms) // MINUTE_MS))
        content = operation.content
        grouped = f"{code[:4]} {code[4:]}"
        text = write_message(words_for(content).code_text, content, code=grouped, minutes=minutes)
        send_text(connection, customer_id, number, text, now_ms)
        journal_event(connection, operation, now_ms, "code sent", Means.SMS)
    return SmsAnswer(SmsOutcome.SENT, number[-SHOWN_DIGITS:], until_ms)


def _hindrance(frame: OperationFrame, operation: Operation, who: Confirmer) -> SmsOutcome | None:
    content = operation.content
    if operation.state is not OperationState.PENDING:
        return SmsOutcome.SETTLED
    if judge_cell(content.kind, who.clientele, content.terminal, Means.SMS, frame.policy.means):
        return SmsOutcome.UNFIT
    if who.refusals >= frame.policy.refusals:
        return SmsOutcome.BLOCKED
    return None if who.telephone else SmsOutcome.NO_NUMBER


def _too_many(frame: OperationFrame, connection: Connection, operation: Operation, now_ms: int) -> SmsOutcome | None:
    """For this operation, then for the customer."""
    policy, content = frame.policy, operation.content
    for name, most, window_ms in (
        (f"sms/{operation.operation_id}", policy.sms_sent, content.until_ms - content.created_ms),
        (f"sms-customer/{content.customer_id}", policy.sms_in_window, policy.sms_window_ms),
    ):
        if not count_one(connection, name, most, now_ms, window_ms):
            return SmsOutcome.TOO_MANY
    return None
