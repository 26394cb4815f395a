"""A telephone says that it is here, and a customer logs on with it: requests about a challenge of the bank's."""

from sqlalchemy import Connection

from bank.books.customers import find_customer_numbered
from bank.operations.ports import UnknownOperationError
from bank.securpass.challenges import PhoneMark, is_challenge, make_challenge_octets, write_phone_mark
from bank.securpass.enrolment import EnrolmentState
from bank.securpass.frame import SecurPassFrame
from bank.securpass.octets import PhoneAct, digest_about
from bank.securpass.ports import Envelope, PhoneAnswer, PhoneOutcome, SignedRequest
from bank.securpass.shelf import find_enrolment
from bank.securpass.taking import keep_answer, may_use_biometrics, prove_second, read_envelope, take_signed
from bank.securpass.telling import journal_securpass


def draw_challenge(frame: SecurPassFrame) -> tuple[bytes, int]:
    """A new challenge, and until when it may be answered. Raises StateError."""
    with frame.operations.reading() as (_, now_ms):
        until_ms = now_ms + frame.policy.challenge_ms
    return make_challenge_octets(frame.challenge_key, until_ms), until_ms


def open_phone(frame: SecurPassFrame, challenge: bytes, envelope: Envelope) -> tuple[PhoneAnswer, str]:
    """This telephone has its device key: the answer, and the mark by which it is known for a while; none for a
    repetition. Raises RefusedError."""
    signed = read_envelope(frame, envelope, PhoneAct.OPEN)
    with frame.operations.writing() as (connection, now_ms):
        taken = take_signed(frame, connection, signed, now_ms)
        if taken.answer is not None:
            return PhoneAnswer(_never_twice(taken.answer), taken.customer_id), ""
        right = _is_about(frame, signed, challenge, now_ms)
        outcome = PhoneOutcome.DONE if right else PhoneOutcome.UNFIT
        keep_answer(connection, taken, outcome)
        mark = PhoneMark(signed.device.device_id, now_ms + frame.policy.phone_ms)
        return PhoneAnswer(outcome, taken.customer_id), write_phone_mark(frame.challenge_key, mark) if right else ""


def log_on_by_phone(frame: SecurPassFrame, challenge: bytes, envelope: Envelope) -> tuple[PhoneAnswer, str]:
    """The answer, and the user code of whoever is to be signed in; none for whoever is not, nor for a repetition.

    Raises RefusedError.
    """
    signed = read_envelope(frame, envelope, PhoneAct.LOG_ON)
    with frame.operations.writing() as (connection, now_ms):
        taken = take_signed(frame, connection, signed, now_ms)
        customer_id = taken.customer_id
        if taken.answer is not None:
            return PhoneAnswer(_never_twice(taken.answer), customer_id), ""
        if not _is_fit(frame, connection, taken.signed, challenge, now_ms):
            keep_answer(connection, taken, PhoneOutcome.UNFIT)
            return PhoneAnswer(PhoneOutcome.UNFIT, customer_id), ""
        outcome = prove_second(frame, connection, taken) or PhoneOutcome.DONE
        keep_answer(connection, taken, outcome)
        if outcome is not PhoneOutcome.DONE:
            return PhoneAnswer(outcome, customer_id), ""
        journal_securpass(connection, customer_id, now_ms, "log-on", device=signed.device.device_id)
        return PhoneAnswer(outcome, customer_id), _user_code(connection, customer_id)


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
