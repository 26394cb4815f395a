"""Contact sheets of every screen: `python docs/tools/screen_sheets.py` makes them, `--check` says which are stale.

One sheet a display size and language, from the golden pictures that tests/core/test_views_of_states.py holds the
painter to. Labels are in the reader's own font, so that a sheet is the same pixels wherever it is made.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from drivers.fonts import font  # noqa: E402
from drivers.ports import Picture  # noqa: E402

GOLDEN = ROOT / "tests" / "golden" / "course"
PICTURES = ROOT / "docs" / "pictures"
COLUMNS = 4
SCALE = 2
GOLDEN_SCALE = 4
GAP = 12
LABEL = font(14)
PAPER = (236, 236, 232)
INK = (40, 40, 40)


def sheets() -> Iterator[tuple[str, Image.Image]]:
    """The name of each sheet's file, and the sheet."""
    for size in sorted(path.name for path in GOLDEN.iterdir()):
        for language in sorted(path.name for path in (GOLDEN / size).iterdir()):
            yield f"screens-{size}-{language}.png", sheet(sorted((GOLDEN / size / language).glob("*.png")))


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
        rows = [row << LABEL.width | cell for row, cell in zip(rows, LABEL.rows(character), strict=True)]
    return Picture(LABEL.width * len(text), LABEL.height, tuple(rows))


def _mask(picture: Picture) -> Image.Image:
    mask = Image.new("1", (picture.width, picture.height))
    mask.putdata([picture.lit(x, y) for y in range(picture.height) for x in range(picture.width)])
    return mask


def stale() -> list[str]:
    """The names of sheets whose pixels are not what would be made now."""
    return [name for name, made in sheets() if not _same(PICTURES / name, made)]


def _same(path: Path, made: Image.Image) -> bool:
    if not path.exists():
        return False
    with Image.open(path) as kept:
        return kept.size == made.size and kept.convert("RGB").tobytes() == made.convert("RGB").tobytes()


def main() -> int:
    """Write the sheets, or with --check only say which are stale."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    old = stale()
    if check:
        sys.stdout.write(
            "".join(f"docs/pictures/{name} is stale: run python docs/tools/screen_sheets.py\n" for name in old)
        )
        return 1 if old else 0
    for name, made in sheets():
        if name in old:
            made.save(PICTURES / name, optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
