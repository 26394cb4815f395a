"""The update's own commands, in class 80 beside the bank's sentences: what a computer brings, what the key wants next.

    80 20 P1   begin: P1 00 only looks whether there is one, 01 takes it
    80 22 P1   a block: four bytes of offset, then the file's bytes; P1 01 with the last one of a metadata file
    80 24      the file that is wanted is not there
    80 26      stop; what has arrived stays for the next time

Class 90 is a link of a chain. Every one that succeeds is answered by an `UpdateAnswer`: the computer carries what is
named there and decides nothing. Numbers are big endian, four bytes each.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from sesame_core.piv.status import PivRefusedError, PivStatus, refuse_unless
from sesame_core.piv.transport import CHAINED, PivCommand, read_command

OWN_CLASS: Final = 0x80
CHAIN_CLASS: Final = OWN_CLASS | CHAINED
NUMBER_SIZE: Final = 4
LONGEST_BLOCK: Final = 2048
"""File bytes in one command: with its offset it fits command chaining and extended length."""


class UpdateIns(IntEnum):
    """The update's instructions."""

    BEGIN_UPDATE = 0x20
    GIVE_BLOCK = 0x22
    DENY_FILE = 0x24
    STOP_UPDATE = 0x26


class UpdateStatus(IntEnum):
    """Why an update does not go on, where PIV has no word for it; in a range that ISO/IEC 7816-4 leaves to the card."""

    NOT_SIGNED = 0x6F01  # for this key, or not as its root wants it
    EXPIRED = 0x6F02
    ROLLED_BACK = 0x6F03  # older than what is known already
    WRONG_CONTENT = 0x6F04  # all of it came, and it is not what was signed
    NOT_STORED = 0x6F05  # the key's disk


class UpdateNeed(IntEnum):
    """What a key wants from its computer."""

    NOTHING = 0  # there is no newer program
    METADATA = 1  # the file that is named
    DECISION = 2  # there is one: begin with P1 01 takes it
    PROGRAM = 3  # the file that is named, from the offset on
    REPLUG = 4  # it is there, and runs when the key is put in again


@dataclass(frozen=True, slots=True)
class UpdateAnswer:
    """`running`, `offered`: release numbers, 0 for none; `limit`: how long the named file may be, in bytes."""

    need: UpdateNeed
    percent: int = 0
    running: int = 0
    offered: int = 0
    offset: int = 0
    limit: int = 0
    name: str = ""


def write_answer(answer: UpdateAnswer) -> bytes:
    """Its bytes: need, per cent, four numbers, the name in ASCII."""
    numbers = (answer.running, answer.offered, answer.offset, answer.limit)
    head = bytes((answer.need, answer.percent))
    return head + b"".join(each.to_bytes(NUMBER_SIZE, "big") for each in numbers) + answer.name.encode("ascii")


def is_for_update(apdu: bytes) -> bool:
    """True for one of these commands, or a link of one."""
    return len(apdu) >= 4 and apdu[0] in {OWN_CLASS, CHAIN_CLASS} and apdu[1] in tuple(UpdateIns)


def read_update(apdu: bytes) -> PivCommand:
    """Take a command of this class apart. Raises PivRefusedError: its length."""
    return read_command(bytes((apdu[0] & CHAINED,)) + apdu[1:])


def read_block(data: bytes) -> tuple[int, bytes]:
    """Offset and bytes of a block. Raises PivRefusedError: too long, or none."""
    refuse_unless(NUMBER_SIZE <= len(data) <= NUMBER_SIZE + LONGEST_BLOCK, PivStatus.WRONG_LENGTH)
    return int.from_bytes(data[:NUMBER_SIZE], "big"), data[NUMBER_SIZE:]


def refuse_update(status: UpdateStatus) -> PivRefusedError:
    """The refusal with this status word."""
    return PivRefusedError(status)
