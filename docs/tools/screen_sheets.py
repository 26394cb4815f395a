"""Contact sheets of every screen of the reader and of the access key.

One sheet a display size and language, from the golden pictures that tests/core/test_views_of_states.py and
tests/key/test_key_screens.py hold the painter to. Labels are in the reader's own font, so that a sheet is the same
pixels wherever it is made.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PIL import Image

from docs.tools.made import DOCS, Sheet
from drivers.painter.fonts import load_font
from drivers.ports import Picture

GOLDEN = DOCS.parent / "tests" / "golden"
SHEETS = {"course": "screens", "key": "key-screens"}
"""Folder of golden pictures -> what its sheets are called."""

COLUMNS = 4
SCALE = 2
GOLDEN_SCALE = 4
GAP = 12
LABEL = load_font(14)
PAPER = (236, 236, 232)
INK = (40, 40, 40)


def sheets() -> Iterator[Sheet]:
    """One an appliance, display size and language."""
    for folder, name in SHEETS.items():
        for place in sorted((GOLDEN / folder).glob("*/*")):
            size, language = place.parent.name, place.name
            files = sorted(place.glob("*.png"))
            yield Sheet(f"pictures/{name}-{size}-{language}.png", partial(sheet, files))


def sheet(files: list[Path]) -> Image.Image:
    """The screens in rows of four, each above its name."""
    screens = [(path.stem, _screen(path)) for path in files]
    width, height = screens[0][1].size
    wide, high = width + GAP, height + LABEL.height + GAP
    lines = -(-len(screens) // COLUMNS)
    made = Image.new("RGB", (COLUMNS * wide + GAP, lines * high + GAP), PAPER)
    for index, (name, screen) in enumerate(screens):
        down, across = divmod(index, COLUMNS)
        left, top = GAP + across * wide, GAP + down * high
        made.paste(screen, (left, top))
        made.paste(INK, (left, top + height), _mask(_written(name)))
    return made


def _screen(path: Path) -> Image.Image:
    with Image.open(path) as golden:
        width, height = (side // GOLDEN_SCALE * SCALE for side in golden.size)
        return golden.convert("RGB").resize((width, height), Image.Resampling.NEAREST)


def _written(text: str) -> Picture:
    """A line of text, as wide as it is."""
    rows = [0] * LABEL.height
    for character in text:
        rows = [row << LABEL.width | cell for row, cell in zip(rows, LABEL.glyph_rows(character), strict=True)]
    return Picture(LABEL.width * len(text), LABEL.height, tuple(rows))


def _mask(picture: Picture) -> Image.Image:
    mask = Image.new("1", (picture.width, picture.height))
    mask.putdata([picture.lit(x, y) for y in range(picture.height) for x in range(picture.width)])
    return mask
