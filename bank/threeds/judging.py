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
class Verdict:
    """transStatus and transStatusReason of the ARes."""

    status: str
    reason: str | None = None


CHALLENGE: Final = Verdict("C")
DECOUPLED: Final = Verdict("D")
EXEMPT: Final = Verdict("Y")

OF_STATES: Final = {
    PaymentCardState.ORDERED: Verdict("N", "12"),
    PaymentCardState.OPPOSED: Verdict("R", "10"),
    PaymentCardState.CANCELLED: Verdict("N", "12"),
    PaymentCardState.EXPIRED: Verdict("N", "05"),
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


def judge_request(request: AReq, known: Known, exemption: LowValueExemption | None) -> Verdict:
    """Yes, no, or that the customer is to be asked."""
    channel = _judge_channel(request)
    if channel:
        return channel
    card = known.card
    if card is None:
        return Verdict("N", "08")  # no card record
    unfit = OF_STATES.get(card.state) or _judge_expiry(request, card, known.now_ms)
    if unfit:
        return unfit
    cents = int(request.purchaseAmount)
    if exemption and exemption.covers(cents, known.unchallenged, request.threeDSRequestorChallengeInd):
        return EXEMPT
    if request.threeDSRequestorDecReqInd == DECOUPLED_WANTED and known.app:
        return DECOUPLED
    return CHALLENGE


def _judge_channel(request: AReq) -> Verdict | None:
    """03 unsupported device, 21 no requests by the shop alone, 20 no transaction without a payment."""
    if request.deviceChannel != BROWSER:
        return Verdict("U", "03" if request.deviceChannel == "01" else "21")
    return None if request.messageCategory == PAYMENT else Verdict("U", "20")


def _judge_expiry(request: AReq, card: KnownCard, now_ms: int) -> Verdict | None:
    month = f"{datetime.fromtimestamp(now_ms / 1000, UTC):%y%m}"
    if is_past(card.expires, month):
        return Verdict("N", "05")
    differs = request.cardExpiryDate is not None and request.cardExpiryDate != card.expires
    return Verdict("N", "01") if differs else None
