"""The host's side of CCID, written for the tests from the specification alone: it shares no line with the driver."""

import struct
from dataclasses import dataclass

DATA_BLOCK, SLOT_STATUS, PARAMETERS = 0x80, 0x81, 0x82


def message(kind: int, data: bytes = b"", sequence: int = 0, special: bytes = b"\0\0\0", slot: int = 0) -> bytes:
    """PC_to_RDR_... (CCID Rev 1.1, 6.1)."""
    return struct.pack("<BIBB", kind, len(data), slot, sequence) + special + data


@dataclass(frozen=True)
class Reply:
    """RDR_to_PC_... (6.2)."""

    kind: int
    slot: int
    sequence: int
    inactive: bool
    command: int
    error: int
    last: int
    data: bytes
    absent: bool = False


def parse(raw: bytes) -> Reply:
    """Take an answer apart; its length must be its own."""
    kind, size, slot, sequence, status, error, last = struct.unpack_from("<BIBBBBB", raw)
    assert size == len(raw) - 10
    assert status & 0x3C == 0
    assert status & 3 in {0, 1, 2}
    return Reply(kind, slot, sequence, status & 3 == 1, status >> 6, error, last, raw[10:], status & 3 == 2)


def verification(command: str = "0020008008", *, timeout: int = 30, form: int = 0x82, digits: int = 0x0608) -> bytes:
    """abData of PC_to_RDR_Secure as libccid 1.5 writes it for OpenSC: eight bytes of FF for the PIN."""
    head = struct.pack("<BBBBBHBBHB", 0, timeout, form, 0x08, 0, digits, 2, 0xFF, 0x0409, 0)
    return head + bytes(3) + bytes.fromhex(command) + b"\xff" * 8


def modification(
    command: str = "0024008010", *, offsets: tuple[int, int] = (0, 8), confirm: int = 3, messages: int = 3
) -> bytes:
    """The same for a change."""
    head = struct.pack("<BBBBBBBHBBBHB", 1, 30, 0x82, 0x08, 0, *offsets, 0x0608, confirm, 2, messages, 0x0409, 0)
    further = {0: b"", 1: b"\1", 2: b"\1", 3: b"\1\2", 0xFF: b"\1\2"}[messages]
    return head + further + bytes(3) + bytes.fromhex(command) + b"\xff" * 16
