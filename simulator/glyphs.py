"""A picture as text: pixels as Braille dots (2 x 4 a character), or as half blocks (1 x 2) where there is room."""

from collections.abc import Sequence

from drivers.ports import Picture

BRAILLE = 0x2800
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Unicode's dot bits, by row and column (The Unicode Standard, chapter 21.1)."""

HALVES = (" ", "▀", "▄", "█")


def draw_braille(picture: Picture) -> list[str]:
    """Lines of Braille: `width / 2` characters wide, `height / 4` high."""
    return ["".join(_cell(picture, x, y) for x in range(0, picture.width, 2)) for y in range(0, picture.height, 4)]


def half_blocks(picture: Picture) -> list[str]:
    """Lines of half blocks: `width` characters wide, `height / 2` high."""
    return [
        "".join(HALVES[picture.lit(x, y) | picture.lit(x, y + 1) << 1] for x in range(picture.width))
        for y in range(0, picture.height, 2)
    ]


def fit_picture(picture: Picture, columns: int, lines: int) -> Sequence[str]:
    """The largest of the two that fits."""
    roomy = columns >= picture.width and lines >= picture.height // 2
    return half_blocks(picture) if roomy else draw_braille(picture)


def _cell(picture: Picture, x: int, y: int) -> str:
    bits = sum(DOTS[row][column] for row in range(4) for column in range(2) if picture.lit(x + column, y + row))
    return chr(BRAILLE + bits)
