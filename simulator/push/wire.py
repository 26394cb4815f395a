"""The few messages of protocol buffers that Chromium's push client speaks, and how MCS frames them.

Facts from Chromium's sources: `google_apis/gcm/protocol/{checkin,android_checkin,mcs}.proto` and
`google_apis/gcm/engine/connection_handler_impl.cc`; the encoding is that of protobuf.dev, "Encoding".
"""

import struct
from asyncio import StreamReader
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Final

VERSION: Final = 41
"""kMCSVersion: the first octet each side sends."""
MOST_OCTETS: Final = 16_384
"""Of one message: more than a push can have."""
LONGEST_VARINT: Final = 10

Field = int | bytes
Fields = Mapping[int, Sequence[Field]]


class Tag(IntEnum):
    """Which message follows (kHeartbeatPingTag ...)."""

    HEARTBEAT_PING = 0
    HEARTBEAT_ACK = 1
    LOGIN_REQUEST = 2
    LOGIN_RESPONSE = 3
    CLOSE = 4
    IQ_STANZA = 7
    DATA_MESSAGE_STANZA = 8


class WireError(ValueError):
    """These octets are no such message."""


def write_varint(number: int) -> bytes:
    """Seven bits an octet, the lowest first."""
    octets = bytearray()
    while number > 0x7F:
        octets.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*octets, number))


def write_number(field: int, number: int) -> bytes:
    """A field that holds a number."""
    return write_varint(field << 3) + write_varint(number)


def write_fixed(field: int, number: int) -> bytes:
    """A field of eight octets."""
    return write_varint(field << 3 | 1) + struct.pack("<Q", number)


def write_octets(field: int, value: bytes | str) -> bytes:
    """A field that holds octets, text or another message."""
    octets = value.encode() if isinstance(value, str) else value
    return write_varint(field << 3 | 2) + write_varint(len(octets)) + octets


def read_fields(octets: bytes) -> Fields:
    """Every field of a message, in their order. Raises WireError."""
    found: dict[int, list[Field]] = {}
    at = 0
    while at < len(octets):
        key, at = _read_varint(octets, at)
        value, at = _read_value(octets, at, key & 7)
        found.setdefault(key >> 3, []).append(value)
    return found


def _read_value(octets: bytes, at: int, kind: int) -> tuple[Field, int]:
    if kind == 0:
        return _read_varint(octets, at)
    if kind == 2:
        length, at = _read_varint(octets, at)
        return _slice(octets, at, length), at + length
    size = {1: 8, 5: 4}.get(kind)
    if size is None:
        raise WireError("a kind of field that nobody sends")
    return int.from_bytes(_slice(octets, at, size), "little"), at + size


def _read_varint(octets: bytes, at: int) -> tuple[int, int]:
    number = 0
    for count in range(LONGEST_VARINT):
        octet = _slice(octets, at + count, 1)[0]
        number |= (octet & 0x7F) << 7 * count
        if octet < 0x80:
            return number, at + count + 1
    raise WireError("a number without an end")


def _slice(octets: bytes, at: int, length: int) -> bytes:
    if at + length > len(octets):
        raise WireError("cut off")
    return octets[at : at + length]


def write_frame(tag: Tag, message: bytes) -> bytes:
    """A message as it stands on the line."""
    return bytes((tag,)) + write_varint(len(message)) + message


async def read_frame(reader: StreamReader) -> tuple[int, bytes]:
    """The next message: its tag and its octets. Raises WireError, EOFError."""
    tag = (await reader.readexactly(1))[0]
    length = 0
    for count in range(3):
        octet = (await reader.readexactly(1))[0]
        length |= (octet & 0x7F) << 7 * count
        if octet < 0x80:
            break
    else:
        raise WireError("a length without an end")
    if length > MOST_OCTETS:
        raise WireError("longer than any message")
    return tag, await reader.readexactly(length)
