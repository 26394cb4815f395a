"""What a bitmap takes from the card's answer: which bits, how many, and how many digits they make."""

from collections.abc import Iterator
from dataclasses import dataclass

from sesame_core.secrets import CODE_DIGITS

ARQC = 0x80
PARTS = (("CID", 1), ("ATC", 2), ("AC", 8))
"""In front of the issuer application data (IAD), which is of any length; sizes in bytes."""


@dataclass(frozen=True, slots=True)
class MaskByte:
    """One byte of the bitmap and what it lies over: `part` of the answer, its byte from 1, the `place` in the data."""

    part: str
    byte: int
    place: int
    mask: int

    @property
    def name(self) -> str:
        """As "AC 3"; parts of one byte have no number."""
        return self.part if self.part in ("PSN", "CID") else f"{self.part} {self.byte}"


def mask_bytes(bitmap: bytes, psn: bool) -> tuple[MaskByte, ...]:
    """The bitmap, byte by byte."""
    names = [*([("PSN", 1)] if psn else []), *((part, byte) for part, size in PARTS for byte in range(1, size + 1))]
    names += [("IAD", byte) for byte in range(1, len(bitmap) - len(names) + 1)]
    return tuple(MaskByte(*names[place], place, mask) for place, mask in enumerate(bitmap))


def count_bits(bitmap: bytes, psn: bool) -> dict[str, int]:
    """How many bits are taken of each part; parts without any are left out."""
    taken: dict[str, int] = {}
    for one in mask_bytes(bitmap, psn):
        if one.mask:
            taken[one.part] = taken.get(one.part, 0) + one.mask.bit_count()
    return taken


def code_span(bitmap: bytes, psn: bytes) -> tuple[int, int]:
    """The least and the greatest code, for a CID that says ARQC, this PSN, and anything in the rest."""
    known = [*psn, ARQC]
    least = greatest = 0
    for place, bit in _taken(bitmap):
        fixed = known[place] >> bit & 1 if place < len(known) else None
        least = least << 1 | (fixed or 0)
        greatest = greatest << 1 | (1 if fixed is None else fixed)
    return least, greatest


def code_digits(least: int, greatest: int) -> str:
    """How many digits codes in this range have on the screen."""
    shortest, longest = (max(CODE_DIGITS, len(str(number))) for number in (least, greatest))
    return str(shortest) if shortest == longest else f"{shortest} to {longest}"


def summarise_bitmap(bitmap: bytes, psn: bool) -> str:
    """As "1 of the CID, 9 of the ATC, 16 of the AC"."""
    taken = count_bits(bitmap, psn)
    return ", ".join(f"{count} of the {part}" for part, count in taken.items()) or "none"


def _taken(bitmap: bytes) -> Iterator[tuple[int, int]]:
    """Byte and bit of every one, most significant first."""
    for place, mask in enumerate(bitmap):
        yield from ((place, bit) for bit in range(7, -1, -1) if mask >> bit & 1)
