"""Bitmap fonts: text files in `fontdata`, read when a size is first asked for.

A glyph is a tuple of integers, one a row, most significant bit leftmost, exactly as `drivers.ports.Picture` has them,
so that drawing is a shift and an OR. All glyphs of a font fill the same cell.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from sesame_core.errors import UsageError

SIZES: Final = (32, 28, 24, 22, 20, 18, 16, 14, 12)
"""The cells' heights in pixels, largest first."""

Rows = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Font:
    """One size. `width`, `height`: the cell in pixels; `ascent`: rows above the baseline."""

    width: int
    height: int
    ascent: int
    packed: Mapping[str, str] = field(repr=False)
    """Character -> its rows in hexadecimal, each padded to whole bytes."""

    def glyph_rows(self, character: str) -> Rows:
        """The cell of one character. Raises UsageError for a character that the font does not have."""
        try:
            packed = self.packed[character]
        except KeyError:
            raise UsageError(f"the font has no U+{ord(character):04X}: add it to fontdata/convert.py") from None
        step = -(-self.width // 8) * 2
        spare = step * 4 - self.width
        return tuple(int(packed[at : at + step], 16) >> spare for at in range(0, len(packed), step))


def measure_ink(width: int, rows: Rows) -> tuple[int, int, int, int]:
    """Blank columns left and right and blank rows above and below what is lit in `rows` of `width` pixels.

    Where nothing is lit, all columns count as left and all rows as above.
    """
    column = 0
    for row in rows:
        column |= row
    if not column:
        return width, 0, len(rows), 0
    lit = [index for index, row in enumerate(rows) if row]
    right = (column & -column).bit_length() - 1
    return width - column.bit_length(), right, lit[0], len(rows) - 1 - lit[-1]


def _overlay(pictures: list[Rows]) -> Rows:
    combined = list(pictures[0])
    for rows in pictures[1:]:
        combined = [one | other for one, other in zip(combined, rows, strict=True)]
    return tuple(combined)


@cache
def load_font(height: int) -> Font:
    """The font whose cell is `height` pixels high. Raises UsageError when there is none."""
    if height not in SIZES:
        raise UsageError(f"no font of {height} pixels: {SIZES}")
    text = (Path(__file__).parent / "fontdata" / f"{height}.txt").read_text(encoding="utf-8")
    head, *glyphs = text.splitlines()
    _, width, cell, _, ascent = head.split(" ")
    packed = {chr(int(code, 16)): rows for code, rows, *_ in (line.split(" ") for line in glyphs)}
    return Font(int(width), int(cell), int(ascent), packed)


@cache
def digit_shapes(height: int, percent: int = 100) -> tuple[int, tuple[Rows, ...]]:
    """The digits 0 to 9 of a font cut to the box that their ink fills: its width, and each digit's rows.

    `percent`: how much taller they are drawn; digits bear it well up to half as much again.
    """
    letters = load_font(height)
    cells = [letters.glyph_rows(character) for character in "0123456789"]
    left, right, top, bottom = measure_ink(letters.width, _overlay(cells))
    cut = (tuple(row >> right for row in cell[top : letters.height - bottom]) for cell in cells)
    return letters.width - left - right, tuple(_taller(rows, percent) for rows in cut)


def _taller(rows: Rows, percent: int) -> Rows:
    """Rows repeated evenly, the same from above as from below."""
    height = len(rows) * percent // 100
    return tuple(rows[(2 * y + 1) * len(rows) // (2 * height)] for y in range(height))
