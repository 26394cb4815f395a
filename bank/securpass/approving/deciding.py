"""An operation is decided on the telephone: approved by code or biometrics, refused or declared as fraud by possession.

One transaction: counter, try, decision, journal, what the bank then owes, the evidence and the answer.
"""

from typing import Final

from sqlalchemy import Connection

from bank.operations.catalogue import CATALOGUE, Means
from bank.operations.deciding import decide_operation
from bank.operations.ports import Operation
from bank.operations.shelf import get_operation
from bank.operations.table import Act, OperationState
from bank.securpass.approving.prompting import find_match, find_prompt, name_prompt_counts, note_refusal
from bank.securpass.enrolment.enrolling import suspend_enrolment
from bank.securpass.frame import SecurPassFrame
from bank.securpass.ports import Envelope, PhoneAnswer, PhoneDevice, PhoneOutcome, Prompt, SuspendReason
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


def decide_on_phone(
    frame: SecurPassFrame, operation_id: str, envelope: Envelope, known: PhoneDevice | None = None
) -> PhoneAnswer:
    """Raises ProofRefusedError, UnknownOperationError (also another customer's), StateError: nothing is decided.

    `known`: see `read_envelope`.
    """
    signed = read_envelope(frame, envelope, *DECISIONS, known=known)
    customer_id = signed.device.customer_id
    with frame.operations.writing() as (connection, now_ms):
        operation = get_operation(connection, customer_id, operation_id, now_ms)
        taken = take_signed(frame, connection, signed, now_ms)
        if connection.dialect.name != "sqlite":  # where others write meanwhile, he may have waited for the telephone
            operation = get_operation(connection, customer_id, operation_id, now_ms)
        prompt = find_prompt(connection, operation_id)
        if taken.answer is not None:
            return PhoneAnswer(taken.answer, customer_id, operation, prompt=prompt)
        if signed.act is PhoneAct.APPROVE:
            outcome, decided = _approve(frame, connection, taken, operation, prompt)
        else:
            outcome, decided = _turn_down(frame, connection, taken, operation), None
        keep_answer(connection, taken, outcome, operation_id, used=decided is not None)
        operation = decided or get_operation(connection, customer_id, operation_id, now_ms)
        return PhoneAnswer(outcome, customer_id, operation, _owes(signed.act, operation), prompt)


def _owes(act: PhoneAct, operation: Operation) -> bool:
    """Nothing follows from a refusal, nor where the asker reads the approval himself."""
    return act is PhoneAct.FRAUD or (act is PhoneAct.APPROVE and CATALOGUE[operation.kind].effect is not None)


def _approve(
    frame: SecurPassFrame, connection: Connection, taken: TakenRequest, operation: Operation, prompt: Prompt | None
) -> tuple[PhoneOutcome, Operation | None]:
    """What came of it; and the operation as it is then, where it was decided here."""
    if operation.state is not OperationState.PENDING:
        return PhoneOutcome.SETTLED, None
    if prompt is None or not _is_fit(frame, connection, taken, operation):
        return PhoneOutcome.UNFIT, None
    matches = not prompt[0] or taken.signed.request.match == find_match(frame, operation)
    wrong = prove_second(frame, connection, taken, also=matches, forgets=name_prompt_counts(taken.customer_id))
    if wrong is not None:
        return wrong, None
    decision = decide_operation(connection, operation, Act.APPROVE, taken.now_ms, Means.SECURPASS)
    return (PhoneOutcome.DONE if decision.by_us else PhoneOutcome.SETTLED), decision.operation


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
    signed = taken.signed
    return (
        signed.request.about == operation.digest
        and may_use_biometrics(signed)
        and frame.operations.may_app_decide(connection, operation, taken.now_ms)
    )
