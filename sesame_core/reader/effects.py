"""What the reader alone wants done: with its card, and with the PIN and the code. `device.reader` carries it out."""

from dataclasses import dataclass, field
from typing import TypeAlias

from sesame_core.cap.codes import Request
from sesame_core.effects import BareEffect, SharedEffect


class ReadCard(BareEffect):
    """Power the card and select its application. Answered by ApplicationFound or CardFaulty."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Prepare:
    """Read what is needed before the PIN. Answered by CardPrepared or CardFaulty."""

    request: Request = field(repr=False)


@dataclass(frozen=True, slots=True)
class TypeDigit:
    """Add a digit to the PIN."""

    digit: int = field(repr=False)


class EraseDigit(BareEffect):
    """Take the last digit of the PIN away."""

    __slots__ = ()


class WipePin(BareEffect):
    """Wipe the PIN; the card stays as it is."""

    __slots__ = ()


class Confirm(BareEffect):
    """VERIFY and GENERATE AC. Answered by CodeReady, CardWantsData, PinWrong, PinAgain or CardFaulty."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class MixData:
    """Mix the transaction data in. Answered by CodeReady or CardFaulty."""

    numbers: tuple[str, ...] = field(repr=False)


class CloseCard(BareEffect):
    """The closing GENERATE AC, after the code is on the screen. Not answered."""

    __slots__ = ()


class Forget(BareEffect):
    """Wipe PIN and code, leave the conversation with the card; it keeps its power."""

    __slots__ = ()


class Release(BareEffect):
    """Wipe PIN and code, and take the power from the card."""

    __slots__ = ()


CardEffect: TypeAlias = (
    ReadCard | Prepare | TypeDigit | EraseDigit | WipePin | Confirm | MixData | CloseCard | Forget | Release
)
"""The reader's own."""

Effect: TypeAlias = SharedEffect | CardEffect
"""All that its table may ask for."""
