"""Make the reader's font files from the PCF fonts of Debian's package `xfonts-terminus`.

    python drivers/painter/fontdata/convert.py /usr/share/fonts/X11/misc drivers/painter/fontdata

One text file a size, one line a glyph, so that a change shows in a diff: code point, rows in hexadecimal (each row
padded to whole bytes, most significant bit leftmost), the character itself. The first line gives the cell and its
ascent. Only the characters in `WANTED` are kept; the zero is drawn without its slash (`DRAWN_AS`). The format of PCF
files is that of X.Org's libXfont.
"""

import gzip
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ACCENTED = "ÀÂÄÇÈÉÊËÎÏÔÖÙÛÜŸŒÆàâäçèéêëîïôöùûüÿœæ"
SIGNS = "«»’…–—°·€£×÷←↑→↓•"
WANTED = "".join(map(chr, range(0x20, 0x7F))) + ACCENTED + SIGNS
DRAWN_AS = {"0": "O"}  # next to no letter can it be taken for one, and a code reads better without slashes
SIZES = (12, 14, 16, 18, 20, 22, 24, 28, 32)

METRICS, BITMAPS, ENCODINGS = 1 << 2, 1 << 3, 1 << 5
COMPRESSED, MSB_BYTES, MSB_BITS = 0x100, 4, 8
NO_GLYPH = 0xFFFF


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a PCF file: its format word and its bytes, format word included."""

    form: int
    body: bytes

    def unpack(self, layout: str, offset: int) -> tuple[int, ...]:
        """Numbers at `offset`, in this table's byte order."""
        return struct.unpack_from((">" if self.form & MSB_BYTES else "<") + layout, self.body, offset)


def tables(pcf: bytes) -> dict[int, Table]:
    """The tables of a PCF file by type. Raises ValueError for another kind of file."""
    if pcf[:4] != b"\x01fcp":
        raise ValueError("not a PCF font")
    (count,) = struct.unpack_from("<I", pcf, 4)
    entries = [struct.unpack_from("<4I", pcf, 8 + 16 * index) for index in range(count)]
    return {kind: Table(form, pcf[offset : offset + size]) for kind, form, size, offset in entries}


def cells(table: Table) -> Iterator[tuple[int, int, int]]:
    """Width, ascent and descent of each glyph, in pixels."""
    if table.form & COMPRESSED:
        (count,) = table.unpack("H", 4)
        for index in range(count):
            _, _, width, ascent, descent = (value - 0x80 for value in table.unpack("5B", 6 + 5 * index))
            yield width, ascent, descent
    else:
        (count,) = table.unpack("I", 4)
        for index in range(count):
            _, _, width, ascent, descent, _ = table.unpack("5hH", 8 + 12 * index)
            yield width, ascent, descent


def bitmap(table: Table, glyph: int, width: int, height: int) -> str:
    """The rows of one glyph in hexadecimal. Raises ValueError for a bit order that these fonts do not use."""
    if table.form & (MSB_BITS | MSB_BYTES) != MSB_BITS | MSB_BYTES:
        raise ValueError("only fonts with the most significant bit first are read")
    (count,) = table.unpack("I", 4)
    (start,) = table.unpack("I", 8 + 4 * glyph)
    pad = 1 << (table.form & 3)
    stride = -(-width // (8 * pad)) * pad
    first = 8 + 4 * count + 16 + start
    rows = (table.body[first + stride * row : first + stride * (row + 1)] for row in range(height))
    return "".join(row[: -(-width // 8)].hex() for row in rows)


def index_of(table: Table, code: int) -> int:
    """The glyph of a code point. Raises KeyError when the font has none."""
    low, high, first, last, _ = table.unpack("5H", 4)
    byte1, byte2 = divmod(code, 256)
    if low <= byte2 <= high and first <= byte1 <= last:
        (glyph,) = table.unpack("H", 14 + 2 * ((byte1 - first) * (high - low + 1) + byte2 - low))
        if glyph != NO_GLYPH:
            return glyph
    raise KeyError(f"the font has no {chr(code)!r} (U+{code:04X})")


def lines(pcf: bytes) -> Iterator[str]:
    """The text file made of one font, line by line."""
    parts = tables(pcf)
    sizes = list(cells(parts[METRICS]))
    width, ascent, descent = sizes[index_of(parts[ENCODINGS], ord("0"))]
    yield f"cell {width} {ascent + descent} ascent {ascent}"
    for code in sorted(map(ord, WANTED)):
        glyph = index_of(parts[ENCODINGS], ord(DRAWN_AS.get(chr(code), chr(code))))
        if sizes[glyph] != (width, ascent, descent):
            raise ValueError(f"{chr(code)!r} does not fill the cell")
        yield f"{code:04X} {bitmap(parts[BITMAPS], glyph, width, ascent + descent)} {chr(code)}".rstrip()


def main(source: Path, target: Path) -> None:
    """Write one `<height>.txt` a size, bold: thin strokes flicker and read badly on an OLED."""
    for height in SIZES:
        pcf = gzip.decompress((source / f"ter-u{height}b_unicode.pcf.gz").read_bytes())
        (target / f"{height}.txt").write_text("\n".join(lines(pcf)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
