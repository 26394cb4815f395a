"""The digits that are typed for the card: at most three fields of eight, in memory that is overwritten."""

from typing import Final

from sesame_core.esecure.entries import EntryPlan, write_command
from sesame_core.esecure.questions import FIELDS, PinField
from sesame_core.events import Millis
from sesame_core.secrets import SecretDigits

MOST_DIGITS: Final = 8


class TypingPad:
    """One entry at a time. Its repr tells how many digits there are, never which."""

    def __init__(self) -> None:
        self.patience: Millis = 0
        self._fields = {field: SecretDigits(MOST_DIGITS) for field in PinField}
        self._under_way = self._fields[PinField.PIN]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {sum(map(len, self._fields.values()))} digits>"

    def begin_entry(self, plan: EntryPlan, patience: Millis) -> None:
        """Nothing is typed yet."""
        self.wipe()
        self.patience = patience

    def begin_field(self, field: PinField) -> None:
        """What is typed from now on."""
        self._under_way = self._fields[field]
        self._under_way.wipe()

    def add_digit(self, digit: int) -> None:
        """One more. Raises UsageError where there is no room: the table knows how many there may be."""
        self._under_way.append(digit)

    def drop_digit(self) -> None:
        """The last one goes."""
        self._under_way.erase()

    @property
    def agrees(self) -> bool:
        """True where what was typed again is what was typed before, or nothing had to be. Where it is not, both go."""
        again = self._fields[PinField.AGAIN]
        new = self._fields[PinField.NEW_PUK if len(self._fields[PinField.NEW_PUK]) else PinField.NEW_PIN]
        same = not len(again) or (len(again) == len(new) and all(map(int.__eq__, again, new)))
        if not same:
            new.wipe()
        again.wipe()
        return same

    def take_command(self, plan: EntryPlan) -> bytearray:
        """The card's command with the digits in it, which are wiped here; who sends it wipes the command."""
        wanted = [self._fields[field] for field in FIELDS[plan.entry] if field is not PinField.AGAIN]
        command = write_command(plan, wanted)
        self.wipe()
        return command

    def wipe(self) -> None:
        """Overwrite them all."""
        for digits in self._fields.values():
            digits.wipe()
