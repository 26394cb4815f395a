"""The pad as the self-test found it, for terminal and glass: each key where it lies, the bad ones marked."""

from collections.abc import Collection
from typing import Final

from device.config import Config
from drivers.keypad.legends import legend_of
from drivers.ports import Picture
from sesame_core.events import Key

CAPTION: Final = {
    "fr": "[ ] : touche muette, bloquée ou lue comme une autre",
    "en": "[ ]: a key that is silent, stuck or read as another",
}
ACROSS: Final = 4
"""Buttons in a line, where the pad is no matrix."""

BOARD: Final = (4, 4)
"""Rows and columns of the front board."""
ROW_RESISTORS: Final = ("R23", "R24", "R25", "R26")
COLUMN_RESISTORS: Final = ("R5", "R6", "R7", "R8")
"""The front board's, in the order of its rows and columns."""


def legend(config: Config, key: Key) -> str:
    """What stands on the key."""
    return key.value if config.reader.language == "en" else legend_of(key)


def list_rows(config: Config) -> list[list[Key | None]]:
    """The keys as they lie, line by line from above; None where the pad has none."""
    if config.keypad.buttons:
        keys: list[Key | None] = [key for key, _ in config.keypad.buttons]
        return [keys[at : at + ACROSS] for at in range(0, len(keys), ACROSS)]
    return [list(row) for row in config.layout.legends]


def draw_pad(config: Config, bad: Collection[Key]) -> list[str]:
    """The pad in letters, a bad key in brackets, and what the brackets mean."""
    rows = list_rows(config)
    wide = max(len(legend(config, key)) for row in rows for key in row if key is not None)
    drawn = []
    for row in rows:
        names = ["" if key is None else legend(config, key) for key in row]
        marks = [f"[{name}]" if key in bad else name for key, name in zip(row, names, strict=True)]
        drawn.append(" ".join(mark.center(wide + 2) for mark in marks).rstrip())
    return [*drawn, CAPTION["en" if config.reader.language == "en" else "fr"]]


def paint_pad(config: Config, bad: Collection[Key], size: tuple[int, int]) -> Picture:
    """The pad for the glass: a frame for a good key, a full block for a bad one."""
    width, height = size
    lines = list_rows(config)
    rows = [0] * height
    high = height // len(lines)
    for index, line in enumerate(lines):
        wide = width // max(map(len, lines))
        for at, key in enumerate(line):
            if key is None:
                continue
            full = ((1 << (wide - 4)) - 1) << (width - at * wide - wide + 2)
            inner = ((1 << (wide - 6)) - 1) << (width - at * wide - wide + 3)
            for y in range(index * high + 1, (index + 1) * high - 1):
                edge = y in (index * high + 1, (index + 1) * high - 2)
                rows[y] |= full if edge or key in bad else full ^ inner
    return Picture(width, height, tuple(rows))


def name_parts(config: Config, keys: Collection[Key], lines: Collection[int]) -> str:
    """What to look at on the front board; empty for another pad. `lines`: rows and columns that are bad as a whole."""
    layout = config.layout
    if config.keypad.buttons or not layout.diodes or (len(layout.rows), len(layout.columns)) != BOARD:
        return ""
    named = [ROW_RESISTORS[at] for at, gpio in enumerate(layout.rows) if gpio in lines]
    named += [COLUMN_RESISTORS[at] for at, gpio in enumerate(layout.columns) if gpio in lines]
    if not named:
        places = [divmod(at, len(layout.columns)) for at, key in sorted(layout.keys.items()) if key in keys]
        named = [f"{part}{row + 1}{column + 1}" for row, column in places for part in ("SW", "D")]
    return f"; on the front board: {' '.join(named)}"
