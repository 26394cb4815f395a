"""CCID messages as bytes (USB Device Class: Smart Card, CCID, Rev 1.1): strict, bounded, nothing else.

A message is ten bytes of header and `dwLength` bytes of data. What a header cannot mean raises CcidError with the
`bError` that tells the host so: where a field is wrong, its offset in the message (6.2.6, table 6.2-2).
"""

import struct
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from drivers.errors import DriverError
from sesame_core.piv.transport import MAX_DATA

HEADER: Final = struct.Struct("<BIBB3s")
HEADER_SIZE: Final = HEADER.size

MAX_APDU: Final = 4 + 3 + MAX_DATA + 2
"""The longest command of the card: header, extended Lc, data, extended Le."""

MAX_MESSAGE: Final = HEADER_SIZE + MAX_APDU

SLOT: Final = 0


class HostMessageType(IntEnum):
    """From the host, bulk-OUT (6.1)."""

    SET_PARAMETERS = 0x61
    ICC_POWER_ON = 0x62
    ICC_POWER_OFF = 0x63
    GET_SLOT_STATUS = 0x65
    SECURE = 0x69
    T0_APDU = 0x6A
    ESCAPE = 0x6B
    GET_PARAMETERS = 0x6C
    RESET_PARAMETERS = 0x6D
    ICC_CLOCK = 0x6E
    XFR_BLOCK = 0x6F
    MECHANICAL = 0x71
    ABORT = 0x72
    SET_DATA_RATE = 0x73


class ReplyType(IntEnum):
    """To the host, bulk-IN (6.2)."""

    DATA_BLOCK = 0x80
    SLOT_STATUS = 0x81
    PARAMETERS = 0x82
    ESCAPE = 0x83
    DATA_RATE = 0x84


class SlotState(IntEnum):
    """bmICCStatus (table 6.2-3). No hand takes the key's card out; it is out where its computer has let go."""

    ACTIVE = 0
    INACTIVE = 1
    ABSENT = 2


class CommandState(IntEnum):
    """bmCommandStatus."""

    DONE = 0
    FAILED = 1
    TIME_EXTENSION = 2


class CcidFault(IntEnum):
    """bError (table 6.2-2). Below 0x80 it is the offset of the field that is wrong; 0: the command is not there."""

    NOT_SUPPORTED = 0x00
    BAD_LENGTH = 0x01
    BAD_SLOT = 0x05
    BAD_FIRST = 0x07
    BAD_LEVEL = 0x08
    SLOT_BUSY = 0xE0
    PIN_CANCELLED = 0xEF
    PIN_TIMEOUT = 0xF0
    HARDWARE = 0xFB
    ICC_MUTE = 0xFE
    ABORTED = 0xFF


REPLY_TO: Final = {
    HostMessageType.SET_PARAMETERS: ReplyType.PARAMETERS,
    HostMessageType.ICC_POWER_ON: ReplyType.DATA_BLOCK,
    HostMessageType.SECURE: ReplyType.DATA_BLOCK,
    HostMessageType.ESCAPE: ReplyType.ESCAPE,
    HostMessageType.GET_PARAMETERS: ReplyType.PARAMETERS,
    HostMessageType.RESET_PARAMETERS: ReplyType.PARAMETERS,
    HostMessageType.XFR_BLOCK: ReplyType.DATA_BLOCK,
    HostMessageType.SET_DATA_RATE: ReplyType.DATA_RATE,
}
"""Where it is not RDR_to_PC_SlotStatus (6.1)."""

WITHOUT_DATA: Final = frozenset(HostMessageType) - {
    HostMessageType.SET_PARAMETERS,
    HostMessageType.SECURE,
    HostMessageType.ESCAPE,
    HostMessageType.XFR_BLOCK,
    HostMessageType.SET_DATA_RATE,
}


class CcidError(DriverError):
    """This message fails with this bError. It quotes nothing of what was sent."""

    def __init__(self, error: int) -> None:
        super().__init__(f"CCID error {error:02X}")
        self.error = int(error)


@dataclass(frozen=True, slots=True)
class HostMessage:
    """A message of the host. `kind`: its type, which may be one that nobody knows; `special`: bytes 7 to 9."""

    kind: int
    slot: int
    sequence: int
    special: bytes
    data: bytes = field(default=b"", repr=False)

    @property
    def reply_type(self) -> ReplyType:
        """What its answer is: a slot status for whatever is not known (6.1)."""
        return next((reply for kind, reply in REPLY_TO.items() if kind == self.kind), ReplyType.SLOT_STATUS)

    @property
    def level(self) -> int:
        """wLevelParameter of XfrBlock and Secure: 0 for a command that is whole."""
        return int.from_bytes(self.special[1:], "little")


def read_header(raw: bytes) -> tuple[HostMessage, int]:
    """The message without its data, and how many bytes of these it claims to have. `raw`: at least ten bytes."""
    kind, size, slot, sequence, special = HEADER.unpack_from(raw)
    return HostMessage(kind, slot, sequence, special), size


def check_message(message: HostMessage) -> None:
    """Raises CcidError for what is wrong before anything is done: a slot that is not there, data where none may be, a
    part of a command (this reader takes whole ones only: dwMaxCCIDMessageLength says how long)."""
    if message.slot != SLOT:
        raise CcidError(CcidFault.BAD_SLOT)
    if message.kind in WITHOUT_DATA and message.data:
        raise CcidError(CcidFault.BAD_LENGTH)
    whole = message.kind in {HostMessageType.XFR_BLOCK, HostMessageType.SECURE}
    if whole and message.level:
        raise CcidError(CcidFault.BAD_LEVEL)
    if whole and not message.data:
        raise CcidError(CcidFault.BAD_LENGTH)


@dataclass(frozen=True, slots=True)
class SlotReply:
    """An answer, still to be written down. `last`: byte 9, which is each type's own."""

    kind: ReplyType
    sequence: int
    data: bytes = field(default=b"", repr=False)
    command: CommandState = CommandState.DONE
    error: int = 0
    last: int = 0
    slot: int = SLOT


def write_reply(reply: SlotReply, state: SlotState) -> bytes:
    """Its bytes (6.2)."""
    status = reply.command << 6 | state
    head = HEADER.pack(
        reply.kind, len(reply.data), reply.slot, reply.sequence, bytes((status, reply.error, reply.last))
    )
    return head + reply.data


PARAMETERS_T1: Final = bytes.fromhex("11 10 00 4D 00 FE 00")
"""Protocol data of T=1 (6.2.3): Fi/Di 11, checksum LRC, no guard time, BWI 4 and CWI 13, IFSC 254. The exchange is by
APDU, so that nobody uses them; a host wants to read them all the same."""

PROTOCOL_T1: Final = 1


class PinSupport(IntEnum):
    """bPINSupport (table 5.1-1)."""

    NONE = 0
    VERIFY_AND_MODIFY = 3


class Feature(IntEnum):
    """dwFeatures, as far as it is true of a card that is part of its reader (table 5.1-1)."""

    AUTOMATIC_PARAMETERS = 0x00000002  # by ATR data
    AUTOMATIC_ACTIVATION = 0x00000004
    AUTOMATIC_VOLTAGE = 0x00000008
    AUTOMATIC_CLOCK = 0x00000010
    AUTOMATIC_BAUD = 0x00000020
    AUTOMATIC_NEGOTIATION = 0x00000040
    AUTOMATIC_PPS = 0x00000080
    SHORT_AND_EXTENDED_APDU = 0x00040000


CLASS_DESCRIPTOR: Final = struct.Struct("<BBHBBIIIBIIBIIIIIBBHBB")
CLASS_DESCRIPTOR_SIZE: Final = 54

CLOCK_KHZ: Final = 4000
BAUD: Final = 307_200
T1_ONLY: Final = 2
EVERY_VOLTAGE: Final = 7
IFSD: Final = 254
SAME_AS_COMMAND: Final = 0xFF


def describe_class(pin_support: PinSupport) -> bytes:
    """The smart-card class descriptor (5.1), which stands between interface and endpoints. There is no display that the
    host may write on (wLcdLayout 0): what the glass says is the key's own."""
    packed = CLASS_DESCRIPTOR.pack(
        CLASS_DESCRIPTOR_SIZE,
        0x21,  # bDescriptorType: functional
        0x0110,  # bcdCCID
        0,  # bMaxSlotIndex
        EVERY_VOLTAGE,
        T1_ONLY,  # dwProtocols
        CLOCK_KHZ,
        CLOCK_KHZ,
        0,  # bNumClockSupported: the usual one
        BAUD,
        BAUD,
        0,  # bNumDataRatesSupported
        IFSD,
        0,  # dwSynchProtocols
        0,  # dwMechanical
        sum(Feature),
        MAX_MESSAGE,
        SAME_AS_COMMAND,  # bClassGetResponse
        SAME_AS_COMMAND,  # bClassEnvelope
        0,  # wLcdLayout
        pin_support,
        1,  # bMaxCCIDBusySlots
    )
    assert len(packed) == CLASS_DESCRIPTOR_SIZE
    return packed
