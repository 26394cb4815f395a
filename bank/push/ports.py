"""Waking a phone: the values, and the duties of whoever sends and of whoever keeps where to.

A message says that something waits and which operation it is, nothing else: no amount, no payee, no name. It is best
effort: the phone shows what waits by itself when it is opened, whether it was woken or not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Protocol

from bank.errors import BankError

PUBLIC_KEY_BYTES: Final = 65
"""An uncompressed point of P-256 (RFC 8291, 2.1)."""
AUTH_BYTES: Final = 16
"""The subscription's own secret (RFC 8291, 2.2)."""
LONGEST_ENDPOINT: Final = 1024
LONGEST_TOPIC: Final = 32
"""RFC 8030, 5.4: 32 signs of base64url."""


class SubscriptionError(BankError):
    """What a browser gave as its subscription is none that messages are sent to. The message says what is wrong."""


class Urgency(Enum):
    """How much a phone should do to get it now (RFC 8030, 5.3)."""

    VERY_LOW = "very-low"
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class PushOutcome(Enum):
    """What became of a message. GONE: the subscription is no more. LATER: the service asks to wait. REFUSED: never as
    it is. UNREACHABLE: nobody answered in time, or the address is none that may be asked."""

    TAKEN = "taken"
    GONE = "gone"
    LATER = "later"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class PushSubscription:
    """Where a phone is reached: its push service's address for it, its public key, its secret. `number`: of its row in
    the books."""

    number: int
    endpoint: str = field(repr=False)
    public_key: bytes = field(repr=False)
    auth: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.public_key) != PUBLIC_KEY_BYTES or self.public_key[0] != 4:
            raise SubscriptionError(f"p256dh: {PUBLIC_KEY_BYTES} octets of an uncompressed point of P-256")
        if len(self.auth) != AUTH_BYTES:
            raise SubscriptionError(f"auth: {AUTH_BYTES} octets")


@dataclass(frozen=True, slots=True)
class WakeUp:
    """One message: what it is about, for how many seconds it is worth delivering, and how urgently.

    `topic`: a later message of the same topic takes the place of one that was not delivered yet.
    """

    about: str
    ttl_s: int
    urgency: Urgency = Urgency.HIGH
    topic: str = ""

    def __post_init__(self) -> None:
        if len(self.topic) > LONGEST_TOPIC:
            raise ValueError(f"a topic has at most {LONGEST_TOPIC} signs (RFC 8030, 5.4)")


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """What became of it, and after how many seconds the service wants to be asked again, if it says so."""

    outcome: PushOutcome
    retry_after_s: int | None = None


class PushSender(Protocol):
    """Sends. It never raises for what a push service does."""

    async def send_push(self, subscription: PushSubscription, wake: WakeUp) -> PushAnswer:
        """Hand one message to the subscription's push service, in bounded time."""
        ...


class SubscriptionBook(Protocol):
    """Who is reached where. Both methods raise StateError when the books cannot be used."""

    def list_subscriptions(self, customer_id: int) -> Sequence[PushSubscription]:
        """Every subscription of the customer's live phones."""
        ...

    def forget_subscription(self, number: int) -> None:
        """Its push service says that it is no more."""
        ...
