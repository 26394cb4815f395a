"""What can happen to the reader. Every event is a frozen value that carries the moment it happened.

Moments are whole milliseconds of the monotonic clock (`Millis`), so that 35 s is exact.
"""

from dataclasses import dataclass, field
from enum import Enum

from sesame_core.errors import Fault
from sesame_core.secrets import SecretDigits
from sesame_core.smartcard.apdu import Protocol

Millis = int


class Key(Enum):
    """The keys a reader has. The value is the name that configuration and scripts use; legends are configuration."""

    DIGIT_0 = "0"
    DIGIT_1 = "1"
    DIGIT_2 = "2"
    DIGIT_3 = "3"
    DIGIT_4 = "4"
    DIGIT_5 = "5"
    DIGIT_6 = "6"
    DIGIT_7 = "7"
    DIGIT_8 = "8"
    DIGIT_9 = "9"
    CODE = "Code"
    CHALLENGE = "Challenge"
    SIGN = "Sign"
    CLEAR = "Clear"
    OK = "OK"
    OFF = "Off"

    @property
    def digit_value(self) -> int | None:
        """0..9 for a digit key, None for the others."""
        return int(self.value) if self.value.isdigit() else None

    def __repr__(self) -> str:
        """Digits look alike in a log: a typed digit may be one of a PIN."""
        return "<Key: digit>" if self.value.isdigit() else f"<Key: {self.value}>"


class Battery(Enum):
    """What the gauge says, in the only steps that change what the reader does."""

    GOOD = "good"
    LOW = "low"  # said on the screen; everything still works
    CRITICAL = "critical"  # no new session is begun


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened at `at` (Millis, monotonic).

    What adds no field to it is a bare subclass: it has all that `dataclass` would write for it again, and making nine
    sets of methods that exist already is a thirtieth of the time that `sesame code` takes.
    """

    at: Millis


# From the keypad


@dataclass(frozen=True, slots=True)
class KeyPressed(Event):
    """A key went down and is debounced. There is one event a press, however long the key is held."""

    key: Key


# From the card slot


class CardPresent(Event):
    """A card is in the slot, not yet powered."""

    __slots__ = ()


class CardAbsent(Event):
    """No card is in the slot any more. The first event of a slot that is found empty, too."""

    __slots__ = ()


class SlotLost(Event):
    """The smart-card reader or its service went away."""

    __slots__ = ()


class SlotFound(Event):
    """The smart-card reader is back; whether a card is in follows as its own event."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class CardPowered(Event):
    """The answer to `power_on(ticket)`: the ATR and the protocol that the connection negotiated."""

    ticket: int
    atr: bytes
    protocol: Protocol


@dataclass(frozen=True, slots=True)
class CardAnswered(Event):
    """The answer to `transmit(ticket, ...)`: the response APDU, status word included; its bytes are not trusted."""

    ticket: int
    response: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CardSilent(Event):
    """The answer to a `power_on` or `transmit` that got none though the card is still in; `fault` says why."""

    ticket: int
    fault: Fault = Fault.MUTE


# From the conversation with the card (sesame_core.cap.session)


@dataclass(frozen=True, slots=True)
class ApplicationFound(Event):
    """A CAP or DPA application is selected. `languages`: its 5F2D as ISO 639-1 codes, most preferred first."""

    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CardPrepared(Event):
    """All data are read; VERIFY may be sent. `tries`: PIN tries left, None where the card does not tell."""

    tries: int | None = None


@dataclass(frozen=True, slots=True)
class PinWrong(Event):
    """VERIFY was answered 63Cx with `tries` left (never 0: that is CardFaulty(BLOCKED))."""

    tries: int


class PinAgain(Event):
    """The card wanted a fresh selection; it has one now, and the same PIN must be confirmed once more."""

    __slots__ = ()


class CardWantsData(Event):
    """The cryptogram is there; the transaction data to mix in (TDS) can be typed."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class CodeReady(Event):
    """The digits to show."""

    code: SecretDigits


@dataclass(frozen=True, slots=True)
class CardFaulty(Event):
    """The conversation ended in an error."""

    fault: Fault


# From the world around


class TimeUp(Event):
    """The deadline that the state names has come."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class BatteryChanged(Event):
    """The gauge crossed a threshold."""

    battery: Battery


class DisplayLost(Event):
    """The display does not answer any more: nothing can be shown, so nothing may go on."""

    __slots__ = ()


class Halt(Event):
    """The program is asked to end (signal, power-off)."""

    __slots__ = ()
