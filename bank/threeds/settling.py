"""What became of a payment's operation becomes what its shop is told: once, whoever looks first."""

from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from bank.journal.chain import name_customer
from bank.journal.keeping import append_line
from bank.operations.deciding import BANK, decide_operation
from bank.operations.ports import Operation
from bank.operations.shelf import seek_operation
from bank.operations.table import Act, OperationState
from bank.threeds.frame import CardFrame
from bank.threeds.shelf import DUE, CardPayment, list_open, move_payment, seek_payment
from bank.threeds.table import (
    RESULTS,
    ChallengeDuty,
    ChallengeEvent,
    ChallengeState,
    is_open,
    step_challenge,
)

EVENTS: Final = {
    OperationState.APPROVED: ChallengeEvent.APPROVED,
    OperationState.REFUSED: ChallengeEvent.REFUSED,
    OperationState.FRAUD: ChallengeEvent.FRAUD,
    OperationState.WITHDRAWN: ChallengeEvent.CANCELLED,
    OperationState.EXPIRED: ChallengeEvent.EXPIRED,
}
"""What an operation that is decided means for the payment."""


def settle_payment(frame: CardFrame, acs_id: str) -> CardPayment | None:
    """The payment as it is now. Nothing is written where nothing has happened. Raises StateError."""
    with frame.reading() as (connection, now_ms):
        payment = seek_payment(connection, acs_id)
        if payment is None or _find_event(frame, payment, _find_operation(connection, payment, now_ms), now_ms) is None:
            return payment
    with frame.writing() as (connection, now_ms):
        payment = seek_payment(connection, acs_id)
        return _settle(frame, connection, payment, now_ms) if payment else None


def settle_open(frame: CardFrame) -> int:
    """Every payment that is open: how many were settled. Raises StateError."""
    with frame.reading() as (connection, now_ms):
        waiting = list_open(connection, now_ms)
    settled = [settle_payment(frame, payment.acs_id) for payment in waiting]
    return sum(payment is not None and not is_open(payment.state) for payment in settled)


def _find_operation(connection: Connection, payment: CardPayment, now_ms: int) -> Operation | None:
    if payment.operation_id is None or payment.customer_id is None:
        return None
    return seek_operation(connection, payment.customer_id, payment.operation_id, now_ms)


def _find_event(
    frame: CardFrame, payment: CardPayment, operation: Operation | None, now_ms: int
) -> ChallengeEvent | None:
    """What has happened to an open payment; None where nothing has."""
    if not is_open(payment.state):
        return None
    decided = EVENTS.get(operation.state) if operation else None
    late = payment.state is ChallengeState.ANNOUNCED and now_ms >= payment.created_ms + frame.policy.creq_ms
    if operation is None:
        late = now_ms >= payment.created_ms + frame.policy.creq_ms
    return decided or (ChallengeEvent.LATE if late else None)


def _settle(frame: CardFrame, connection: Connection, payment: CardPayment, now_ms: int) -> CardPayment:
    operation = _find_operation(connection, payment, now_ms)
    event = _find_event(frame, payment, operation, now_ms)
    if event is None:
        return payment
    if event is ChallengeEvent.LATE and operation:  # nobody is to confirm what no shop waits for
        operation = decide_operation(connection, operation, Act.WITHDRAW, now_ms).operation
    step = step_challenge(payment.state, event)
    if ChallengeDuty.SEND_RESULT not in step.duties:
        return payment
    result = RESULTS[step.leads_to]
    values = {
        "status": result.trans_status,
        "reason": result.reason,
        "way": operation.means.value if operation and operation.means else None,
        "decided_ms": now_ms,
        "result": DUE,
    }
    if not move_payment(connection, payment, step.leads_to, result_next_ms=now_ms, **values):
        return seek_payment(connection, payment.acs_id) or payment
    if payment.customer_id is not None:
        subject = name_customer(payment.customer_id)
        detail = {"payment": payment.acs_id, "status": result.trans_status}
        append_line(connection, now_ms, BANK, subject, f"card payment {step.leads_to.value}", **detail)
    return seek_payment(connection, payment.acs_id) or replace(payment, state=step.leads_to)
