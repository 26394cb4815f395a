"""What every part of the operations works in: the books with their time, the keys, the policy."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

from bank.books.clock import WallClock, read_time, wall_ms
from bank.books.counting import read_status
from bank.books.store_sql import SqlStore
from bank.books.timed import read_timed, write_timed
from bank.errors import BankError
from bank.operations.catalogue import Means, OperationKind, judge_cell, list_means
from bank.operations.people import Confirmer, find_app, find_approver, find_confirmer, has_signing_key
from bank.operations.policy import OPERATION_POLICY, OperationPolicy
from bank.operations.ports import AskingError, Operation, UnknownOperationError
from bank.verification import Verifier

READER = frozenset({Means.READER_CODE, Means.READER_CHALLENGE, Means.READER_SIGN})


@dataclass(frozen=True)
class OperationFrame:
    """The books, who verifies the reader's codes, the policy, and the machine's clock."""

    store: SqlStore
    verifier: Verifier
    policy: OperationPolicy = OPERATION_POLICY
    wall: WallClock = wall_ms

    def writing(self) -> AbstractContextManager[tuple[Connection, int]]:
        """See `write_timed`."""
        return write_timed(self.store, self.wall)

    @contextmanager
    def reading(self) -> Iterator[tuple[Connection, int]]:
        """A transaction that looks, and the moment it sees. Raises StateError.

        An answer of ours goes past the store, which would hold it for a damaged row.
        """
        answer: BankError | None = None
        with read_timed(self.store, self.wall) as timed:
            try:
                yield timed
            except (AskingError, UnknownOperationError) as ours:
                answer = ours
        if answer is not None:
            raise answer

    @property
    def challenge_key(self) -> bytes:
        """Of the digits for the reader's *Défi*."""
        return self.store.derive_key("operations: challenge")

    @property
    def sms_key(self) -> bytes:
        """Of the seals of codes by text message."""
        return self.store.derive_key("operations: sms")

    def who(self, connection: Connection, customer_id: int) -> Confirmer:
        """The customer. Raises UnknownOperationError when there is none."""
        found = find_confirmer(connection, customer_id)
        if found is None:
            raise UnknownOperationError
        return found

    def usable_means(self, connection: Connection, operation: Operation, who: Confirmer) -> tuple[Means, ...]:
        """The means that are open to the customer, of those that he has what it takes for."""
        content = operation.content
        shut: set[Means] = set()
        if who.card_id is None or not self.is_card_open(connection, who.card_id):
            shut |= READER
        if who.telephone is None:
            shut.add(Means.SMS)
        allowed = list_means(content.kind, who.clientele, content.terminal, self.policy.means)
        if Means.SECURPASS in allowed and not self._is_app_usable(connection, operation, who):
            shut.add(Means.SECURPASS)
        if Means.CERTIFICATE in allowed and not has_signing_key(connection, who.customer_id):
            shut.add(Means.CERTIFICATE)
        return () if who.refusals >= self.policy.refusals else tuple(means for means in allowed if means not in shut)

    def _is_app_usable(self, connection: Connection, operation: Operation, who: Confirmer) -> bool:
        """Whether a telephone of the customer's may decide it. In its 72 hours it approves a log-on only."""
        usable_from = find_app(connection, who.customer_id)
        return usable_from is not None and _is_due(operation, usable_from, read_time(connection, self.wall()))

    def may_app_decide(self, connection: Connection, operation: Operation, now_ms: int) -> bool:
        """Whether Sécur'Pass is among the means that are usable for it at that moment: the same answer, and nothing is
        looked for that is of other means. Raises UnknownOperationError for nobody's."""
        content = operation.content
        who = find_approver(connection, content.customer_id)
        if who is None:
            raise UnknownOperationError
        cell = judge_cell(content.kind, who.clientele, content.terminal, Means.SECURPASS, self.policy.means)
        usable = who.usable_from is not None and _is_due(operation, who.usable_from, now_ms)
        return cell is None and usable and who.refusals < self.policy.refusals

    def is_card_open(self, connection: Connection, card_id: str) -> bool:
        """Whether the bank takes codes of the card."""
        status = read_status(connection, card_id)
        return status is not None and not status.blocked and status.failures < self.verifier.policy.attempts


def _is_due(operation: Operation, usable_from: int, now_ms: int) -> bool:
    """In its 72 hours a telephone approves a log-on only."""
    return operation.kind is OperationKind.LOG_ON or now_ms >= usable_from
