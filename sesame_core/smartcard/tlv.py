"""BER-TLV and data object lists, strict and bounded (EMV Book 3, annex B and 5.4).

What a card says is never trusted: lengths are checked against what is there, nesting and sizes are limited, indefinite
lengths are refused. Every failure is CardError(GARBAGE).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sesame_core.errors import CardError, Fault

MAX_DEPTH = 8
MAX_OBJECTS = 512
MAX_TAG_BYTES = 4
MAX_DOL_BYTES = 255
"""A DOL's data must fit one command (EMV Book 3, 5.4)."""

PADDING = b"\x00\xff"
"""Bytes that mean nothing before, between and behind data objects (EMV Book 3, annex B1). No tag begins with them."""


@dataclass(frozen=True, slots=True)
class Tlv:
    """One data object: its tag (as a number, first byte most significant), its value, and its parts if constructed."""

    tag: int
    value: bytes = field(repr=False)
    parts: tuple["Tlv", ...] = ()

    def walk(self) -> Iterator["Tlv"]:
        """This object, then everything inside it, in the order of the bytes."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True, slots=True)
class DolEntry:
    """One wish of a DOL: `length` bytes (0..252) of the data object `tag`."""

    tag: int
    length: int


def parse_objects(data: bytes) -> tuple[Tlv, ...]:
    """All data objects in `data`, constructed ones opened; `PADDING` before, between and behind them passed over."""
    objects = tuple(_read_objects(data, depth=0))
    if sum(1 for top in objects for _ in top.walk()) > MAX_OBJECTS:
        raise CardError(Fault.GARBAGE, "too many data objects")
    return objects


def find_value(objects: Iterable[Tlv], tag: int) -> bytes | None:
    """The value of the first object with `tag`, at any depth, in the order of the bytes; None when there is none."""
    return next((found.value for top in objects for found in top.walk() if found.tag == tag), None)


def parse_dol(data: bytes) -> tuple[DolEntry, ...]:
    """The wishes of a DOL, in order (EMV Book 3, 5.4), padding passed over. Its data must fit one command."""
    entries = []
    at = 0
    while at < len(data):
        if data[at] in PADDING:
            at += 1
            continue
        tag, at = _read_tag(data, at)
        length, at = _read_length(data, at)
        entries.append(DolEntry(tag, length))
    if sum(entry.length for entry in entries) > MAX_DOL_BYTES:
        raise CardError(Fault.GARBAGE, "a DOL that asks for too much")
    return tuple(entries)


RIGHT_ALIGNED = frozenset({0x9A, 0x9C, 0x5F2A, 0x5F36, 0x9F02, 0x9F03, 0x9F15, 0x9F1A, 0x9F21, 0x9F35, 0x9F37, 0x9F41})
"""Numeric elements (format n), cut and padded on the left (EMV Book 3, 5.4). 9F37 is binary in EMV and holds the
challenge here, whose digits stand on the right."""


def fill_dol(dol: Iterable[DolEntry], values: Mapping[int, bytes]) -> bytes:
    """The data a DOL asks for: known values cut or padded to the length wished, zeros for every unknown tag."""
    return b"".join(_fit_value(entry, values.get(entry.tag, b"")) for entry in dol)


def _fit_value(entry: DolEntry, value: bytes) -> bytes:
    if entry.tag in RIGHT_ALIGNED:
        return value[max(0, len(value) - entry.length) :].rjust(entry.length, b"\x00")
    return value[: entry.length].ljust(entry.length, b"\x00")


def _read_objects(data: bytes, depth: int) -> Iterator[Tlv]:
    if depth > MAX_DEPTH:
        raise CardError(Fault.GARBAGE, "data objects nested too deep")
    at = 0
    while at < len(data):
        if data[at] in PADDING:
            at += 1
            continue
        constructed = bool(data[at] & 0x20)
        tag, at = _read_tag(data, at)
        length, at = _read_length(data, at)
        value = data[at : at + length]
        if len(value) < length:
            raise CardError(Fault.GARBAGE, "a data object longer than its template")
        at += length
        yield Tlv(tag, value, tuple(_read_objects(value, depth + 1)) if constructed else ())


def _byte_at(data: bytes, at: int) -> int:
    if at >= len(data):
        raise CardError(Fault.GARBAGE, "a data object cut short")
    return data[at]


def _read_tag(data: bytes, at: int) -> tuple[int, int]:
    tag = _byte_at(data, at)
    at += 1
    if tag & 0x1F != 0x1F:
        return tag, at
    for _ in range(MAX_TAG_BYTES - 1):
        following = _byte_at(data, at)
        at += 1
        tag = tag << 8 | following
        if not following & 0x80:
            return tag, at
    raise CardError(Fault.GARBAGE, "a tag without end")


def _read_length(data: bytes, at: int) -> tuple[int, int]:
    first = _byte_at(data, at)
    at += 1
    if first < 0x80:
        return first, at
    count = first & 0x7F
    if not 1 <= count <= 2:
        raise CardError(Fault.GARBAGE, "a length that EMV does not allow")
    length = 0
    for _ in range(count):
        length = length << 8 | _byte_at(data, at)
        at += 1
    return length, at
