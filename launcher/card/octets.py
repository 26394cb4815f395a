"""Tags, lengths and values of ISO/IEC 7816-4 and DER, as far as a launcher needs them. What comes from a key is read
within its bounds: a length that leads out of it is a LaunchError."""

from collections.abc import Iterator
from typing import Final

from launcher.troubles import LaunchError, LaunchTrouble

LONGEST: Final = 0xFFFF
MANY: Final = 0x1F
MORE: Final = 0x80


def write_octets(tag: int, value: bytes) -> bytes:
    """One data object; DER and BER agree up to here."""
    head = tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big")
    size = len(value)
    if size < MORE:
        return head + bytes((size,)) + value
    long = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return head + bytes((MORE | len(long),)) + long + value


def split_octets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The objects in `data`, one level. Raises LaunchError (INSTALLATION) where they are none."""
    at = 0
    try:
        while at < len(data):
            end = at + 1
            if data[at] & MANY == MANY:
                while data[end] & MORE:
                    end += 1
                end += 1
            tag = int.from_bytes(data[at:end], "big")
            size, at = data[end], end + 1
            if size & MORE:
                count = size & ~MORE
                size, at = int.from_bytes(data[at : at + count], "big"), at + count
            if size > LONGEST or at + size > len(data):
                raise LaunchError(LaunchTrouble.INSTALLATION, "a length in the key's answer leads out of it")
            yield tag, data[at : at + size]
            at += size
    except IndexError:
        raise LaunchError(LaunchTrouble.INSTALLATION, "the key's answer ends too early") from None


def find_octets(data: bytes, *path: int) -> bytes:
    """The value that a path of tags leads to, the first of each level; empty where there is none. Raises
    LaunchError."""
    for tag in path:
        data = next((value for found, value in split_octets(data) if found == tag), b"")
    return data
