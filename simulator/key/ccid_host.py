"""CCID as a PC's driver writes and reads it (CCID Rev 1.1, 6.1 and 6.2), and the PIN entry that PC/SC asks for."""

import struct
from dataclasses import dataclass, field
from typing import Final

from drivers.usb.ccid import CommandState, HostMessageType

HEADER: Final = struct.Struct("<BIBB3x")
ANSWER: Final = struct.Struct("<BIBBBBx")
VERIFICATION: Final = struct.Struct("<BBBBBHBBHB3x")
MODIFICATION: Final = struct.Struct("<BBBBBBBHBBBHBBB3x")
STATE_SHIFT: Final = 6
CARD_STATE, NO_CARD = 3, 2
"""bmICCStatus (table 6.2-3)."""

ASCII_LEFT_IN_BYTES: Final = 0x82
WHOLE_BLOCK: Final = 8
DIGITS: Final = 0x0608
"""Six to eight (wPINMaxExtraDigit)."""
ON_OK: Final = 2
ONE_TEXT: Final = 0xFF
FRENCH: Final = 0x040C
"""wLangId."""

VERIFY_PIN: Final = bytes.fromhex("0020008008") + b"\xff" * WHOLE_BLOCK
"""VERIFY with room for the application PIN (SP 800-73-5 part 2, 3.2.1)."""
RESET_RETRY_COUNTER: Final = bytes.fromhex("002C008010") + b"\xff" * (2 * WHOLE_BLOCK)
OLD_AND_TWICE, THREE_TEXTS = 3, 3
PIN_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class HostReply:
    """An answer of the key. `card`: whether one is in its slot."""

    sequence: int
    command: CommandState
    error: int
    data: bytes = field(repr=False)
    card: bool = True


def write_message(kind: HostMessageType, sequence: int, data: bytes = b"") -> bytes:
    """PC_to_RDR_..., for slot 0, whole."""
    return HEADER.pack(kind, len(data), 0, sequence) + data


def read_reply(raw: bytes) -> HostReply:
    """RDR_to_PC_...: the key writes its own, so that it is right."""
    _, _, _, sequence, status, error = ANSWER.unpack_from(raw)
    return HostReply(
        sequence, CommandState(status >> STATE_SHIFT), error, raw[ANSWER.size :], status & CARD_STATE != NO_CARD
    )


def write_unblocking() -> bytes:
    """The same for RESET RETRY COUNTER (SP 800-73-5 part 2, 3.2.3): the PUK, and a new PIN that is typed twice."""
    bounds = ASCII_LEFT_IN_BYTES, WHOLE_BLOCK, 0, 0, WHOLE_BLOCK, DIGITS
    head = MODIFICATION.pack(1, PIN_SECONDS, *bounds, OLD_AND_TWICE, ON_OK, THREE_TEXTS, FRENCH, 0, 1, 2)
    return head + RESET_RETRY_COUNTER


def write_pin_entry() -> bytes:
    """abData of PC_to_RDR_Secure: the PIN is typed on the key, and stands in a VERIFY there (6.1.11)."""
    head = VERIFICATION.pack(0, PIN_SECONDS, ASCII_LEFT_IN_BYTES, WHOLE_BLOCK, 0, DIGITS, ON_OK, ONE_TEXT, FRENCH, 0)
    return head + VERIFY_PIN
