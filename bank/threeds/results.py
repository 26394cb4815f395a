"""The result of an authentication goes to the shop's 3DS server, until that has taken it or nobody waits any more."""

import logging
from typing import Final, Protocol

from bank.operations.catalogue import Means
from bank.threeds.codec import ErrorCode, ProtocolError, decode_message, encode_message, read_object
from bank.threeds.frame import CardFrame
from bank.threeds.merchants import find_merchant
from bank.threeds.messages import Erro, RReq, RRes
from bank.threeds.shelf import (
    DUE,
    GIVEN_UP,
    SENT,
    CardPayment,
    change_payment,
    list_due,
    seek_payment,
)
from bank.threeds.table import RESULTS, ChallengeState
from bank.threeds.values import VALUE_KEY, make_authentication_value

log = logging.getLogger(__name__)

METHODS: Final = {
    Means.SMS: ("02", "02", "05"),
    Means.READER_CHALLENGE: ("03", "02", "05"),
    Means.READER_SIGN: ("03", "02", "05"),
    Means.READER_CODE: ("03", "02", "05"),
    Means.SECURPASS: ("09", "03", "04"),
    Means.CERTIFICATE: ("10", "02", "05"),
}
"""authenticationMethod, authenticationType, acsUiTemplate."""

HTML: Final = "02"
"""acsInterface."""


class ResultPoster(Protocol):
    """Takes a message to a shop."""

    def post_result(self, url: str, octets: bytes) -> bytes:
        """The shop's answer, bounded. Raises OSError for whatever prevents it."""
        ...


def make_result(frame: CardFrame, payment: CardPayment) -> RReq:
    """The message for a payment that is decided."""
    told = RESULTS[payment.state]
    authenticated = payment.state is ChallengeState.AUTHENTICATED
    method, kind, template = METHODS[Means(payment.way)] if payment.way else (None, None, "05")
    value = make_authentication_value(frame.key(VALUE_KEY), payment, frame.policy.currency) if authenticated else None
    return RReq(
        messageVersion=payment.version,
        messageCategory="01",
        threeDSServerTransID=payment.server_id,
        dsTransID=payment.ds_id,
        acsTransID=payment.acs_id,
        transStatus=told.trans_status,
        transStatusReason=told.reason,
        eci=told.eci,
        authenticationValue=value,
        authenticationType=kind,
        authenticationMethod=method,
        challengeCancel=told.cancel,
        interactionCounter=f"{min(payment.interactions, 99):02d}",
        acsRenderingType={"acsInterface": HTML, "acsUiTemplate": template},
    )


def deliver_result(frame: CardFrame, poster: ResultPoster, acs_id: str) -> bool:
    """Send it if it is due; whether the shop has it. One of several workers sends it at a time. Raises StateError."""
    with frame.writing() as (connection, now_ms):
        payment = seek_payment(connection, acs_id)
        if payment is None or payment.result != DUE:
            return payment is not None and payment.result == SENT
        merchant = find_merchant(connection, payment.merchant_id)
        allowed = merchant is not None and merchant.owns(payment.server_url)
        over = now_ms - (payment.decided_ms or now_ms) > frame.policy.result_life_ms
        if over or not allowed:
            change_payment(connection, acs_id, {"result": DUE}, {"result": GIVEN_UP})
            return False
        pauses = frame.policy.result_retry_ms
        after = now_ms + pauses[min(payment.result_tries, len(pauses) - 1)]
        claim = {"result": DUE, "result_tries": payment.result_tries}
        next_try = {"result_tries": payment.result_tries + 1, "result_next_ms": after}
        if not change_payment(connection, acs_id, claim, next_try):
            return False
    outcome = _post(frame, poster, payment)
    if outcome != DUE:
        with frame.writing() as (connection, _):
            change_payment(connection, acs_id, {"result": DUE}, {"result": outcome})
    return outcome == SENT


def deliver_due(frame: CardFrame, poster: ResultPoster) -> int:
    """Send what is due now: how many the shops have taken. Raises StateError."""
    with frame.reading() as (connection, now_ms):
        due = list_due(connection, now_ms)
    return sum(deliver_result(frame, poster, payment.acs_id) for payment in due)


def _post(frame: CardFrame, poster: ResultPoster, payment: CardPayment) -> str:
    """What the row is to say then."""
    try:
        answer = poster.post_result(payment.server_url, encode_message(make_result(frame, payment)))
        return _read_answer(answer, payment)
    except (OSError, ProtocolError) as error:
        log.warning("a shop did not take a result: %s", type(error).__name__)
        return DUE


def _read_answer(octets: bytes, payment: CardPayment) -> str:
    """Raises ProtocolError for what is no answer to this message. A shop that does not know the payment never will."""
    plain = read_object(octets)
    if plain.get("messageType") == Erro.messageType:
        erro = decode_message(Erro, octets)
        return GIVEN_UP if erro.errorCode == ErrorCode.UNKNOWN_TRANSACTION.value else DUE
    answer = decode_message(RRes, octets)
    ours = payment.server_id, payment.ds_id, payment.acs_id
    theirs = answer.threeDSServerTransID.lower(), answer.dsTransID.lower(), answer.acsTransID.lower()
    if ours != theirs:
        raise ProtocolError(ErrorCode.UNKNOWN_TRANSACTION, "threeDSServerTransID", RRes.messageType)
    return SENT
