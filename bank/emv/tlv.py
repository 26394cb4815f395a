"""A small BER-TLV and DOL encoder (EMV Book 3, annex B and 5.4): the card's side only, so nothing here is forgiving."""

from collections.abc import Iterable, Iterator

from bank.errors import IssuingError


def tag_bytes(tag: int) -> bytes:
    """A tag written as the field does (0x9F38) as its one or two (or more) bytes."""
    return tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big")


def encode_tlv(tag: int, value: bytes) -> bytes:
    """One data object. Raises IssuingError beyond 65535 bytes of value."""
    return tag_bytes(tag) + _length(len(value)) + value


def encode_template(tag: int, *objects: bytes) -> bytes:
    """A constructed data object out of encoded ones."""
    return encode_tlv(tag, b"".join(objects))


def encode_dol(*entries: tuple[int, int]) -> bytes:
    """A data object list out of (tag, length in bytes) pairs."""
    return b"".join(tag_bytes(tag) + bytes((length,)) for tag, length in entries)


def parse_dol(raw: bytes) -> list[tuple[int, int]]:
    """The (tag, length in bytes) pairs of a data object list. Raises IssuingError when it is cut short."""
    return list(_entries(raw))


def dol_length(raw: bytes) -> int:
    """How many bytes of data the list asks for."""
    return sum(length for _, length in _entries(raw))


def cut_data(raw_dol: bytes, data: bytes) -> dict[int, bytes]:
    """The values that `data` brings for the list, by tag. The length must be right already."""
    values: dict[int, bytes] = {}
    for tag, length in _entries(raw_dol):
        values[tag], data = data[:length], data[length:]
    return values


def join_objects(objects: Iterable[tuple[int, bytes]]) -> bytes:
    """Several primitive data objects in a row."""
    return b"".join(encode_tlv(tag, value) for tag, value in objects)


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes((size,))
    if size > 0xFFFF:
        raise IssuingError("a data object holds at most 65535 bytes")
    body = size.to_bytes(1 if size <= 0xFF else 2, "big")
    return bytes((0x80 | len(body),)) + body


def _entries(raw: bytes) -> Iterator[tuple[int, int]]:
    position = 0
    while position < len(raw):
        start = position
        position += 1
        if raw[start] & 0x1F == 0x1F:
            while raw[position : position + 1] and raw[position] & 0x80:
                position += 1
            position += 1
        if position >= len(raw):
            raise IssuingError("a data object list ends in the middle of an entry")
        yield int.from_bytes(raw[start:position], "big"), raw[position]
        position += 1
