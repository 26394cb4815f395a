"""The money: an authorisation keeps it aside, a capture books it, a release gives it back.

An authorisation is bound to the authentication by its value: another shop, amount or card has another one. All that it
changes is one transaction with the ledger's; asked for again, it is answered as before, and moves nothing.
"""

import hmac
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from sqlalchemy import Connection, select

from bank.books.people import PaymentCardState
from bank.books.schema import ACCOUNTS
from bank.journal.chain import name_customer
from bank.journal.keeping import append_line
from bank.ledger.entries import Account, AccountKind, FundsError, Leg, MovementKind, Posting, transfer_between
from bank.ledger.keeping import find_account, open_house_account, post_movement
from bank.threeds.asking import NAME
from bank.threeds.cards import lock_card
from bank.threeds.frame import CardFrame
from bank.threeds.merchants import Merchant, find_merchant
from bank.threeds.shelf import (
    CAPTURED,
    HELD,
    RELEASED,
    CardPayment,
    change_payment,
    list_held,
    seek_payment_of,
    sum_authorised,
)
from bank.threeds.table import RESULTS, ChallengeState
from bank.threeds.values import (
    TOKEN_KEY,
    VALUE_KEY,
    make_approval,
    make_authentication_value,
    open_token,
)

PAYABLE: Final = frozenset({ChallengeState.AUTHENTICATED, ChallengeState.EXEMPTED})
APPROVAL_KEY: Final = "3-D Secure: approval"


class ResponseCode(Enum):
    """ISO 8583, data element 39; 1A as European schemes ask for strong authentication."""

    APPROVED = "00"
    INVALID_TRANSACTION = "12"
    NOT_ENOUGH = "51"
    EXPIRED_CARD = "54"
    NOT_PERMITTED = "57"
    OVER_LIMIT = "61"
    RESTRICTED_CARD = "62"
    SECURITY_VIOLATION = "63"
    AUTHENTICATE = "1A"


@dataclass(frozen=True, slots=True)
class AuthorisationRequest:
    """What a shop asks: the card's token, the payment, its value and indicator, the amount in cents."""

    token: str = field(repr=False)
    ds_id: str
    value: str = field(repr=False)
    eci: str
    cents: int
    currency: str


@dataclass(frozen=True, slots=True)
class AuthorisationAnswer:
    """Yes with an approval of six digits, or no."""

    code: ResponseCode
    approval: str = ""


@dataclass(frozen=True, slots=True)
class Till:
    """Where one shop's money moves within one transaction, at one moment (ms)."""

    connection: Connection
    merchant: Merchant
    now_ms: int

    def set_aside(self, payment: CardPayment, account_id: int) -> None:
        """From the card's account. Raises FundsError."""
        legs = transfer_between(self._account(account_id), self._held, payment.cents)
        self._post(MovementKind.CARD, legs, payment.operation_id)

    def give_back(self, payment: CardPayment, account_id: int) -> None:
        """To the card's account."""
        self._post(MovementKind.RELEASE, transfer_between(self._held, self._account(account_id), payment.cents))

    def book(self, payment: CardPayment) -> None:
        """To where other banks' money comes from and goes to."""
        clearing = open_house_account(self.connection, AccountKind.CLEARING, self.now_ms)
        self._post(MovementKind.CARD, transfer_between(self._held, clearing, payment.cents))

    def note(self, payment: CardPayment, event: str) -> None:
        """A line in the journal of whoever pays."""
        assert payment.customer_id is not None
        actor, subject = f"{NAME} {self.merchant.code}", name_customer(payment.customer_id)
        append_line(self.connection, self.now_ms, actor, subject, event, payment=payment.acs_id, cents=payment.cents)

    @property
    def _held(self) -> Account:
        return open_house_account(self.connection, AccountKind.HELD, self.now_ms)

    def _account(self, account_id: int) -> Account:
        iban = self.connection.execute(select(ACCOUNTS.c.iban).where(ACCOUNTS.c.id == account_id)).scalar_one()
        found = find_account(self.connection, iban)
        assert found is not None
        return found

    def _post(self, kind: MovementKind, legs: tuple[Leg, Leg], operation_id: str | None = None) -> None:
        post_movement(self.connection, Posting(self.now_ms, kind, self.merchant.name, legs, operation_id))


class _RefusedError(Exception):
    """Inside a transaction, which is then undone."""

    def __init__(self, code: ResponseCode) -> None:
        super().__init__(code.value)
        self.code = code


def authorise_payment(frame: CardFrame, merchant: Merchant, request: AuthorisationRequest) -> AuthorisationAnswer:
    """Keep the money aside. Raises StateError: then nothing has happened."""
    try:
        with frame.writing() as (connection, now_ms):
            payment = seek_payment_of(connection, merchant.merchant_id, request.ds_id)
            if payment is None:
                return AuthorisationAnswer(ResponseCode.INVALID_TRANSACTION)
            fault = _find_fault(frame, payment, request, now_ms)
            if fault:
                return AuthorisationAnswer(fault)
            if payment.booking:
                again = ResponseCode.INVALID_TRANSACTION if payment.booking == RELEASED else ResponseCode.APPROVED
                return AuthorisationAnswer(again, payment.approval or "")
            return AuthorisationAnswer(ResponseCode.APPROVED, _hold(frame, Till(connection, merchant, now_ms), payment))
    except _RefusedError as refused:
        return AuthorisationAnswer(refused.code)


def _find_fault(
    frame: CardFrame, payment: CardPayment, request: AuthorisationRequest, now_ms: int
) -> ResponseCode | None:
    """The same is computed whatever is wrong with the value."""
    expected = make_authentication_value(frame.key(VALUE_KEY), payment, request.currency)
    same = hmac.compare_digest(expected.encode(), request.value.encode())
    if payment.state not in PAYABLE:
        return ResponseCode.AUTHENTICATE
    token = open_token(frame.key(TOKEN_KEY), request.token)
    whose = (token.payment_card_id, token.merchant_id) if token else None
    late = payment.decided_ms is None or now_ms >= payment.decided_ms + frame.policy.authorise_ms
    right = same and request.cents == payment.cents and request.currency == frame.policy.currency
    right = right and request.eci == RESULTS[payment.state].eci
    if not right or whose != (payment.payment_card_id, payment.merchant_id):
        return ResponseCode.SECURITY_VIOLATION
    if payment.booking is None and (late or token is None or now_ms >= token.until_ms + frame.policy.authorise_ms):
        return ResponseCode.AUTHENTICATE
    return None


def _hold(frame: CardFrame, till: Till, payment: CardPayment) -> str:
    """The approval. Raises _RefusedError."""
    assert payment.payment_card_id is not None
    card = lock_card(till.connection, payment.payment_card_id)
    if card is None or card.state is not PaymentCardState.ACTIVE:
        expired = card is not None and card.state is PaymentCardState.EXPIRED
        raise _RefusedError(ResponseCode.EXPIRED_CARD if expired else ResponseCode.RESTRICTED_CARD)
    spent = sum_authorised(till.connection, card.payment_card_id, till.now_ms - frame.policy.payments_window_ms)
    if spent + payment.cents > card.limit_cents:
        raise _RefusedError(ResponseCode.OVER_LIMIT)
    approval = make_approval(frame.key(APPROVAL_KEY), payment)
    taken = {"authorised_ms": till.now_ms, "approval": approval, "booking": HELD}
    if not change_payment(till.connection, payment.acs_id, {"booking": None}, taken):
        raise _RefusedError(ResponseCode.INVALID_TRANSACTION)
    try:
        till.set_aside(payment, card.account_id)
    except FundsError:
        raise _RefusedError(ResponseCode.NOT_ENOUGH) from None
    till.note(payment, "card payment authorised")
    return approval


def capture_payment(frame: CardFrame, merchant: Merchant, ds_id: str) -> bool:
    """Book what was kept aside; True too where it is booked already. Raises StateError."""
    with frame.writing() as (connection, now_ms):
        payment = seek_payment_of(connection, merchant.merchant_id, ds_id)
        if payment is None or payment.booking not in {HELD, CAPTURED}:
            return False
        if change_payment(connection, payment.acs_id, {"booking": HELD}, {"booking": CAPTURED}):
            till = Till(connection, merchant, now_ms)
            till.book(payment)
            till.note(payment, "card payment captured")
        return True


def release_payment(frame: CardFrame, merchant: Merchant, ds_id: str) -> bool:
    """Give back what was kept aside; True too where it was given back before. Raises StateError."""
    with frame.writing() as (connection, now_ms):
        payment = seek_payment_of(connection, merchant.merchant_id, ds_id)
        if payment is None or payment.booking not in {HELD, RELEASED}:
            return False
        _release(Till(connection, merchant, now_ms), payment)
        return True


def release_old(frame: CardFrame) -> int:
    """Give back what nobody has captured in time: how many. Raises StateError."""
    with frame.reading() as (connection, now_ms):
        old = list_held(connection, now_ms - frame.policy.hold_ms)
    count = 0
    for payment in old:
        with frame.writing() as (connection, now_ms):
            merchant = find_merchant(connection, payment.merchant_id)
            count += merchant is not None and _release(Till(connection, merchant, now_ms), payment)
    return count


def _release(till: Till, payment: CardPayment) -> bool:
    if not change_payment(till.connection, payment.acs_id, {"booking": HELD}, {"booking": RELEASED}):
        return False
    assert payment.payment_card_id is not None
    card = lock_card(till.connection, payment.payment_card_id)
    assert card is not None
    till.give_back(payment, card.account_id)
    till.note(payment, "card payment released")
    return True
