"""A picture as text, in the characters that a terminal can show: Braille dots, half blocks, or a typewriter's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from drivers.ports import Picture

BRAILLE: Final = 0x2800
DOTS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Unicode's dot bits, by row and column (The Unicode Standard, chapter 21.1)."""

HALVES: Final = " ▀▄█"
STROKES: Final = " '.:"
"""For nothing, the upper, the lower and both of two pixels, one above the other."""

FRAME: Final = "─│┌┐└┘"
PLAIN_FRAME: Final = "-|++++"


@dataclass(frozen=True, slots=True)
class Signs:
    """What a terminal can show. `draw_braille` says that it has dots; `pair` is for two pixels, one above the other."""

    braille: bool
    pair: str
    frame: str


class Glyphs(Enum):
    """From the finest on."""

    BRAILLE = Signs(True, HALVES, FRAME)
    BLOCKS = Signs(False, HALVES, FRAME)
    TYPEWRITER = Signs(False, STROKES, PLAIN_FRAME)


WITHOUT_BRAILLE: Final = ("linux", "cons25")
"""Kinds of terminals (TERM) whose fonts have blocks, and no Braille: the consoles of Linux and FreeBSD, 256 or 512
glyphs large (console_codes(4), vt(4))."""

WITHOUT_BLOCKS: Final = ("dumb", "vt100", "vt102", "vt220", "vt320")


def glyphs_of(encoding: str | None, environment: Mapping[str, str], platform: str) -> Glyphs:
    """What a terminal can show: by the encoding of what is written to it, its kind ($TERM), and the system. The
    console window of Windows has no Braille, the Windows Terminal (which sets WT_SESSION) has."""
    kind = environment.get("TERM", "")
    if not _encodable(HALVES + FRAME, encoding) or kind in WITHOUT_BLOCKS:
        return Glyphs.TYPEWRITER
    console = kind in WITHOUT_BRAILLE or (platform == "win32" and "WT_SESSION" not in environment)
    return Glyphs.BLOCKS if console or not _encodable(chr(BRAILLE), encoding) else Glyphs.BRAILLE


def draw_braille(picture: Picture) -> list[str]:
    """Lines of Braille: `width / 2` characters wide, `height / 4` high."""
    return ["".join(_cell(picture, x, y) for x in range(0, picture.width, 2)) for y in range(0, picture.height, 4)]


def half_blocks(picture: Picture, pair: str = HALVES) -> list[str]:
    """Lines of half blocks: `width` characters wide, `height / 2` high."""
    return [
        "".join(pair[picture.lit(x, y) | picture.lit(x, y + 1) << 1] for x in range(picture.width))
        for y in range(0, picture.height, 2)
    ]


def find_smallest(picture: Picture, glyphs: Glyphs = Glyphs.BRAILLE) -> Sequence[str]:
    """`width / 2` characters wide, `height / 4` high, whatever the terminal can show. Without Braille two by two pixels
    are one, lit where any of them is: strokes get thicker, none is lost."""
    return draw_braille(picture) if glyphs.value.braille else half_blocks(_halved(picture), glyphs.value.pair)


def fit_picture(picture: Picture, columns: int, lines: int, glyphs: Glyphs = Glyphs.BRAILLE) -> Sequence[str]:
    """Every pixel by itself where there is room for it, else the smallest."""
    roomy = columns >= picture.width and lines >= picture.height // 2
    return half_blocks(picture, glyphs.value.pair) if roomy else find_smallest(picture, glyphs)


def _cell(picture: Picture, x: int, y: int) -> str:
    bits = sum(DOTS[row][column] for row in range(4) for column in range(2) if picture.lit(x + column, y + row))
    return chr(BRAILLE + bits)


def _halved(picture: Picture) -> Picture:
    width, height = picture.width // 2, picture.height // 2
    rows = (picture.rows[2 * y] | picture.rows[2 * y + 1] for y in range(height))
    return Picture(width, height, tuple(_halved_row(row, width) for row in rows))


def _halved_row(row: int, width: int) -> int:
    return sum(bool(row >> 2 * place & 0b11) << place for place in range(width))


def _encodable(text: str, encoding: str | None) -> bool:
    try:
        text.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
