"""PC_to_RDR_Secure: which PIN the host wants typed, and where in which command it is to stand (CCID Rev 1.1, 6.1.11).

The structure is taken apart strictly. What the command in it may be is not decided here.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from drivers.usb.ccid import HEADER_SIZE, CcidError, CcidFault


class PinOperation(IntEnum):
    """bPINOperation, as far as it is supported."""

    VERIFY = 0
    MODIFY = 1


ASCII_LEFT: Final = 0x02
"""bmFormatString: the PIN's digits as ASCII, justified to the left; bit 7 says that positions count bytes, not bits."""

SYSTEM_BYTES: Final = 0x80
POSITION_BITS: Final = 0x78
BLOCK_SIZE_BITS: Final = 0x0F

VERIFY_FIXED: Final = 15
MODIFY_FIXED: Final = 18
"""Bytes before the command: of a modification, without bMsgIndex2 and bMsgIndex3."""

TWO_MESSAGES, THREE_MESSAGES, USUAL_MESSAGES = 2, 3, 0xFF

CONFIRM_NEW: Final = 1
ASK_OLD: Final = 2

SHORTEST_COMMAND: Final = 4


@dataclass(frozen=True, slots=True)
class PinRequest:
    """`timeout_s`: seconds without a key, 0 for the reader's own. `block_size`: bytes that a PIN fills; `template`: the
    command with room for them. `old_at`, `new_at`: where in its data they begin, in bytes. `digits`: fewest and most.
    `asks_old`, `confirms`: which of the PINs the person is to type, and whether the new one twice."""

    operation: PinOperation
    timeout_s: int
    block_size: int
    digits: tuple[int, int]
    template: bytes = field(repr=False)
    old_at: int = 0
    new_at: int = 0
    asks_old: bool = True
    confirms: bool = False


def read_pin_request(data: bytes) -> PinRequest:
    """The abData of PC_to_RDR_Secure. Raises CcidError: an operation that is not there, a structure that is cut short,
    or a PIN that is not ASCII digits justified to the left without its length beside it."""
    if not data:
        raise CcidError(CcidFault.BAD_LENGTH)
    match data[0]:
        case PinOperation.VERIFY:
            return _read_verification(data)
        case PinOperation.MODIFY:
            return _read_modification(data)
    raise CcidError(HEADER_SIZE)


def _read_verification(data: bytes) -> PinRequest:
    _refuse_shorter(data, VERIFY_FIXED + SHORTEST_COMMAND)
    position, block = _read_format(data)
    digits = _read_bounds(data, 5)
    return PinRequest(PinOperation.VERIFY, data[1], block, digits, data[VERIFY_FIXED:], old_at=position)


def _read_modification(data: bytes) -> PinRequest:
    _refuse_shorter(data, MODIFY_FIXED + SHORTEST_COMMAND)
    position, block = _read_format(data)
    fixed = MODIFY_FIXED + _further_messages(data[11])
    _refuse_shorter(data, fixed + SHORTEST_COMMAND)
    confirm = data[9]
    if confirm & ~(CONFIRM_NEW | ASK_OLD):
        raise CcidError(HEADER_SIZE + 9)
    return PinRequest(
        PinOperation.MODIFY,
        data[1],
        block,
        _read_bounds(data, 7),
        data[fixed:],
        old_at=position + data[5],
        new_at=position + data[6],
        asks_old=bool(confirm & ASK_OLD),
        confirms=bool(confirm & CONFIRM_NEW),
    )


def _further_messages(number: int) -> int:
    """How many of bMsgIndex2 and bMsgIndex3 are there: the second with any message, the third with three. A host that
    leaves the choice to the reader (FF) sends both, as libccid does."""
    if number not in {0, 1, TWO_MESSAGES, THREE_MESSAGES, USUAL_MESSAGES}:
        raise CcidError(HEADER_SIZE + 11)
    return (number > 0) + (number >= THREE_MESSAGES)


def _read_format(data: bytes) -> tuple[int, int]:
    """Where the PIN begins, in bytes after Lc, and how many bytes it fills."""
    form, block, length = data[2], data[3], data[4]
    position = (form & POSITION_BITS) >> 3
    if form & ~(SYSTEM_BYTES | POSITION_BITS) != ASCII_LEFT or (position and not form & SYSTEM_BYTES):
        raise CcidError(HEADER_SIZE + 2)
    if block & ~BLOCK_SIZE_BITS or not block:
        raise CcidError(HEADER_SIZE + 3)
    if length & BLOCK_SIZE_BITS:
        raise CcidError(HEADER_SIZE + 4)
    return position, block


def _read_bounds(data: bytes, at: int) -> tuple[int, int]:
    """wPINMaxExtraDigit: the most in its low byte, the fewest in its high one."""
    most, fewest = data[at], data[at + 1]
    if fewest > most:
        raise CcidError(HEADER_SIZE + at)
    return fewest, most


def _refuse_shorter(data: bytes, size: int) -> None:
    if len(data) < size:
        raise CcidError(CcidFault.BAD_LENGTH)
