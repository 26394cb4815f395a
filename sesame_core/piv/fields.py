"""Data fields of PIV commands and responses: BER-TLV as SP 800-73-5 uses it, one level at a time.

Stricter than what a reader has to put up with from a card (`sesame_core.smartcard.tlv`): no byte between two fields is
passed over, no tag comes twice, and nothing may be left.
"""

from typing import Final

from sesame_core.piv.status import PivRefusedError, PivStatus

LONGEST_LENGTH: Final = 2
"""No field here needs a length of more bytes after its first."""

MAX_FIELDS: Final = 16
"""No template of PIV has more."""


def split_fields(data: bytes) -> dict[int, bytes]:
    """Tag -> value, in the order of the bytes. Raises PivRefusedError(6A80)."""
    fields: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        tag, at = _tag(data, at)
        length, at = _length(data, at)
        if at + length > len(data) or tag in fields or len(fields) == MAX_FIELDS:
            raise PivRefusedError(PivStatus.WRONG_DATA)
        fields[tag] = data[at : at + length]
        at += length
    return fields


def open_template(data: bytes, tag: int) -> dict[int, bytes]:
    """The fields of the one template in `data`. Raises PivRefusedError(6A80): another tag, or more than one."""
    fields = split_fields(data)
    if list(fields) != [tag]:
        raise PivRefusedError(PivStatus.WRONG_DATA)
    return split_fields(fields[tag])


def write_field(tag: int, value: bytes) -> bytes:
    """Tag, length in its shortest form, value (ISO/IEC 8825-1, 8.1). `value` has at most 65535 bytes."""
    size = len(value)
    if size < 0x80:
        length = bytes((size,))
    elif size < 0x100:
        length = bytes((0x81, size))
    else:
        length = b"\x82" + size.to_bytes(2, "big")
    return tag.to_bytes(max(1, (tag.bit_length() + 7) // 8), "big") + length + value


def _byte(data: bytes, at: int) -> int:
    if at >= len(data):
        raise PivRefusedError(PivStatus.WRONG_DATA)
    return data[at]


def _tag(data: bytes, at: int) -> tuple[int, int]:
    """A tag of one byte, or of two where its low five bits are all set (7F49)."""
    tag = _byte(data, at)
    if tag & 0x1F != 0x1F:
        return tag, at + 1
    following = _byte(data, at + 1)
    if following & 0x80:
        raise PivRefusedError(PivStatus.WRONG_DATA)
    return tag << 8 | following, at + 2


def _length(data: bytes, at: int) -> tuple[int, int]:
    first = _byte(data, at)
    if first < 0x80:
        return first, at + 1
    count = first & 0x7F
    if not 1 <= count <= LONGEST_LENGTH:
        raise PivRefusedError(PivStatus.WRONG_DATA)
    length = 0
    for offset in range(1, count + 1):
        length = length << 8 | _byte(data, at + offset)
    return length, at + 1 + count
