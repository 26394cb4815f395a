"""Logging on to the website by the telephone: the user code at a browser, the number to match, the approval.

Whatever user code was typed, the browser is told the same: where nobody can be asked it waits for a request that there
never was, with a number that fits nothing. So it is not learned who is a customer, nor who has Sécur'Pass.
"""

import hmac
import secrets
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from bank.books.customers import find_customer
from bank.books.limiting import count_one, sweep_counts
from bank.books.records import Customer
from bank.operations.catalogue import EffectKind, Means, OperationKind, TerminalKind
from bank.operations.deciding import decide_operation
from bank.operations.ports import Asking, AskingError, Operation, UnknownOperationError
from bank.operations.requesting import ID_DIGITS, take_request
from bank.operations.shelf import get_operation, has_effect
from bank.operations.table import Act, OperationState
from bank.securpass.approving.asking import make_match
from bank.securpass.approving.prompting import find_match, prompt_phone
from bank.securpass.frame import SecurPassFrame
from bank.securpass.policy import DAY_MS
from bank.securpass.telling import journal_securpass

TAKEN: Final = "web-log-on/"


class WebLogOnState(Enum):
    """How a log-on stands for the browser that began it."""

    WAITING = "waiting"
    APPROVED = "approved"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class WebLogOn:
    """What a browser has begun: for the user code that was typed, until when."""

    user: str
    operation_id: str
    until_ms: int


@dataclass(frozen=True, slots=True)
class WebLogOnView:
    """How it stands, and the number that belongs to it."""

    state: WebLogOnState
    match: str = ""


def begin_web_log_on(frame: SecurPassFrame, user: str, terminal: TerminalKind, language: str) -> WebLogOn:
    """Have the customer's telephone asked, if there is a customer, and a telephone that can be. Raises StateError."""
    customer = frame.store.find_customer(user)
    operation = _ask(frame, customer, terminal, language) if customer else None
    if operation is not None:
        return WebLogOn(user, operation.operation_id, operation.content.until_ms)
    with frame.operations.reading() as (_, now_ms):
        return WebLogOn(user, secrets.token_hex(ID_DIGITS // 2), now_ms + frame.operations.policy.log_on_life_ms)


def look_at_web_log_on(frame: SecurPassFrame, begun: WebLogOn) -> WebLogOnView:
    """How it stands; one that never was waits until its time is over. Raises StateError."""
    with frame.operations.reading() as (connection, now_ms):
        customer = find_customer(connection, begun.user)
        try:
            found = get_operation(connection, customer.customer_id, begun.operation_id, now_ms) if customer else None
        except UnknownOperationError:
            found = None
        approved = found is not None and _is_approved(connection, found)
    if now_ms >= begun.until_ms:
        return WebLogOnView(WebLogOnState.OVER)
    if found is None:
        return WebLogOnView(WebLogOnState.WAITING, _draw_match(frame, begun))
    if approved:
        return WebLogOnView(WebLogOnState.APPROVED)
    state = WebLogOnState.WAITING if found.state is OperationState.PENDING else WebLogOnState.OVER
    return WebLogOnView(state, find_match(frame, found))


def find_asked_customer(frame: SecurPassFrame, begun: WebLogOn) -> int:
    """Whose telephone is asked; 0, which is nobody's number, where none is. Raises StateError."""
    with frame.operations.reading() as (connection, now_ms):
        customer = find_customer(connection, begun.user)
        try:
            found = get_operation(connection, customer.customer_id, begun.operation_id, now_ms) if customer else None
        except UnknownOperationError:
            found = None
    return found.content.customer_id if found else 0


def take_web_log_on(frame: SecurPassFrame, begun: WebLogOn) -> Customer | None:
    """The customer, once, where the telephone has approved it in time. Raises StateError."""
    with frame.operations.writing() as (connection, now_ms):
        customer = find_customer(connection, begun.user)
        if customer is None or now_ms >= begun.until_ms:
            return None
        try:
            found = get_operation(connection, customer.customer_id, begun.operation_id, now_ms)
        except UnknownOperationError:
            return None
        if not _is_approved(connection, found):
            return None
        sweep_counts(connection, TAKEN, now_ms - DAY_MS)
        number = found.operation_id
        if not count_one(connection, TAKEN + number, 1, now_ms, DAY_MS):
            return None
        journal_securpass(connection, customer.customer_id, now_ms, "log-on to the website", operation=number)
    return customer


def give_up_web_log_on(frame: SecurPassFrame, begun: WebLogOn) -> None:
    """The browser waits no longer: neither does the telephone. Raises StateError."""
    customer = frame.store.find_customer(begun.user)
    if customer is not None:
        _withdraw(frame, customer.customer_id, begun.operation_id)


def _ask(frame: SecurPassFrame, customer: Customer, terminal: TerminalKind, language: str) -> Operation | None:
    """The operation that the telephone is asked for; None where it cannot be asked, or not now."""
    asking = Asking(customer.customer_id, OperationKind.LOG_ON, terminal, {}, language)
    try:
        operation = take_request(frame.operations, asking)
    except (AskingError, UnknownOperationError):
        return None
    if prompt_phone(frame, customer.customer_id, operation.operation_id).asked:
        return operation
    _withdraw(frame, customer.customer_id, operation.operation_id)
    return None


def _withdraw(frame: SecurPassFrame, customer_id: int, operation_id: str) -> None:
    with frame.operations.writing() as (connection, now_ms):
        try:
            operation = get_operation(connection, customer_id, operation_id, now_ms)
        except UnknownOperationError:
            return
        decide_operation(connection, operation, Act.WITHDRAW, now_ms)


def _is_approved(connection: Connection, operation: Operation) -> bool:
    """By the telephone; and the customer has not said since that it was none of his."""
    wanted = OperationKind.LOG_ON, OperationState.APPROVED, Means.SECURPASS
    approved = (operation.kind, operation.state, operation.means) == wanted
    return approved and not has_effect(connection, operation.operation_id, EffectKind.PROTECTION)


def _draw_match(frame: SecurPassFrame, begun: WebLogOn) -> str:
    """A number for a request that never was: the same at each look."""
    return make_match(hmac.digest(frame.match_key, f"nobody {begun.operation_id}".encode(), sha256))
