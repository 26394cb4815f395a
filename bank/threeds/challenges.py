"""The challenge in the browser: how it is opened by a CReq, what its page shows, how it ends."""

import hmac
from dataclasses import dataclass, field
from typing import Final

from bank.operations.catalogue import Means
from bank.operations.ports import Operation, UnknownOperationError
from bank.threeds.codec import ErrorCode, ProtocolError, decode_from_browser
from bank.threeds.elements import UUID
from bank.threeds.frame import CardFrame
from bank.threeds.merchants import Merchant, find_merchant
from bank.threeds.messages import CReq, CRes
from bank.threeds.settling import settle_payment
from bank.threeds.shelf import CardPayment, change_payment, seek_payment
from bank.threeds.table import RESULTS, ChallengeEvent, ChallengeState, is_open, step_challenge
from bank.threeds.values import TICKET_KEY, make_ticket_mark

LONGEST_SESSION_DATA: Final = 1024
"""Of threeDSSessionData, which goes back to the shop as it came."""
TICKET_SIGNS: Final = 80


@dataclass(frozen=True, slots=True)
class BroughtRequest:
    """What a browser brings from a shop: the encoded CReq, threeDSSessionData, and the page's origin."""

    encoded: str = field(repr=False)
    session_data: str = field(repr=False)
    origin: str


@dataclass(frozen=True, slots=True)
class ChallengeView:
    """What the page of a challenge is made from. `operation`: as it is now; `means`: how it may be confirmed."""

    payment: CardPayment
    merchant: Merchant
    operation: Operation | None
    means: tuple[Means, ...]

    @property
    def is_open(self) -> bool:
        """Whether the customer can still decide."""
        return is_open(self.payment.state) and self.operation is not None


def open_challenge(frame: CardFrame, brought: BroughtRequest) -> str:
    """Take a CReq: the ticket of the page. The same one again is the same page. Raises ProtocolError, StateError.

    Whoever has both identifiers and sits at the shop's own page may see it; a page of another origin may not.
    """
    request = decode_from_browser(CReq, brought.encoded)
    if len(brought.session_data) > LONGEST_SESSION_DATA or not _is_plain(brought.session_data):
        raise ProtocolError(ErrorCode.ELEMENT_FORMAT, "threeDSSessionData", CReq.messageType)
    settle_payment(frame, request.acsTransID.lower())
    with frame.writing() as (connection, _):
        payment = seek_payment(connection, request.acsTransID.lower())
        merchant = find_merchant(connection, payment.merchant_id) if payment else None
        fault = _find_fault(request, payment, merchant, brought.origin)
        if fault is None and payment and is_open(payment.state):
            state = step_challenge(payment.state, ChallengeEvent.BROWSER_CAME).leads_to
            first = payment.state is ChallengeState.ANNOUNCED
            values = {"state": state.value} | ({"session_data": brought.session_data} if first else {})
            change_payment(connection, payment.acs_id, {"state": payment.state.value}, values)
    if fault or payment is None:
        code, name = fault or (ErrorCode.UNKNOWN_TRANSACTION, "acsTransID")
        raise ProtocolError(code, name, CReq.messageType)
    return make_ticket(frame, payment.acs_id)


def _find_fault(
    request: CReq, payment: CardPayment | None, merchant: Merchant | None, origin: str
) -> tuple[ErrorCode, str] | None:
    """Why it is not taken, and which element says so."""
    if payment is None or merchant is None or payment.status not in {"C", *_told()}:
        return ErrorCode.UNKNOWN_TRANSACTION, "acsTransID"
    if payment.server_id != request.threeDSServerTransID.lower():
        return ErrorCode.UNKNOWN_TRANSACTION, "threeDSServerTransID"
    if payment.operation_id is None or payment.state is ChallengeState.DECOUPLED:
        return ErrorCode.INVALID_DATA, "acsTransID"
    if payment.version != request.messageVersion:
        return ErrorCode.INVALID_DATA, "messageVersion"
    return None if origin == merchant.origin else (ErrorCode.ACCESS_DENIED, "notificationURL")


def _told() -> frozenset[str]:
    return frozenset(result.trans_status for result in RESULTS.values())


def _is_plain(text: str) -> bool:
    return text == "" or (text.isascii() and text.isprintable())


def make_ticket(frame: CardFrame, acs_id: str) -> str:
    """What stands in the address of a challenge's page."""
    return f"{acs_id}.{make_ticket_mark(frame.key(TICKET_KEY), acs_id)}"


def read_ticket(frame: CardFrame, ticket: str) -> str | None:
    """The acsTransID of a ticket of ours; None for any other."""
    acs_id, dot, _ = ticket.partition(".")
    if not dot or len(ticket) > TICKET_SIGNS + 10 or not ticket.isascii() or not UUID.fullmatch(acs_id):
        return None
    ours = make_ticket(frame, acs_id)
    return acs_id if hmac.compare_digest(ours.encode(), ticket.encode()) else None


def look_at_challenge(frame: CardFrame, acs_id: str) -> ChallengeView | None:
    """The challenge as it is now; what its customer has decided is taken over. Raises StateError."""
    payment = settle_payment(frame, acs_id)
    if payment is None:
        return None
    with frame.reading() as (connection, _):
        merchant = find_merchant(connection, payment.merchant_id)
    if merchant is None:
        return None
    operation: Operation | None = None
    means: tuple[Means, ...] = ()
    if payment.operation_id and payment.customer_id is not None:
        try:
            operation = frame.operations.find_operation(payment.customer_id, payment.operation_id)
            means = frame.operations.list_means(payment.customer_id, payment.operation_id)
        except UnknownOperationError:
            operation = None
    return ChallengeView(payment, merchant, operation, means)


def count_interaction(frame: CardFrame, payment: CardPayment) -> None:
    """The customer has done something on the page."""
    with frame.writing() as (connection, _):
        now = seek_payment(connection, payment.acs_id)
        if now:
            change_payment(connection, now.acs_id, {"state": now.state.value}, {"interactions": now.interactions + 1})


def cancel_challenge(frame: CardFrame, payment: CardPayment) -> CardPayment | None:
    """The customer gives it up at the shop's page. Raises StateError."""
    if payment.customer_id is not None and payment.operation_id:
        frame.operations.withdraw_operation(payment.customer_id, payment.operation_id)
    return settle_payment(frame, payment.acs_id)


def make_final_response(payment: CardPayment) -> CRes:
    """What the browser takes back to the shop of a payment that is decided."""
    return CRes(
        messageVersion=payment.version,
        threeDSServerTransID=payment.server_id,
        acsTransID=payment.acs_id,
        transStatus=RESULTS[payment.state].trans_status,
    )
