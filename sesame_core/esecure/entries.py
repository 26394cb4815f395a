"""PIN entry for the card: which commands may have digits put into them, and the command with the digits in it.

A computer that may name any command would have a PIN written where it can be read again (PUT DATA, then GET DATA). So
only the three commands that compare a PIN are made here, in PIV's own form, whatever template was sent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sesame_core.esecure.questions import PinEntry
from sesame_core.piv.digits import FIELD, PADDING
from sesame_core.piv.names import KeyReference
from sesame_core.piv.status import PivRefusedError
from sesame_core.piv.transport import read_command
from sesame_core.smartcard.apdu import Ins

HEADER_SIZE: Final = 4


@dataclass(frozen=True, slots=True)
class EntryPlan:
    """What is typed for, whose tries it costs, and the command that begins so."""

    entry: PinEntry
    reference: KeyReference
    head: bytes


PLANS: Final = {
    (Ins.VERIFY, KeyReference.PIN): (PinEntry.VERIFY, KeyReference.PIN),
    (Ins.CHANGE_REFERENCE_DATA, KeyReference.PIN): (PinEntry.CHANGE_PIN, KeyReference.PIN),
    (Ins.CHANGE_REFERENCE_DATA, KeyReference.PUK): (PinEntry.CHANGE_PUK, KeyReference.PUK),
    (Ins.RESET_RETRY_COUNTER, KeyReference.PIN): (PinEntry.UNBLOCK, KeyReference.PUK),
}
"""Instruction and P2 -> entry, and whose tries it takes (SP 800-73-5 part 2, 3.2)."""

NEW_AT: Final = FIELD
"""Where the second field begins."""


def plan_entry(template: bytes, *, modifies: bool, block_size: int, places: tuple[int, int]) -> EntryPlan | None:
    """The plan for the command a computer names, None for one that no PIN goes into. `places`: where it wants the old
    and the new one; `block_size`: how many bytes each."""
    if len(template) < HEADER_SIZE or template[0] or template[2] or block_size != FIELD:
        return None
    named = (ins, reference) = template[1], template[3]
    found = next((plan for key, plan in PLANS.items() if key == named), None)
    if found is None or modifies is (found[0] is PinEntry.VERIFY):
        return None
    if places != ((0, NEW_AT) if modifies else (0, 0)):
        return None
    return EntryPlan(*found, head=bytes((0, ins, 0, reference)))


def write_command(plan: EntryPlan, fields: Iterable[Iterable[int]]) -> bytearray:
    """The command with these digits in ASCII, padded to eight bytes each (part 1, 3.2.1); wiped by whoever sends it."""
    data = bytearray()
    for digits in fields:
        begun = len(data)
        for digit in digits:
            data.append(0x30 + digit)
        data.extend(bytes((PADDING,)) * (FIELD - (len(data) - begun)))
    command = bytearray(plan.head)
    command.append(len(data))
    command.extend(data)
    data[:] = bytes(len(data))
    return command


COMPARING: Final = frozenset({Ins.VERIFY, Ins.CHANGE_REFERENCE_DATA, Ins.RESET_RETRY_COUNTER})


def carries_digits(apdu: bytes) -> bool:
    """True for a command that brings a PIN or PUK from the computer, and for a part of one. VERIFY without data only
    asks; what is no command at all is for the card to refuse."""
    try:
        command = read_command(apdu)
    except PivRefusedError:
        return False
    return command.ins in COMPARING and (command.chained or bool(command.data))
