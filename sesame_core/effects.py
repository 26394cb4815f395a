"""What every appliance may want done on the front they all have. The loop carries it out in order, after the screen.

Effects of one appliance are beside its table: the reader's in `sesame_core.reader.effects`.
"""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias


class Chime(Enum):
    """What the buzzer and the light tell."""

    KEY = "key"
    RIGHT = "right"
    WRONG = "wrong"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class BareEffect:
    """An effect that carries nothing, equal to any other of its kind.

    Those that carry nothing are bare subclasses of it: `dataclass` would write the same methods for each of them again,
    and a start pays for every set.
    """


class Sleep(BareEffect):
    """The screen is dark: save power, or cut it, as configured."""

    __slots__ = ()


class Wake(BareEffect):
    """The screen is about to be used."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class PlayChime:
    """Play a pattern."""

    chime: Chime


SharedEffect: TypeAlias = Sleep | Wake | PlayChime
