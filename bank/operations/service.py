"""Operations on the books: asked for, confirmed once, carried out once. The rules are in the pure modules beside it.

Whatever decides is one transaction: the code that is used up, the conditional UPDATE, the line in the journal and what
the bank then owes. A try is counted in a transaction before, its effects are done in one each after. A crash anywhere
leaves an operation that waits, or one that is approved and owes; `run_effects` pays what is owed.
"""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from sqlalchemy.exc import IntegrityError

from bank.books.clock import WallClock, wall_ms
from bank.books.store_sql import SqlStore
from bank.errors import StateError
from bank.journal.chain import name_customer
from bank.journal.keeping import append_line
from bank.languages import local_moment
from bank.operations.catalogue import Means
from bank.operations.confirming import confirm_operation
from bank.operations.deciding import decide_operation, journal_event
from bank.operations.effects import carry_out, list_due, tell_of_operation
from bank.operations.frame import OperationFrame
from bank.operations.messages import drop_old_codes, list_texts
from bank.operations.notices import NoticeEvent, tell_customer
from bank.operations.octets import CODE_DIGITS
from bank.operations.paying_due import carry_out_due
from bank.operations.people import forget_refusals
from bank.operations.policy import OPERATION_POLICY, OperationPolicy
from bank.operations.ports import (
    Asking,
    Confirmation,
    ConfirmOutcome,
    Operation,
    ReaderInstruction,
    ScheduledPayment,
    SmsAnswer,
    TextMessage,
)
from bank.operations.proofs import Proof, ReaderProof, SmsProof, instruct_for
from bank.operations.requesting import take_request
from bank.operations.scheduling import end_scheduled, list_due_payments, list_scheduled
from bank.operations.shelf import get_operation, list_overdue, list_rows
from bank.operations.table import Act, OperationState
from bank.operations.texting import send_code
from bank.operations.wording import words_for
from bank.verification import Verifier

BATCH: Final = 100


def draw_code() -> str:
    """A code for a text message, by chance."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


class OperationService:
    """The operations of a bank, over its books. Every method of `OperationDesk`, which says what each does."""

    def __init__(
        self,
        store: SqlStore,
        verifier: Verifier | None = None,
        policy: OperationPolicy = OPERATION_POLICY,
        wall: WallClock = wall_ms,
    ) -> None:
        self._frame = OperationFrame(store, verifier or Verifier(store), policy, wall)

    def request_operation(self, asking: Asking) -> Operation:
        """See OperationDesk."""
        return take_request(self._frame, asking)

    def find_operation(self, customer_id: int, operation_id: str) -> Operation:
        """See OperationDesk."""
        with self._frame.reading() as (connection, now_ms):
            operation = get_operation(connection, customer_id, operation_id, now_ms)
        return self._witnessed((operation,))[0]

    def list_operations(self, customer_id: int, after_seq: int = 0) -> Sequence[Operation]:
        """See OperationDesk."""
        with self._frame.reading() as (connection, now_ms):
            operations = list_rows(connection, customer_id, after_seq, now_ms)
        return self._witnessed(operations)

    def list_means(self, customer_id: int, operation_id: str) -> tuple[Means, ...]:
        """See OperationDesk."""
        with self._frame.reading() as (connection, now_ms):
            operation = get_operation(connection, customer_id, operation_id, now_ms)
            return self._frame.usable_means(connection, operation, self._frame.who(connection, customer_id))

    def instruct_reader(self, customer_id: int, operation_id: str) -> ReaderInstruction | None:
        """See OperationDesk."""
        return instruct_for(self.find_operation(customer_id, operation_id), self._frame.challenge_key)

    def confirm_by_reader(self, customer_id: int, operation_id: str, code: str, source: str = "") -> Confirmation:
        """See OperationDesk."""
        frame = self._frame
        proof = ReaderProof(frame.verifier, code, source, frame.challenge_key)
        return self._paid(confirm_operation(frame, customer_id, operation_id, proof))

    def send_sms_code(self, customer_id: int, operation_id: str) -> SmsAnswer:
        """See OperationDesk."""
        return send_code(self._frame, customer_id, operation_id, draw_code())

    def confirm_by_sms(self, customer_id: int, operation_id: str, code: str) -> Confirmation:
        """See OperationDesk."""
        proof = SmsProof(code, self._frame.sms_key, self._frame.policy.sms_tries)
        return self._paid(confirm_operation(self._frame, customer_id, operation_id, proof))

    def confirm_with(self, customer_id: int, operation_id: str, proof: Proof) -> Confirmation:
        """Approve it by a proof of another room's, as an access key's signature. Raises UnknownOperationError."""
        return self._paid(confirm_operation(self._frame, customer_id, operation_id, proof))

    def list_messages(self, customer_id: int) -> Sequence[TextMessage]:
        """See OperationDesk."""
        with self._frame.reading() as (connection, _):
            return list_texts(connection, customer_id)

    def refuse_operation(self, customer_id: int, operation_id: str) -> Operation:
        """See OperationDesk."""
        return self._decide(customer_id, operation_id, Act.REFUSE)

    def declare_fraud(self, customer_id: int, operation_id: str) -> Operation:
        """See OperationDesk."""
        operation = self._decide(customer_id, operation_id, Act.DECLARE_FRAUD)
        self._pay()
        return operation

    def withdraw_operation(self, customer_id: int, operation_id: str) -> Operation:
        """See OperationDesk."""
        return self._decide(customer_id, operation_id, Act.WITHDRAW)

    def allow_confirming(self, customer_id: int, actor: str) -> None:
        """See OperationDesk."""
        with self._frame.writing() as (connection, now_ms):
            forget_refusals(connection, self._frame.who(connection, customer_id).customer_id)
            append_line(connection, now_ms, actor, name_customer(customer_id), "open to codes again")
            tell_customer(connection, customer_id, NoticeEvent.REOPENED, now_ms)

    def expire_operations(self) -> int:
        """See OperationDesk."""
        with self._frame.writing() as (connection, now_ms):
            drop_old_codes(connection, now_ms)
        count = 0
        while True:
            with self._frame.writing() as (connection, now_ms):
                overdue = list_overdue(connection, now_ms, BATCH)
                acted = [decide_operation(connection, each, Act.LOOK, now_ms) for each in overdue]
            count += sum(decision.operation.state is OperationState.EXPIRED for decision in acted)
            if len(overdue) < BATCH:
                return count

    def run_effects(self) -> int:
        """See OperationDesk. One that a passing quarrel of two transactions stops stays owed, and is no hindrance."""
        done, last = 0, 0
        while due := self._due(last):
            for last in due:
                with suppress(IntegrityError), self._frame.writing() as (connection, now_ms):
                    done += carry_out(connection, last, now_ms)
        return done

    def run_scheduled(self) -> int:
        """See OperationDesk. One that a passing quarrel of two transactions stops is due at the next look."""
        done = 0
        while True:
            with self._frame.reading() as (connection, now_ms):
                due = list_due_payments(connection, local_moment(now_ms).date(), BATCH)
            taken = 0
            for payment in due:
                with suppress(IntegrityError), self._frame.writing() as (connection, now_ms):
                    taken += carry_out_due(connection, payment, now_ms)
            if not taken:
                return done
            done += taken

    def list_scheduled(self, customer_id: int) -> Sequence[ScheduledPayment]:
        """See OperationDesk."""
        with self._frame.reading() as (connection, _):
            return list_scheduled(connection, customer_id)

    def cancel_scheduled(self, customer_id: int, operation_id: str) -> bool:
        """See OperationDesk."""
        with self._frame.writing() as (connection, now_ms):
            operation = get_operation(connection, customer_id, operation_id, now_ms)
            if not end_scheduled(connection, operation_id):
                return False
            journal_event(connection, operation, now_ms, "schedule cancelled")
            text = words_for(operation.content).unscheduled_text
            tell_of_operation(connection, operation, NoticeEvent.UNSCHEDULED, now_ms, text)
            return True

    def _witnessed(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """What somebody was told is expired is written down so: a clock that is set back does not bring it to life."""
        if any(each.state is OperationState.EXPIRED and each.decided_ms is None for each in operations):
            with suppress(StateError):
                self.expire_operations()
        return operations

    def _due(self, after_id: int) -> list[int]:
        with self._frame.reading() as (connection, _):
            return list_due(connection, after_id)

    def _decide(self, customer_id: int, operation_id: str, act: Act) -> Operation:
        with self._frame.writing() as (connection, now_ms):
            operation = get_operation(connection, customer_id, operation_id, now_ms)
            return decide_operation(connection, operation, act, now_ms).operation

    def _paid(self, confirmation: Confirmation) -> Confirmation:
        if confirmation.outcome is ConfirmOutcome.APPROVED:
            self._pay()
        return confirmation

    def _pay(self) -> None:
        """What is decided stays decided when the books fail now: it stays owed."""
        with suppress(StateError):
            self.run_effects()
