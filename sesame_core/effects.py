"""What the reader wants done, its only way to act on the world. The loop carries it out in order, after the screen."""

from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from sesame_core.cap.codes import Request


class Chime(Enum):
    """What the buzzer and the light tell."""

    KEY = "key"
    RIGHT = "right"
    WRONG = "wrong"
    OFF = "off"


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


@dataclass(frozen=True, slots=True)
class Sleep:
    """The screen is dark: save power, or cut it, as configured."""


@dataclass(frozen=True, slots=True)
class Wake:
    """The screen is about to be used."""


@dataclass(frozen=True, slots=True)
class PlayChime:
    """Play a pattern."""

    chime: Chime


Effect: TypeAlias = (
    ReadCard
    | Prepare
    | TypeDigit
    | EraseDigit
    | WipePin
    | Confirm
    | MixData
    | CloseCard
    | Forget
    | Release
    | Sleep
    | Wake
    | PlayChime
)
