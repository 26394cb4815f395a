"""The maker of the font files: fonts written back as PCF files, in every form it reads, give the same files again."""

import gzip
import struct
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from drivers.painter.fontdata import convert

FONTS = Path(convert.__file__).parent
LINES = (FONTS / "12.txt").read_text(encoding="utf-8").splitlines()


@dataclass(frozen=True, slots=True)
class Form:
    """How a PCF file is written. `pad`: bytes to whose multiple a row is filled, as a power of two."""

    big: bool = True
    compressed: bool = True
    pad: int = 0
    bits: int = convert.MSB_BITS | convert.MSB_BYTES

    @property
    def order(self) -> str:
        """For struct."""
        return ">" if self.big else "<"

    @property
    def word(self) -> int:
        """The byte order, for tables other than the bitmaps."""
        return convert.MSB_BYTES if self.big else 0


def cell_of(lines: list[str]) -> tuple[int, int, int]:
    """Width, height, ascent."""
    _, width, height, _, ascent = lines[0].split()
    return int(width), int(height), int(ascent)


def metrics(lines: list[str], form: Form, odd: int | None = None) -> bytes:
    width, height, ascent = cell_of(lines)
    each = [(0, width, width + (index == odd), ascent, height - ascent) for index in range(len(lines) - 1)]
    if form.compressed:
        head = struct.pack("<I", convert.COMPRESSED | form.word) + struct.pack(form.order + "H", len(each))
        return head + b"".join(bytes(0x80 + value for value in one) for one in each)
    head = struct.pack("<I", form.word) + struct.pack(form.order + "I", len(each))
    return head + b"".join(struct.pack(form.order + "5hH", *one, 0) for one in each)


def bitmaps(lines: list[str], form: Form) -> bytes:
    width, height, _ = cell_of(lines)
    wide, step = -(-width // 8), 1 << form.pad
    filled = -(-wide // step) * step
    glyphs = []
    for line in lines[1:]:
        rows = bytes.fromhex(line.split()[1])
        assert len(rows) == wide * height
        glyphs.append(b"".join(rows[at : at + wide].ljust(filled, b"\xee") for at in range(0, len(rows), wide)))
    starts = [index * filled * height for index in range(len(glyphs))]
    head = struct.pack("<I", form.bits | form.pad) + struct.pack(f">{1 + len(starts)}I", len(starts), *starts)
    return head + struct.pack(">4I", 0, 0, 0, 0) + b"".join(glyphs)


def encodings(lines: list[str], form: Form, without: str = "") -> bytes:
    codes = {int(line.split()[0], 16): index for index, line in enumerate(lines[1:])}
    low, high = min(code % 256 for code in codes), max(code % 256 for code in codes)
    first, last = min(codes) // 256, max(codes) // 256
    grid = [
        convert.NO_GLYPH if without and chr(256 * row + column) == without else codes.get(256 * row + column, 0xFFFF)
        for row in range(first, last + 1)
        for column in range(low, high + 1)
    ]
    head = struct.pack("<I", form.word) + struct.pack(form.order + "5H", low, high, first, last, 0)
    return head + struct.pack(f"{form.order}{len(grid)}H", *grid)


def pcf(lines: list[str], form: Form, odd: int | None = None, without: str = "") -> bytes:
    """A PCF file with these glyphs."""
    bodies = {
        convert.METRICS: metrics(lines, form, odd),
        convert.BITMAPS: bitmaps(lines, form),
        convert.ENCODINGS: encodings(lines, form, without),
    }
    at = 8 + 16 * len(bodies)
    entries = b""
    for kind, body in bodies.items():
        (word,) = struct.unpack_from("<I", body)
        entries += struct.pack("<4I", kind, word, len(body), at)
        at += len(body)
    return b"\x01fcp" + struct.pack("<I", len(bodies)) + entries + b"".join(bodies.values())


@pytest.mark.parametrize("size", convert.SIZES)
def test_every_size_comes_back_as_it_stands_in_the_checkout(size: int) -> None:
    lines = (FONTS / f"{size}.txt").read_text(encoding="utf-8").splitlines()
    assert list(convert.lines(pcf(lines, Form()))) == lines
    assert cell_of(lines)[1] == size


@pytest.mark.parametrize(
    "form", [Form(), Form(big=False), Form(compressed=False), Form(False, False), Form(pad=1), Form(pad=2), Form(pad=3)]
)
@pytest.mark.parametrize("size", [12, 18, 32])
def test_every_form_says_the_same(form: Form, size: int) -> None:
    lines = (FONTS / f"{size}.txt").read_text(encoding="utf-8").splitlines()
    assert list(convert.lines(pcf(lines, form))) == lines


def test_what_is_no_font_for_this_reader_is_refused() -> None:
    with pytest.raises(ValueError, match="not a PCF font"):
        list(convert.lines(b"\x01fcq" + bytes(100)))
    with pytest.raises(ValueError, match="most significant bit first"):
        list(convert.lines(pcf(LINES, replace(Form(), bits=convert.MSB_BITS))))
    with pytest.raises(ValueError, match="most significant bit first"):
        list(convert.lines(pcf(LINES, replace(Form(), bits=convert.MSB_BYTES))))
    with pytest.raises(KeyError, match="U\\+0041"):
        list(convert.lines(pcf(LINES, Form(), without="A")))
    with pytest.raises(KeyError, match="U\\+FFFD"):
        convert.index_of(convert.tables(pcf(LINES, Form()))[convert.ENCODINGS], 0xFFFD)
    with pytest.raises(ValueError, match="does not fill the cell"):
        list(convert.lines(pcf(LINES, Form(), odd=7)))


def test_the_command_makes_every_file(tmp_path: Path) -> None:
    for size in convert.SIZES:
        lines = (FONTS / f"{size}.txt").read_text(encoding="utf-8").splitlines()
        (tmp_path / f"ter-u{size}b_unicode.pcf.gz").write_bytes(gzip.compress(pcf(lines, Form())))
    made = tmp_path / "made"
    made.mkdir()
    convert.main(tmp_path, made)
    assert {path.name: path.read_bytes() for path in made.iterdir()} == {
        path.name: path.read_bytes() for path in FONTS.glob("*.txt") if path.stem.isdigit()
    }
