"""What the reader alone wants done: with its card, and with the PIN and the code. `device.reader` carries it out."""

from dataclasses import dataclass, field
from typing import TypeAlias

from sesame_core.cap.codes import Request
from sesame_core.effects import SharedEffect


@dataclass(frozen=True, slots=True)
class ReadCard:
    """Power the card and select its application. Answered by ApplicationFound or CardFaulty."""


@dataclass(frozen=True, slots=True)
class Prepare:
    """Read what is needed before the PIN. Answered by CardPrepared or CardFaulty."""

    request: Request = field(repr=False)


@dataclass(frozen=True, slots=True)
class TypeDigit:
    """Add a digit to the PIN."""

    digit: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class EraseDigit:
    """Take the last digit of the PIN away."""


@dataclass(frozen=True, slots=True)
class WipePin:
    """Wipe the PIN; the card stays as it is."""


@dataclass(frozen=True, slots=True)
class Confirm:
    """VERIFY and GENERATE AC. Answered by CodeReady, CardWantsData, PinWrong, PinAgain or CardFaulty."""


@dataclass(frozen=True, slots=True)
class MixData:
    """Mix the transaction data in. Answered by CodeReady or CardFaulty."""

    numbers: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class CloseCard:
    """The closing GENERATE AC, after the code is on the screen. Not answered."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Wipe PIN and code, leave the conversation with the card; it keeps its power."""


@dataclass(frozen=True, slots=True)
class Release:
    """Wipe PIN and code, and take the power from the card."""


CardEffect: TypeAlias = (
    ReadCard | Prepare | TypeDigit | EraseDigit | WipePin | Confirm | MixData | CloseCard | Forget | Release
)
"""The reader's own."""

Effect: TypeAlias = SharedEffect | CardEffect
"""All that its table may ask for."""
