"""Text messages on their way: the values, and the duties of whoever carries them.

A message is in the outbox as soon as the transaction that wanted it is done. The demonstration's telephone page shows
the outbox itself; a carrier takes what is in it to real telephones.
"""

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Protocol

from bank.errors import BankError

LONGEST_NUMBER: Final = 15
"""Digits of an international number (ITU-T E.164, 6)."""
SPACED: Final = re.compile(r"[ .()/\u00a0\u202f-]")


class CarrierError(BankError):
    """A carrier is not set up as it must be. The message says what to do."""


class NumberError(BankError):
    """No telephone number that a message can be sent to. It is not repeated."""

    def __init__(self) -> None:
        super().__init__("no international telephone number: + and 6 to 15 digits (ITU-T E.164)")


class TextState(Enum):
    """Where a message is. SENT: the carrier has it; DELIVERED and UNDELIVERABLE: what its receipt says; FAILED: it was
    not taken, or nobody took it in time."""

    WAITING = "waiting"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"
    FAILED = "failed"


class CarryOutcome(Enum):
    """What a carrier says. LATER: it cannot now. REFUSED: never this one."""

    TAKEN = "taken"
    LATER = "later"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class OutgoingText:
    """A message from the outbox. `number`: of its row; `telephone`: international, digits only."""

    number: int
    telephone: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CarryAnswer:
    """What came of it, and what the carrier calls the message in its receipts."""

    outcome: CarryOutcome
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class TextReceipt:
    """What a carrier learned later of a message that it took."""

    message_id: str
    state: TextState


ReceiptTaker = Callable[[TextReceipt], None]


class TextCarrier(Protocol):
    """Takes messages to telephones. Nothing that happens on the way is raised."""

    def connected(self, take_receipt: ReceiptTaker) -> AbstractAsyncContextManager[None]:
        """Be there while the context lasts, however often the line is lost; receipts are handed over as they come."""
        ...

    async def carry_text(self, text: OutgoingText) -> CarryAnswer:
        """Take one message, in bounded time."""
        ...


def parse_number(number: str) -> str:
    """The digits of an international number, however people space it. Raises NumberError."""
    plain = SPACED.sub("", number)
    digits = plain.removeprefix("+")
    if not (plain.startswith("+") and digits.isascii() and digits.isdecimal()):
        raise NumberError
    if not 6 <= len(digits) <= LONGEST_NUMBER or digits.startswith("0"):
        raise NumberError
    return digits
