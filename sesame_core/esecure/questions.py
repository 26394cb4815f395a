"""What the key asks whoever holds it before it uses a key: values, and the bounds of what a screen can show."""

from dataclasses import dataclass
from enum import Enum
from typing import Final


class KeyUse(Enum):
    """What is asked. COMPUTER and what follows it to MANAGE: nobody but the computer says what it is for."""

    SIGN = "sign"
    AGREE = "agree on a secret"
    MANAGE = "manage"
    LOG_ON = "log on"
    PAYMENT = "payment"


@dataclass(frozen=True, slots=True)
class Question:
    """`slot`: the key that is to be used. `lasting`: a consent to it is good for 15 s (`covers`). `pages`: the bank's
    own words of a payment, one screen each; empty for every other question."""

    use: KeyUse
    slot: int
    lasting: bool = False
    pages: tuple[str, ...] = ()


def covers(agreed: Question, asked: Question) -> bool:
    """True where a consent of a moment ago does for this question: both may last, and it is the same use of the same
    key, or the further connections of a browser that has logged on."""
    same = agreed.use is asked.use or (agreed.use, asked.use) == (KeyUse.LOG_ON, KeyUse.SIGN)
    return agreed.lasting and asked.lasting and agreed.slot == asked.slot and same


class PinEntry(Enum):
    """What PINs are typed for."""

    VERIFY = "verify"
    CHANGE_PIN = "change PIN"
    CHANGE_PUK = "change PUK"
    UNBLOCK = "unblock PIN"


class PinField(Enum):
    """What is typed now."""

    PIN = "PIN"
    PUK = "PUK"
    NEW_PIN = "new PIN"
    NEW_PUK = "new PUK"
    AGAIN = "again"


FIELDS: Final = {
    PinEntry.VERIFY: (PinField.PIN,),
    PinEntry.CHANGE_PIN: (PinField.PIN, PinField.NEW_PIN, PinField.AGAIN),
    PinEntry.CHANGE_PUK: (PinField.PUK, PinField.NEW_PUK, PinField.AGAIN),
    PinEntry.UNBLOCK: (PinField.PUK, PinField.NEW_PIN, PinField.AGAIN),
}
"""In the order in which they are typed. A new one is always typed twice: nobody sees the digits."""

PIN_DIGITS: Final = (6, 8)
PUK_DIGITS: Final = (8, 8)
"""Fewest and most (SP 800-73-5 part 1, 3.2.1)."""


def bounds_of(entry: PinEntry, field: PinField) -> tuple[int, int]:
    """How many digits a field has, fewest and most."""
    is_puk = field in {PinField.PUK, PinField.NEW_PUK} or (field is PinField.AGAIN and entry is PinEntry.CHANGE_PUK)
    return PUK_DIGITS if is_puk else PIN_DIGITS
