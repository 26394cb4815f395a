"""A code is typed: counted, looked at, used up with the decision, and answered in the same words whatever was wrong."""

from dataclasses import dataclass

from sqlalchemy import Connection

from bank.operations.catalogue import Means, judge_cell
from bank.operations.deciding import decide_operation, journal_event
from bank.operations.frame import READER, OperationFrame
from bank.operations.messages import send_text
from bank.operations.notices import NoticeEvent, note_notice
from bank.operations.people import (
    Confirmer,
    count_refusals,
    forget_refusals,
    give_back_try,
    lock_tries,
    take_try,
)
from bank.operations.ports import Confirmation, ConfirmOutcome, Operation
from bank.operations.proofs import Proof
from bank.operations.shelf import get_operation
from bank.operations.table import Act, OperationState
from bank.operations.wording import words_for, write_message


@dataclass(frozen=True, slots=True)
class Trial:
    """A try that was counted: of what, by whom, by which means, and how many may follow by that means."""

    operation: Operation
    who: Confirmer
    means: Means
    left: int | None


def confirm_operation(frame: OperationFrame, customer_id: int, operation_id: str, proof: Proof) -> Confirmation:
    """Approve the operation if the proof is right. Raises UnknownOperationError, StateError.

    Three steps, so that no crash gives a try back and no code is looked at within a transaction.
    """
    with frame.writing() as (connection, now_ms):
        begun = _begin(frame, connection, get_operation(connection, customer_id, operation_id, now_ms), proof, now_ms)
    if isinstance(begun, Confirmation):
        return begun
    proof.check(begun.operation)
    with frame.writing() as (connection, now_ms):
        return _conclude(frame, connection, begun, proof, now_ms)


def _begin(
    frame: OperationFrame, connection: Connection, operation: Operation, proof: Proof, now_ms: int
) -> Trial | Confirmation:
    who = frame.who(connection, operation.content.customer_id)
    means = proof.find_means(operation.kind)
    shut = _shut(frame, connection, operation, who, means)
    if shut is None and proof.is_slip():
        shut = _refusal(frame.policy.refusals - who.refusals)
    if shut is not None or means is None:
        return Confirmation(shut or ConfirmOutcome.UNFIT, operation)
    if not take_try(connection, who.customer_id, frame.policy.refusals, now_ms):
        return Confirmation(ConfirmOutcome.BLOCKED, operation)
    return Trial(operation, who, means, proof.begin(connection, operation, who, now_ms))


def _shut(
    frame: OperationFrame, connection: Connection, operation: Operation, who: Confirmer, means: Means | None
) -> ConfirmOutcome | None:
    """Why no code is looked at; None when one is."""
    content = operation.content
    if operation.state is not OperationState.PENDING:
        return ConfirmOutcome.SETTLED
    if means is None or judge_cell(content.kind, who.clientele, content.terminal, means, frame.policy.means):
        return ConfirmOutcome.UNFIT
    if who.refusals >= frame.policy.refusals:
        return ConfirmOutcome.BLOCKED
    if means in READER and who.card_id and not frame.is_card_open(connection, who.card_id):
        return ConfirmOutcome.BLOCKED
    return None if means in frame.usable_means(connection, operation, who) else ConfirmOutcome.UNFIT


def _conclude(frame: OperationFrame, connection: Connection, trial: Trial, proof: Proof, now_ms: int) -> Confirmation:
    """The code is used up first: two that use the same one wait here for each other, and the second sees the end."""
    customer_id = trial.who.customer_id
    lock_tries(connection, customer_id)
    used = proof.use_up(connection, trial.operation, now_ms)
    operation = get_operation(connection, customer_id, trial.operation.operation_id, now_ms)
    if used:
        forget_refusals(connection, customer_id)
        decision = decide_operation(connection, operation, Act.APPROVE, now_ms, trial.means)
        outcome = ConfirmOutcome.APPROVED if decision.by_us else ConfirmOutcome.SETTLED
        return Confirmation(outcome, decision.operation)
    if operation.state is not OperationState.PENDING:
        give_back_try(connection, customer_id)
        proof.give_back(connection)
        return Confirmation(ConfirmOutcome.SETTLED, operation)
    return Confirmation(_refuse(frame, connection, trial, now_ms), operation)


def _refuse(frame: OperationFrame, connection: Connection, trial: Trial, now_ms: int) -> ConfirmOutcome:
    customer_id, number = trial.who.customer_id, trial.operation.operation_id
    journal_event(connection, trial.operation, now_ms, "code refused", trial.means)
    note_notice(connection, customer_id, NoticeEvent.CODE_REFUSED, now_ms, number)
    left = frame.policy.refusals - count_refusals(connection, customer_id)
    if left <= 0:
        journal_event(connection, trial.operation, now_ms, "closed to codes", trial.means)
        note_notice(connection, customer_id, NoticeEvent.CLOSED, now_ms, number)
        _warn(connection, trial, now_ms)
    return _refusal(left if trial.left is None else min(left, trial.left))


def _refusal(left: int) -> ConfirmOutcome:
    if left <= 0:
        return ConfirmOutcome.BLOCKED
    return ConfirmOutcome.WRONG_LAST if left == 1 else ConfirmOutcome.WRONG


def _warn(connection: Connection, trial: Trial, now_ms: int) -> None:
    """The customer learns of it where whoever typed does not sit."""
    if trial.who.telephone:
        content = trial.operation.content
        text = write_message(words_for(content).closed_text, content)
        send_text(connection, trial.who.customer_id, trial.who.telephone, text, now_ms)
