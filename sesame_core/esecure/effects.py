"""What the key alone wants done: with typed digits, and with what its computer waits for. `device.esecure` does it."""

from dataclasses import dataclass, field
from typing import TypeAlias

from sesame_core.effects import BareEffect, SharedEffect
from sesame_core.esecure.questions import PinField


@dataclass(frozen=True, slots=True)
class AddDigit:
    """Add a digit to the field under way."""

    digit: int = field(repr=False)


class DropDigit(BareEffect):
    """Take its last digit away."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class BeginField:
    """What is typed from now on is this; what was typed before is kept for the command."""

    field: PinField


class PresentDigits(BareEffect):
    """Give the card its command with all that was typed, then wipe it. Answered by PinTaken, DigitsWrong, DigitsDiffer
    or EntryRefused."""

    __slots__ = ()


class WipeDigits(BareEffect):
    """Wipe all that was typed."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class EndEntry:
    """Wipe it, and tell the computer that nothing comes: cancelled, or not typed in time."""

    in_time: bool


class Agree(BareEffect):
    """Use the key."""

    __slots__ = ()


class Refuse(BareEffect):
    """Do not use it, and tell the computer."""

    __slots__ = ()


KeyEffect: TypeAlias = AddDigit | DropDigit | BeginField | PresentDigits | WipeDigits | EndEntry | Agree | Refuse
"""The key's own."""

Effect: TypeAlias = SharedEffect | KeyEffect
"""All that its table may ask for."""
