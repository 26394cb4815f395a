"""What can happen to the key alone, beside keys, time and board (`sesame_core.events`)."""

from dataclasses import dataclass

from sesame_core.esecure.questions import PinEntry, Question
from sesame_core.events import Event, Millis


class HostCame(Event):
    """A computer has taken the key for what it is (USB: configured)."""

    __slots__ = ()


class HostLeft(Event):
    """The computer is gone: pulled, asleep, switched off."""

    __slots__ = ()


class LauncherMet(Event):
    """A program of the computer that knows such a key has asked it something."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class CertificateKnown(Event):
    """Whether there is a certificate to log on with."""

    there: bool


@dataclass(frozen=True, slots=True)
class PinWanted(Event):
    """Digits are to be typed. `tries`: left of what is typed first; `patience`: how long a key is waited for."""

    entry: PinEntry
    tries: int
    patience: Millis


@dataclass(frozen=True, slots=True)
class PinTaken(Event):
    """The card has found the digits right. `changed`: others are in their place now."""

    changed: bool


@dataclass(frozen=True, slots=True)
class DigitsWrong(Event):
    """The card has found them wrong; `tries` are left, 0 where that was the last."""

    tries: int


class DigitsDiffer(Event):
    """What was repeated is not what was typed before."""

    __slots__ = ()


class EntryRefused(Event):
    """The card could not compare: no try was taken, nothing was changed."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ConsentWanted(Event):
    """A key is to be used."""

    question: Question


class JobDropped(Event):
    """The computer does not wait any more: for digits, for a consent, for the card."""

    __slots__ = ()


class CardBusy(Event):
    """The card works on something that takes long, as when it makes a key."""

    __slots__ = ()


class CardIdle(Event):
    """It has done that."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class UpdateMoved(Event):
    """So much of an update is here and written down, 0 to 100."""

    percent: int


class UpdateEnded(Event):
    """The new program is there; it runs when the key is put in again."""

    __slots__ = ()


class UpdateStopped(Event):
    """It does not go on: called off, or what came was refused. The old program goes on running."""

    __slots__ = ()


class RemovalAllowed(Event):
    """The computer has let go of the key: its drive is ejected."""

    __slots__ = ()


class StoreBroken(Event):
    """What the key keeps cannot be read or written."""

    __slots__ = ()
