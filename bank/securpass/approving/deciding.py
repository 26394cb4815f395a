"""An operation is decided on the telephone: approved by code or biometrics, refused or declared as fraud by possession.

One transaction: counter, try, decision, journal, what the bank then owes, the evidence and the answer.
"""

from typing import Final

from sqlalchemy import Connection

from bank.operations.catalogue import CATALOGUE, Means, judge_cell
from bank.operations.deciding import decide_operation
from bank.operations.ports import Operation
from bank.operations.shelf import get_operation
from bank.operations.table import Act, OperationState
from bank.securpass.approving.prompting import find_match, find_prompt, forget_prompt_refusals, note_refusal
from bank.securpass.enrolment.enrolling import suspend_enrolment
from bank.securpass.frame import SecurPassFrame
from bank.securpass.ports import Envelope, PhoneAnswer, PhoneOutcome, SuspendReason
from bank.securpass.proofs.octets import PhoneAct
from bank.securpass.proofs.taking import (
    TakenRequest,
    keep_answer,
    may_use_biometrics,
    prove_second,
    read_envelope,
    take_signed,
)

DECISIONS: Final = (PhoneAct.APPROVE, PhoneAct.REFUSE, PhoneAct.FRAUD)
ACTS: Final = {PhoneAct.REFUSE: Act.REFUSE, PhoneAct.FRAUD: Act.DECLARE_FRAUD}


def decide_on_phone(frame: SecurPassFrame, operation_id: str, envelope: Envelope) -> PhoneAnswer:
    """Raises ProofRefusedError, UnknownOperationError (also another customer's), StateError: nothing is decided."""
    signed = read_envelope(frame, envelope, *DECISIONS)
    customer_id = signed.device.customer_id
    with frame.operations.writing() as (connection, now_ms):
        operation = get_operation(connection, customer_id, operation_id, now_ms)
        taken = take_signed(frame, connection, signed, now_ms)
        if connection.dialect.name != "sqlite":  # where others write meanwhile, he may have waited for the telephone
            operation = get_operation(connection, customer_id, operation_id, now_ms)
        if taken.answer is not None:
            return PhoneAnswer(taken.answer, customer_id, operation)
        if signed.act is PhoneAct.APPROVE:
            outcome = _approve(frame, connection, taken, operation)
        else:
            outcome = _turn_down(frame, connection, taken, operation)
        keep_answer(connection, taken, outcome, operation_id)
        operation = get_operation(connection, customer_id, operation_id, now_ms)
        return PhoneAnswer(outcome, customer_id, operation, _owes(signed.act, operation))


def _owes(act: PhoneAct, operation: Operation) -> bool:
    """Nothing follows from a refusal, nor where the asker reads the approval himself."""
    return act is PhoneAct.FRAUD or (act is PhoneAct.APPROVE and CATALOGUE[operation.kind].effect is not None)


def _approve(frame: SecurPassFrame, connection: Connection, taken: TakenRequest, operation: Operation) -> PhoneOutcome:
    if operation.state is not OperationState.PENDING:
        return PhoneOutcome.SETTLED
    prompt = find_prompt(connection, operation.operation_id)
    if prompt is None or not _is_fit(frame, connection, taken, operation):
        return PhoneOutcome.UNFIT
    matches = not prompt[0] or taken.signed.request.match == find_match(frame, operation)
    wrong = prove_second(frame, connection, taken, also=matches)
    if wrong is not None:
        return wrong
    forget_prompt_refusals(connection, taken.customer_id)
    decision = decide_operation(connection, operation, Act.APPROVE, taken.now_ms, Means.SECURPASS)
    return PhoneOutcome.DONE if decision.by_us else PhoneOutcome.SETTLED


def _turn_down(
    frame: SecurPassFrame, connection: Connection, taken: TakenRequest, operation: Operation
) -> PhoneOutcome:
    """Possession is enough: refusing must be easy. A log-on that was approved and was none of his: his key is used by
    somebody else."""
    if taken.signed.request.about != operation.digest:
        return PhoneOutcome.UNFIT
    was_approved = operation.state is OperationState.APPROVED and operation.means is Means.SECURPASS
    decision = decide_operation(connection, operation, ACTS[taken.signed.act], taken.now_ms, Means.SECURPASS)
    if decision.by_us:
        note_refusal(connection, taken.customer_id, taken.now_ms)
    if taken.signed.act is not PhoneAct.FRAUD:
        return PhoneOutcome.DONE if decision.by_us else PhoneOutcome.SETTLED
    if was_approved:
        suspend_enrolment(frame, connection, taken.customer_id, taken.now_ms, SuspendReason.FRAUD)
    return PhoneOutcome.DONE


def _is_fit(frame: SecurPassFrame, connection: Connection, taken: TakenRequest, operation: Operation) -> bool:
    """Whether this telephone may approve it now, by this proof, and has signed about these very octets."""
    signed, content = taken.signed, operation.content
    who = frame.operations.who(connection, taken.customer_id)
    return (
        signed.request.about == operation.digest
        and may_use_biometrics(signed)
        and Means.SECURPASS in frame.operations.usable_means(connection, operation, who)
        and judge_cell(
            content.kind, who.clientele, content.terminal, Means.SECURPASS, frame.operations.policy.means
        ) is None
    )  # fmt: skip
