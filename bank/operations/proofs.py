"""What proves that the customer wants an operation, in three steps: a try is counted before it is looked at.

`begin` in a first transaction counts it; `check` computes, in none; `use_up` in the decision's own transaction takes
the code out of the world: nothing can come between it and the decision.
"""

import hmac
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Connection

from bank.books.counting import count_attempt, uncount_attempt, use_counter, write_attempt
from bank.books.records import Attempt, Reason
from bank.emv.codes import normalise_code
from bank.emv.terminal import PLAIN, CodeRequest
from bank.operations.catalogue import Means, OperationKind, reader_means
from bank.operations.messages import try_code, use_code
from bank.operations.octets import (
    CODE_DIGITS,
    make_challenge,
    make_octets,
    read_sign_values,
    seal_sms_code,
)
from bank.operations.people import Confirmer
from bank.operations.ports import Operation, ReaderInstruction
from bank.verification import Verifier


class Proof(Protocol):
    """One code that was typed."""

    def find_means(self, kind: OperationKind) -> Means | None:
        """By which means it would confirm an operation of that kind."""
        ...

    def is_slip(self) -> bool:
        """Whether it is no code at all, and so no try."""
        ...

    def begin(self, connection: Connection, operation: Operation, who: Confirmer, now_ms: int) -> int | None:
        """Count the try: how many may follow by this means, None where it does not say."""
        ...

    def check(self, operation: Operation) -> None:
        """Find out whether it is right. The same is computed whatever is wrong."""
        ...

    def use_up(self, connection: Connection, operation: Operation, now_ms: int) -> bool:
        """Use the code up if it is right; False when somebody did before, or it is wrong."""
        ...

    def give_back(self, connection: Connection) -> None:
        """The operation was settled meanwhile: it was no try."""
        ...


def instruct_for(operation: Operation, key: bytes) -> ReaderInstruction | None:
    """What is pressed on the reader for an operation; None where the reader does not confirm its kind."""
    means = reader_means(operation.kind)
    if means is Means.READER_SIGN:
        values = read_sign_values(operation.content)
        return ReaderInstruction(means, cents=values.cents, account=values.account)
    if means is Means.READER_CHALLENGE:
        return ReaderInstruction(means, challenge=make_challenge(key, make_octets(operation.content)))
    return ReaderInstruction(means) if means else None


def code_request(instruction: ReaderInstruction | None) -> CodeRequest:
    """What the card's code confirms when that was pressed."""
    if instruction is None or instruction.means is Means.READER_CODE:
        return PLAIN
    return CodeRequest(instruction.challenge, instruction.cents, instruction.account)


@dataclass
class ReaderProof:
    """A code that the reader showed. `key`: of the challenges."""

    verifier: Verifier
    code: str = field(repr=False)
    source: str
    key: bytes = field(repr=False)
    _card_id: str = ""
    _last_atc: int = 0
    _open: bool = False
    _atc: int | None = None

    def find_means(self, kind: OperationKind) -> Means | None:
        """See Proof."""
        return reader_means(kind)

    def is_slip(self) -> bool:
        """See Proof."""
        return normalise_code(self.code) is None

    def begin(self, connection: Connection, operation: Operation, who: Confirmer, now_ms: int) -> int | None:
        """See Proof."""
        self._card_id = who.card_id or ""
        most = self.verifier.policy.attempts
        status = count_attempt(connection, self._card_id, most)
        self._open = status is not None
        self._last_atc = status.last_atc if status else 0
        return most - status.failures if status else 0

    def check(self, operation: Operation) -> None:
        """See Proof."""
        card = self.verifier.store.find_card(self._card_id)
        request = code_request(instruct_for(operation, self.key))
        if card and self._open:
            self._atc = self.verifier.seek_counter(card, self._last_atc, self.code, request)

    def use_up(self, connection: Connection, operation: Operation, now_ms: int) -> bool:
        """See Proof. The attempt goes to the card's log, whatever came of it."""
        used = self._atc is not None and use_counter(connection, self._card_id, self._atc)
        reason = Reason.ACCEPTED if used else self._why_not()
        write_attempt(connection, Attempt(self.verifier.now(), self._card_id, self.source, reason))
        return used

    def give_back(self, connection: Connection) -> None:
        """See Proof."""
        if self._open:
            uncount_attempt(connection, self._card_id)

    def _why_not(self) -> Reason:
        if self._atc is not None:
            return Reason.RACED
        return Reason.NO_MATCH if self._open else Reason.LIMITED


@dataclass
class SmsProof:
    """A code from a text message. `key`: of the seals; `tries`: of one code."""

    code: str = field(repr=False)
    key: bytes = field(repr=False)
    tries: int
    _seal: str | None = field(default=None, repr=False)
    _right: bool = False

    def find_means(self, kind: OperationKind) -> Means | None:
        """See Proof."""
        return Means.SMS

    def is_slip(self) -> bool:
        """See Proof."""
        digits = normalise_code(self.code)
        return digits is None or len(digits) != CODE_DIGITS

    def begin(self, connection: Connection, operation: Operation, who: Confirmer, now_ms: int) -> int | None:
        """See Proof. A code that is used up does not close the customer: he may ask for another one."""
        self._seal = try_code(connection, operation.operation_id, self.tries, now_ms)
        return None

    def check(self, operation: Operation) -> None:
        """See Proof."""
        digits = normalise_code(self.code) or ""
        typed = seal_sms_code(self.key, make_octets(operation.content), digits)
        self._right = hmac.compare_digest(typed, self._seal or "")

    def use_up(self, connection: Connection, operation: Operation, now_ms: int) -> bool:
        """See Proof."""
        return self._right and use_code(connection, operation.operation_id, self._seal or "", now_ms)

    def give_back(self, connection: Connection) -> None:
        """See Proof. The code is of a settled operation: its own tries matter to nobody any more."""
