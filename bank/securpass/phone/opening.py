"""A telephone says that it is here, and a customer logs on with it: requests about a challenge of the bank's."""

from dataclasses import dataclass, field

from sqlalchemy import Connection

from bank.books.customers import find_customer_numbered
from bank.operations.ports import UnknownOperationError
from bank.securpass.enrolment.table import EnrolmentState
from bank.securpass.frame import SecurPassFrame
from bank.securpass.ports import Envelope, PhoneAnswer, PhoneOutcome, SignedRequest
from bank.securpass.proofs.challenges import PhoneMark, is_challenge, make_challenge_octets, write_phone_mark
from bank.securpass.proofs.octets import PhoneAct, digest_about
from bank.securpass.proofs.taking import keep_answer, may_use_biometrics, prove_second, read_envelope, take_signed
from bank.securpass.shelf import find_enrolment
from bank.securpass.telling import journal_securpass


@dataclass(frozen=True, slots=True)
class OpenedPhone:
    """What came of it; `mark`: by which the telephone is known for a while; `user`: the user code of whoever is to be
    signed in. Both are empty for a no, and for a repetition."""

    answer: PhoneAnswer
    mark: str = field(default="", repr=False)
    user: str = ""


def draw_challenge(frame: SecurPassFrame) -> tuple[bytes, int]:
    """A new challenge, and until when it may be answered. Raises StateError."""
    with frame.operations.reading() as (_, now_ms):
        until_ms = now_ms + frame.policy.challenge_ms
    return make_challenge_octets(frame.challenge_key, until_ms), until_ms


def open_phone(frame: SecurPassFrame, challenge: bytes, envelope: Envelope) -> OpenedPhone:
    """This telephone has its device key. Raises ProofRefusedError."""
    signed = read_envelope(frame, envelope, PhoneAct.OPEN)
    with frame.operations.writing() as (connection, now_ms):
        taken = take_signed(frame, connection, signed, now_ms)
        if taken.answer is not None:
            return OpenedPhone(PhoneAnswer(_never_twice(taken.answer), taken.customer_id))
        right = _is_about(frame, signed, challenge, now_ms)
        outcome = PhoneOutcome.DONE if right else PhoneOutcome.UNFIT
        keep_answer(connection, taken, outcome)
        mark = _write_mark(frame, signed, now_ms) if right else ""
        return OpenedPhone(PhoneAnswer(outcome, taken.customer_id), mark)


def log_on_by_phone(frame: SecurPassFrame, challenge: bytes, envelope: Envelope) -> OpenedPhone:
    """A customer logs on by code or biometrics, which proves the telephone, too. Raises ProofRefusedError."""
    signed = read_envelope(frame, envelope, PhoneAct.LOG_ON)
    with frame.operations.writing() as (connection, now_ms):
        taken = take_signed(frame, connection, signed, now_ms)
        customer_id = taken.customer_id
        if taken.answer is not None:
            return OpenedPhone(PhoneAnswer(_never_twice(taken.answer), customer_id))
        outcome = PhoneOutcome.UNFIT
        if _is_fit(frame, connection, taken.signed, challenge, now_ms):
            outcome = prove_second(frame, connection, taken) or PhoneOutcome.DONE
        keep_answer(connection, taken, outcome, used=outcome is PhoneOutcome.DONE)
        answer = PhoneAnswer(outcome, customer_id)
        if outcome is not PhoneOutcome.DONE:
            return OpenedPhone(answer)
        journal_securpass(connection, customer_id, now_ms, "log-on", device=signed.device.device_id)
        return OpenedPhone(answer, _write_mark(frame, signed, now_ms), _user_code(connection, customer_id))


def _write_mark(frame: SecurPassFrame, signed: SignedRequest, now_ms: int) -> str:
    mark = PhoneMark(signed.device.device_id, now_ms + frame.policy.phone_ms)
    return write_phone_mark(frame.challenge_key, mark)


def _is_about(frame: SecurPassFrame, signed: SignedRequest, challenge: bytes, now_ms: int) -> bool:
    mine = is_challenge(frame.challenge_key, challenge, now_ms)
    return mine and signed.request.about == digest_about(challenge)


def _is_fit(
    frame: SecurPassFrame, connection: Connection, signed: SignedRequest, challenge: bytes, now_ms: int
) -> bool:
    """Also in the 72 hours: these are for approvals."""
    standing = find_enrolment(connection, signed.device.customer_id, now_ms).standing
    subscribed = standing.state is EnrolmentState.SUBSCRIBED
    return subscribed and may_use_biometrics(signed) and _is_about(frame, signed, challenge, now_ms)


def _never_twice(answer: PhoneOutcome) -> PhoneOutcome:
    """Whoever has seen a request go by must not get a session for it."""
    return PhoneOutcome.SETTLED if answer is PhoneOutcome.DONE else answer


def _user_code(connection: Connection, customer_id: int) -> str:
    customer = find_customer_numbered(connection, customer_id)
    if customer is None:
        raise UnknownOperationError
    return customer.user
