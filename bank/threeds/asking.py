"""An authentication request is answered: at once, or with a challenge that the customer's operation decides.

The row is in the books before the operation is asked for: a request that is sent again finds it, and one that a crash
has cut off is told to the shop as one that no browser came for.
"""

import uuid
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from bank.journal.chain import name_customer
from bank.journal.keeping import append_line
from bank.languages import FALLBACK
from bank.operations.catalogue import AMOUNT, CARD, MERCHANT, OperationKind, TerminalKind
from bank.operations.octets import Value
from bank.operations.ports import Asking, AskingError, AskingFault
from bank.operations.words import LANGUAGES
from bank.threeds.cards import KnownCard, find_card
from bank.threeds.codec import ErrorCode, ProtocolError, answer_error, read_message, read_object
from bank.threeds.frame import CardFrame
from bank.threeds.judging import Known, RequestVerdict, judge_request
from bank.threeds.merchants import Merchant
from bank.threeds.messages import AReq, ARes, Erro
from bank.threeds.policy import Unchallenged
from bank.threeds.shelf import CardPayment, move_payment, put_payment, sum_unchallenged
from bank.threeds.table import RESULTS, ChallengeState
from bank.threeds.values import VALUE_KEY, make_authentication_value

ACS_REFERENCE: Final = "SESAME_DEMONSTRATION_ACS"
DS_REFERENCE: Final = "SESAME_DEMONSTRATION_DS"
MOST_CENTS: Final = 10**10
NAME: Final = "merchant"
"""How the journal calls a shop, before its code."""

STATES: Final = {
    "Y": ChallengeState.EXEMPTED,
    "N": ChallengeState.DECLINED,
    "R": ChallengeState.DECLINED,
    "U": ChallengeState.UNABLE,
    "C": ChallengeState.ANNOUNCED,
    "D": ChallengeState.DECOUPLED,
}
ASKED: Final = frozenset({"C", "D"})

UNASKABLE: Final = {AskingFault.TOO_MANY: RequestVerdict("N", "04"), AskingFault.NO_MEANS: RequestVerdict("U", "13")}
"""04 too often, 13 no means; whatever else hinders is 12, not permitted."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who asks, and where the browser is to go: `acs_url`."""

    merchant: Merchant
    acs_url: str


def answer_request(frame: CardFrame, sender: Sender, octets: bytes) -> ARes | Erro:
    """The answer to the octets of an AReq. Raises StateError."""
    plain: dict[str, Any] = {}
    try:
        plain = read_object(octets)
        request = read_message(AReq, plain)
        _check_request(request, sender.merchant)
        payment, card = _take_in(frame, request, sender.merchant)
    except ProtocolError as error:
        return answer_error(error, plain)
    if payment.status in ASKED and card:
        payment = _ask_customer(frame, sender.merchant, request, payment)
    return _answer(frame, sender, payment)


def _check_request(request: AReq, merchant: Merchant) -> None:
    """Raises ProtocolError for another shop's name and for addresses that are not the shop's own."""
    if request.acquirerMerchantID != merchant.code:
        raise ProtocolError(ErrorCode.ACCESS_DENIED, "acquirerMerchantID", AReq.messageType)
    foreign = [
        name for name in ("threeDSServerURL", "notificationURL") if not merchant.owns(str(getattr(request, name)))
    ]
    if foreign:
        raise ProtocolError(ErrorCode.ACCESS_DENIED, ",".join(foreign), AReq.messageType)


def _take_in(frame: CardFrame, request: AReq, merchant: Merchant) -> tuple[CardPayment, KnownCard | None]:
    """Judged, and in the books. Raises ProtocolError when the shop has asked so before."""
    policy, cents = frame.policy, int(request.purchaseAmount)
    wrong = [
        name
        for name, right in (
            ("purchaseCurrency", request.purchaseCurrency == policy.currency),
            ("purchaseExponent", request.purchaseExponent == policy.exponent),
            ("purchaseAmount", 0 < cents <= MOST_CENTS),
        )
        if not right
    ]
    if wrong:
        raise ProtocolError(ErrorCode.INVALID_DATA, ",".join(wrong), AReq.messageType)
    issued = frame.store.card_numbered(request.acctNumber)
    try:
        with frame.writing() as (connection, now_ms):
            card = find_card(connection, issued.card_id) if issued else None
            spent = sum_unchallenged(connection, card.payment_card_id) if card else Unchallenged()
            phones = frame.phones
            app = bool(card and phones and phones.has_app(connection, card.customer_id, now_ms))
            verdict = judge_request(request, Known(card, spent, app, now_ms), frame.exemption)
            payment = _make(request, merchant, card, verdict, now_ms)
            put_payment(connection, payment)
            if card:
                _note(connection, merchant, payment, now_ms)
    except IntegrityError:
        raise ProtocolError(ErrorCode.INVALID_DATA, "threeDSServerTransID", AReq.messageType) from None
    return payment, card


def _note(connection: Connection, merchant: Merchant, payment: CardPayment, now_ms: int) -> None:
    assert payment.customer_id is not None
    actor, subject = f"{NAME} {merchant.code}", name_customer(payment.customer_id)
    told = {"payment": payment.acs_id, "status": payment.status}
    append_line(connection, now_ms, actor, subject, "card payment asked for", cents=payment.cents, **told)


def _make(
    request: AReq, merchant: Merchant, card: KnownCard | None, verdict: RequestVerdict, now_ms: int
) -> CardPayment:
    state = STATES[verdict.status]
    return CardPayment(
        acs_id=str(uuid.uuid4()),
        ds_id=str(uuid.uuid4()),
        server_id=request.threeDSServerTransID.lower(),
        merchant_id=merchant.merchant_id,
        customer_id=card.customer_id if card else None,
        payment_card_id=card.payment_card_id if card else None,
        operation_id=None,
        version=request.messageVersion,
        state=state,
        status=verdict.status,
        reason=verdict.reason,
        cents=int(request.purchaseAmount),
        server_url=request.threeDSServerURL,
        notification_url=request.notificationURL,
        session_data=None,
        way=None,
        interactions=0,
        created_ms=now_ms,
        decided_ms=None if verdict.status in ASKED else now_ms,
        result=None,
        result_tries=0,
        authorised_ms=None,
        approval=None,
        booking=None,
    )


def _ask_customer(frame: CardFrame, merchant: Merchant, request: AReq, payment: CardPayment) -> CardPayment:
    """Have the operation asked for; the payment as it is then."""
    assert payment.customer_id is not None
    assert payment.payment_card_id is not None
    fields: dict[str, Value] = {AMOUNT: payment.cents, MERCHANT: merchant.name, CARD: payment.payment_card_id}
    preferred = request.browserLanguage.lower().partition("-")[0]
    language = preferred if preferred in LANGUAGES else FALLBACK
    asking = Asking(
        payment.customer_id, OperationKind.CARD_PAYMENT, TerminalKind.SHOP, fields, language, once=payment.acs_id
    )
    try:
        operation = frame.operations.request_operation(asking)
    except AskingError as refused:
        verdict = UNASKABLE.get(refused.fault, RequestVerdict("N", "12"))
        state = STATES[verdict.status]
        with frame.writing() as (connection, now_ms):
            told = {"status": verdict.status, "reason": verdict.reason, "decided_ms": now_ms}
            move_payment(connection, payment, state, **told)
        return replace(payment, state=state, status=verdict.status, reason=verdict.reason)
    with frame.writing() as (connection, _):
        move_payment(connection, payment, payment.state, operation_id=operation.operation_id)
    if frame.phones:
        frame.phones.ask_phone(operation)
    return replace(payment, operation_id=operation.operation_id)


def _answer(frame: CardFrame, sender: Sender, payment: CardPayment) -> ARes:
    challenge, exempt = payment.status == "C", payment.state is ChallengeState.EXEMPTED
    value = make_authentication_value(frame.key(VALUE_KEY), payment, frame.policy.currency) if exempt else None
    return ARes(
        messageVersion=payment.version,
        threeDSServerTransID=payment.server_id,
        dsTransID=payment.ds_id,
        acsTransID=payment.acs_id,
        acsReferenceNumber=ACS_REFERENCE,
        dsReferenceNumber=DS_REFERENCE,
        transStatus=str(payment.status),
        transStatusReason=payment.reason,
        eci=RESULTS[payment.state].eci if exempt else None,
        authenticationValue=value,
        authenticationType="02" if challenge else "04" if payment.status == "D" else None,
        acsChallengeMandated="Y" if challenge else None,
        acsDecConInd="Y" if payment.status == "D" else None,
        acsURL=sender.acs_url if challenge else None,
    )
