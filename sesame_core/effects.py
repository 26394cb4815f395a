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
class Sleep:
    """The screen is dark: save power, or cut it, as configured."""


@dataclass(frozen=True, slots=True)
class Wake:
    """The screen is about to be used."""


@dataclass(frozen=True, slots=True)
class PlayChime:
    """Play a pattern."""

    chime: Chime


SharedEffect: TypeAlias = Sleep | Wake | PlayChime
