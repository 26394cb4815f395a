"""Logging on from a telephone that is not known: user code and password, then a code to the secure telephone.

Whatever is wrong, the answer is the same, and costs the same work: whether somebody has that user code, whether the
password was right, is told by nothing but the message, which goes to the customer.
"""

import hmac
from dataclasses import dataclass
from typing import Final

from bank.books.customers import find_customer, find_customer_numbered
from bank.books.limiting import count_one, uncount_one
from bank.books.records import Customer, user_code
from bank.emv.codes import normalise_code
from bank.securpass import words
from bank.securpass.frame import SecurPassFrame
from bank.securpass.phone.passwords import check_password, read_password
from bank.securpass.phone.stepping import (
    LOG_ON,
    SMS,
    AppStep,
    count_step,
    draw_codes,
    draw_identifier,
    end_step,
    group_code,
    minutes_of,
    try_step,
    write_step,
)
from bank.securpass.ports import ProofRefusedError, TooManyError
from bank.securpass.telling import journal_securpass, send_sms
from bank.securpass.words import write_text

NOBODY: Final = "nobody"


@dataclass(frozen=True, slots=True)
class LogOnOffer:
    """A log-on that was begun: for whom, nobody is told."""

    step_id: str
    until_ms: int


def begin_log_on(frame: SecurPassFrame, user: str, password: str, language: str) -> LogOnOffer:
    """Look at the password, and send a code if it is right. Raises StateError."""
    code = user_code(user)
    key = f"app-password/{code or NOBODY}"
    policy = frame.policy
    with frame.operations.writing() as (connection, now_ms):
        room = count_one(connection, key, policy.passwords, now_ms, policy.passwords_window_ms)
        customer = find_customer(connection, code) if code else None
        kept = read_password(frame.store, connection, customer.customer_id if customer else None)
    right = check_password(kept, password) and room and customer is not None
    return _write(frame, customer if right else None, key, language)


def finish_log_on(frame: SecurPassFrame, step_id: str, code: str) -> Customer:
    """Whoever is to be signed in. Raises ProofRefusedError, StateError."""
    with frame.operations.writing() as (connection, now_ms):
        step = try_step(frame, connection, step_id, LOG_ON, now_ms)
    seal = frame.seal_code(step_id, SMS, normalise_code(code) or "")
    if step.customer_id is None or not hmac.compare_digest(seal, step.sms_seal):
        raise ProofRefusedError(frame.policy.step_tries - step.tries)
    with frame.operations.writing() as (connection, now_ms):
        customer = find_customer_numbered(connection, step.customer_id)
        if customer is None or not end_step(connection, step_id):
            raise ProofRefusedError(0)
        journal_securpass(connection, customer.customer_id, now_ms, "log-on by password")
    return customer


def _write(frame: SecurPassFrame, customer: Customer | None, key: str, language: str) -> LogOnOffer:
    codes, step_id = draw_codes(), draw_identifier()
    with frame.operations.writing() as (connection, now_ms):
        if customer is not None:
            uncount_one(connection, key)  # a right password is none of the wrong ones
            try:
                count_step(frame, connection, customer.customer_id, now_ms)
            except TooManyError:
                customer = None
        number = customer.customer_id if customer else None
        until_ms = now_ms + frame.policy.step_life_ms
        seal = frame.seal_code(step_id, SMS, codes.sms)
        step = AppStep(step_id, number, LOG_ON, b"", "", seal, "", 0, now_ms, until_ms)
        write_step(connection, step)
        if number is not None:
            text = write_text(words.LOG_ON_CODE, language, code=group_code(codes.sms), minutes=minutes_of(step))
            send_sms(connection, number, now_ms, text)
    return LogOnOffer(step_id, until_ms)
