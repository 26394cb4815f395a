"""What the bank says to an authentication request, from what it knows of the card: pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from bank.books.people import PaymentCardState
from bank.threeds.cards import KnownCard, is_past
from bank.threeds.messages import AReq
from bank.threeds.policy import LowValueExemption, Unchallenged

BROWSER: Final = "02"
PAYMENT: Final = "01"
DECOUPLED_WANTED: Final = "Y"


@dataclass(frozen=True, slots=True)
class RequestVerdict:
    """transStatus and transStatusReason of the ARes."""

    status: str
    reason: str | None = None


CHALLENGE: Final = RequestVerdict("C")
DECOUPLED: Final = RequestVerdict("D")
EXEMPT: Final = RequestVerdict("Y")

OF_STATES: Final = {
    PaymentCardState.ORDERED: RequestVerdict("N", "12"),
    PaymentCardState.OPPOSED: RequestVerdict("R", "10"),
    PaymentCardState.CANCELLED: RequestVerdict("N", "12"),
    PaymentCardState.EXPIRED: RequestVerdict("N", "05"),
}
"""12 not permitted to the cardholder, 10 stolen card, 05 expired card."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the books say. `unchallenged`: paid without strong authentication since the last one; `app`: whether the
    customer can be asked without a browser."""

    card: KnownCard | None
    unchallenged: Unchallenged
    app: bool
    now_ms: int


def judge_request(request: AReq, known: Known, exemption: LowValueExemption | None) -> RequestVerdict:
    """Yes, no, or that the customer is to be asked."""
    channel = _judge_channel(request)
    if channel:
        return channel
    card = known.card
    if card is None:
        return RequestVerdict("N", "08")  # no card record
    unfit = OF_STATES.get(card.state) or _judge_expiry(request, card, known.now_ms)
    if unfit:
        return unfit
    cents = int(request.purchaseAmount)
    if exemption and exemption.covers(cents, known.unchallenged, request.threeDSRequestorChallengeInd):
        return EXEMPT
    if request.threeDSRequestorDecReqInd == DECOUPLED_WANTED and known.app:
        return DECOUPLED
    return CHALLENGE


def _judge_channel(request: AReq) -> RequestVerdict | None:
    """03 unsupported device, 21 no requests by the shop alone, 20 no transaction without a payment."""
    if request.deviceChannel != BROWSER:
        return RequestVerdict("U", "03" if request.deviceChannel == "01" else "21")
    return None if request.messageCategory == PAYMENT else RequestVerdict("U", "20")


def _judge_expiry(request: AReq, card: KnownCard, now_ms: int) -> RequestVerdict | None:
    month = f"{datetime.fromtimestamp(now_ms / 1000, UTC):%y%m}"
    if is_past(card.expires, month):
        return RequestVerdict("N", "05")
    differs = request.cardExpiryDate is not None and request.cardExpiryDate != card.expires
    return RequestVerdict("N", "01") if differs else None
