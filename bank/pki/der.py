"""The little DER (ITU-T X.690) that no library here writes or splits: sequences, sets, object identifiers, integers."""

from collections.abc import Iterator
from typing import Final

INTEGER: Final = 0x02
OCTETS: Final = 0x04
OBJECT: Final = 0x06
SEQUENCE: Final = 0x30
SET: Final = 0x31


class DerError(ValueError):
    """These octets are no DER of the kind that was looked for."""


def write_value(tag: int, content: bytes) -> bytes:
    """One value with its length."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def write_object(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER (X.690, 8.19)."""
    first, second, *others = (int(part) for part in dotted.split("."))
    content = b""
    for number in (40 * first + second, *others):
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(0x80 | number & 0x7F)
        content += bytes(reversed(groups))
    return write_value(OBJECT, content)


def split_values(octets: bytes, most: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Each of the values that stand one behind the other: tag, content, and the whole of it. Raises DerError for what
    is none, for a tag of several octets, for a length that could be shorter, and for more than `most` values."""
    at = 0
    for _ in range(most):
        if at == len(octets):
            return
        size, begin = _read_length(octets, at)
        end = begin + size
        if end > len(octets):
            raise DerError("cut off")
        yield octets[at], octets[begin:end], octets[at:end]
        at = end
    if at != len(octets):
        raise DerError("too many values")


def read_sequence(octets: bytes, most: int) -> list[tuple[int, bytes, bytes]]:
    """The values of the one SEQUENCE that these octets are. Raises DerError."""
    values = list(split_values(octets, 1))
    if len(values) != 1 or values[0][0] != SEQUENCE:
        raise DerError("no sequence")
    return list(split_values(values[0][1], most))


def read_integer(octets: bytes) -> int:
    """The one INTEGER that these octets are, not negative and of at most 20 octets. Raises DerError."""
    values = list(split_values(octets, 1))
    if len(values) != 1 or values[0][0] != INTEGER or not 0 < len(values[0][1]) <= 20 or values[0][1][0] & 0x80:
        raise DerError("no number")
    content = values[0][1]
    if len(content) > 1 and not content[0] and not content[1] & 0x80:
        raise DerError("a number that could be shorter")
    return int.from_bytes(content, "big")


def _read_length(octets: bytes, at: int) -> tuple[int, int]:
    """The length, and where the content begins."""
    if len(octets) < at + 2 or octets[at] & 0x1F == 0x1F:
        raise DerError("no value")
    size = octets[at + 1]
    if size < 0x80:
        return size, at + 2
    count = size & 0x7F
    length = octets[at + 2 : at + 2 + count]
    if not 0 < count <= 3 or len(length) != count:
        raise DerError("no length")
    value = int.from_bytes(length, "big")
    if value < 0x80 or not length[0]:
        raise DerError("a length that could be shorter")
    return value, at + 2 + count
