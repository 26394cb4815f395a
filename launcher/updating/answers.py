"""The key's own commands for an update, as bytes: what is sent, and what an answer says (docs/esecure.md, Update)."""

import struct
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final

OWN_CLASS: Final = 0x80
BEGIN, GIVE, DENY, STOP = 0x20, 0x22, 0x24, 0x26
BLOCK_SIZE: Final = 2048
HEAD: Final = struct.Struct(">BBIIII")
SUCCESS: Final = 0x9000


class Need(IntEnum):
    """What a key wants next."""

    NOTHING = 0
    METADATA = 1
    DECISION = 2
    PROGRAM = 3
    REPLUG = 4


class UpdateTrouble(Enum):
    """Why an update did not go on. All but the last four are the key's own words."""

    NOT_SIGNED = "the update is not signed for this key"
    EXPIRED = "what the server has is out of date"
    ROLLED_BACK = "what the server has is older than what the key knows"
    WRONG_CONTENT = "the update arrived damaged"
    NOT_STORED = "the key has no room for it, or cannot write"
    NOT_TAKEN = "this key takes no updates"
    KEY_REFUSED = "the key did not go along"
    KEY_GONE = "the key was taken out"
    NO_SERVER = "the server cannot be reached"
    TOO_SLOW = "the server is too slow"
    TOO_LONG = "the server sends more than the key asked for"


STATUSES: Final = {
    0x6F01: UpdateTrouble.NOT_SIGNED,
    0x6F02: UpdateTrouble.EXPIRED,
    0x6F03: UpdateTrouble.ROLLED_BACK,
    0x6F04: UpdateTrouble.WRONG_CONTENT,
    0x6F05: UpdateTrouble.NOT_STORED,
    0x6A81: UpdateTrouble.NOT_TAKEN,
    0x6D00: UpdateTrouble.NOT_TAKEN,
    0x6E00: UpdateTrouble.NOT_TAKEN,
}


class UpdateFailedError(Exception):
    """The update did not go on; the old program of the key goes on running."""

    def __init__(self, trouble: UpdateTrouble, details: str = "") -> None:
        super().__init__(f"{trouble.value}{f' ({details})' if details else ''}")
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class KeyAnswer:
    """`running`, `offered`: release numbers; `offset`, `limit` in bytes, of the file `name`."""

    need: Need
    percent: int
    running: int
    offered: int
    offset: int
    limit: int
    name: str


def write_command(ins: int, p1: int = 0, data: bytes = b"") -> bytes:
    """In extended length (ISO/IEC 7816-4, 5.1) where it has data."""
    head = bytes((OWN_CLASS, ins, p1, 0))
    return head + (b"\0" + len(data).to_bytes(2, "big") + data + b"\0\0" if data else b"\0")


def read_answer(response: bytes) -> KeyAnswer:
    """Raises UpdateFailedError: the key's refusal, no answer at all, or one that is not understood."""
    if len(response) < 2:
        raise UpdateFailedError(UpdateTrouble.KEY_GONE)
    status, body = int.from_bytes(response[-2:], "big"), response[:-2]
    if status != SUCCESS:
        raise UpdateFailedError(STATUSES.get(status, UpdateTrouble.KEY_REFUSED), f"{status:04X}")
    try:
        need, percent, running, offered, offset, limit = HEAD.unpack_from(body)
        return KeyAnswer(Need(need), percent, running, offered, offset, limit, body[HEAD.size :].decode("ascii"))
    except (struct.error, ValueError) as cause:
        raise UpdateFailedError(UpdateTrouble.KEY_REFUSED, "an answer of another kind") from cause
