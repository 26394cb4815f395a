"""Where everything stands on the boards: millimetres from the upper left corner seen from the front, y downwards."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hw.design.library import LEGENDS
from hw.design.printed import KEYS, key_number

PITCH: Final = 2.54
HEADER_PINS: Final = 20
"""Columns of the Pi's header."""


@dataclass(frozen=True, slots=True)
class Place:
    """A part's anchor (pad 1 of a strip, the middle of a small part) and its turn, counter-clockwise, degrees."""

    x: float
    y: float
    turn: float = 0.0
    back: bool = False


@dataclass(frozen=True, slots=True)
class Hole:
    """A screw's hole, M2.5. `of_pi`: it meets a hole of the Pi. `keep`: radius without copper."""

    x: float
    y: float
    of_pi: bool
    keep: float = 3.1


@dataclass(frozen=True, slots=True)
class Words:
    """Free words on the silkscreen, centred; `turn` counter-clockwise as one looks at their side."""

    text: str
    x: float
    y: float
    size: float = 1.0
    back: bool = False
    turn: float = 0.0


@dataclass(frozen=True, slots=True)
class Layout:
    """A board: outline, parts, holes, words."""

    name: str
    width: float
    height: float
    parts: dict[str, Place]
    holes: tuple[Hole, ...]
    words: tuple[Words, ...]
    radius: float = 3.0


# --- the front board ---

WIDTH: Final = 82.0
HEIGHT: Final = 98.0
MIDDLE: Final = WIDTH / 2
PIN_1: Final = (MIDDLE + 19 * PITCH / 2, 25.23)
"""The Pi hangs behind the board's upper edge, its component side towards the board, its sockets at the edge: seen from
the front it is turned by 180 degrees, with pin 1 at the right in the inner row."""

KEY_PITCH: Final = (17.5, 15.3)
FIRST_KEY: Final = (MIDDLE - 1.5 * KEY_PITCH[0], 41.5)
GAPS: Final = tuple(FIRST_KEY[1] + KEY_PITCH[1] * (row + 0.5) for row in range(3))
"""Middle lines between the rows of keys, where the modules' sockets have room for their pins."""


def snapped(x: float, y: float) -> tuple[float, float]:
    """The nearest point of the 1.27 mm lattice through the Pi's pin 1, on which tracks run best between pins."""
    step = PITCH / 2
    return (
        round(PIN_1[0] + round((x - PIN_1[0]) / step) * step, 4),
        round(PIN_1[1] + round((y - PIN_1[1]) / step) * step, 4),
    )


def key_at(row: int, column: int) -> tuple[float, float]:
    """The middle of a key; rows and columns from 1."""
    return FIRST_KEY[0] + KEY_PITCH[0] * (column - 1), FIRST_KEY[1] + KEY_PITCH[1] * (row - 1)


def _keys() -> Iterator[tuple[str, Place]]:
    for row in range(1, KEYS + 1):
        for column in range(1, KEYS + 1):
            x, y = key_at(row, column)
            number = key_number(row, column)
            yield f"SW{number}", Place(x - 6.25, y - 2.5)
            yield f"D{number}", Place(x, y, 0, back=True)


def _in_key(row: int, column: int, below: bool) -> Place:
    """A place behind a key, beside its diode."""
    x, y = key_at(row, column)
    return Place(x, y + (2.4 if below else -2.4), 0, back=True)


def _strips() -> dict[str, Place]:
    sockets = {"U2": (19.0, GAPS[0]), "U1": (33.9, GAPS[0]), "U3": (60.05, GAPS[0])}
    found = {name: Place(*snapped(*at), 270, back=True) for name, at in sockets.items()}
    # Not on the lattice: its names stand between the pegs of the keys.
    found["U4"] = Place(10.94, GAPS[1], 270, back=True)
    found["BT1"] = Place(8.0, GAPS[0] - 0.5, 0, back=True)
    found["DS1"] = Place(MIDDLE - 1.5 * PITCH, 2.6, 90)
    found |= {"J1": Place(79.0, 5.5), "J2": Place(2.9, 6.0), "SW1": Place(2.9, 19.6)}
    found |= {"BZ1": Place(13.6, 13.5), "D1": Place(60.0, 12.0), "SW2": Place(65.7, 13.0)}
    return found | {"A1": Place(*PIN_1, 90, back=True)}


def _row_of_resistors() -> Iterator[tuple[str, Place]]:
    """Between the Pi's header and the keys: what a row's or a column's wire passes first."""
    names = [name for index in range(1, 5) for name in (f"R{index}", f"R{index + 22}")] + [
        f"R{index}" for index in range(5, 9)
    ]
    for index, name in enumerate(reversed(names)):
        yield name, Place(13.5 + 4.95 * index, 32.4, 0, back=True)


FRONT_SMALL: Final = {
    "U6": (8.2, 9.5, 0), "R27": (8.2, 14.0, 0), "C7": (8.2, 16.3, 0), "R13": (8.2, 18.6, 0), "D3": (8.2, 20.9, 0),
    "R12": (8.0, 23.2, 0), "D2": (17.4, 6.9, 0), "C6": (17.4, 17.2, 0), "R10": (26.0, 9.5, 90), "R11": (26.0, 14.0, 90),
    "Q1": (24.5, 19.5, 0), "U7": (41.0, 8.0, 0), "C1": (49.0, 4.0, 90), "C2": (52.0, 4.0, 90), "R9": (60.5, 17.5, 0),
    "U5": (50.5, 15.5, 0), "R29": (56.6, 10.0, 0), "R30": (56.6, 21.0, 0), "R31": (45.0, 10.3, 90),
    "C9": (51.0, 10.0, 0), "TP1": (44.0, 20.5, 0), "D4": (68.9, 9.8, 0), "C8": (75.8, 8.5, 90), "R28": (75.8, 13.0, 90),
    "R17": (75.8, 17.5, 90), "R16": (69.0, 20.6, 0), "Q2": (29.4, GAPS[0], 0), "Q3": (56.0, GAPS[0], 0),
}  # fmt: skip
"""Small parts on the back: beside what they serve."""

BEHIND_KEYS: Final = {
    "C3": (1, 1, False), "R14": (1, 1, True), "R15": (1, 2, False), "R20": (1, 2, True), "R19": (1, 3, False),
    "R21": (1, 3, True), "C4": (1, 4, False), "R18": (1, 4, True), "R22": (2, 3, False), "C5": (2, 4, False),
}  # fmt: skip


def _front_parts() -> dict[str, Place]:
    found = dict(_keys()) | _strips() | dict(_row_of_resistors())
    found |= {name: Place(x, y, turn, back=True) for name, (x, y, turn) in FRONT_SMALL.items()}
    return found | {name: _in_key(*where) for name, where in BEHIND_KEYS.items()}


def _front_holes() -> Iterator[Hole]:
    middle_y = PIN_1[1] + PITCH / 2
    for y in (middle_y - 23, middle_y):
        for x in (MIDDLE - 29, MIDDLE + 29):
            yield Hole(x, y, of_pi=True)
    for x in (3.5, WIDTH - 3.5):
        for y in (34.0, HEIGHT - 3.6):
            yield Hole(x, y, of_pi=False, keep=2.9)


def _front_words() -> Iterator[Words]:
    yield Words("Sésame", 22.5, 32.2, 1.2)
    yield Words("front board, revision 1", 52.0, 32.2, 1.0)
    for row in range(1, KEYS + 1):
        for column in range(1, KEYS + 1):
            x, y = key_at(row, column)
            yield Words(LEGENDS[row - 1][column - 1], x, y, 1.5)


FRONT: Final = Layout("sesame-front", WIDTH, HEIGHT, _front_parts(), tuple(_front_holes()), tuple(_front_words()))

# --- the HAT ---

HAT_WIDTH: Final = 65.0
HAT_HEIGHT: Final = 56.5
HAT_PIN_1: Final = (HAT_WIDTH / 2 - 19 * PITCH / 2, 3.5 + PITCH / 2)
"""The Pi lies under the HAT, its component side up: seen from the front pin 1 is at the left, in the inner row."""

HAT_SMALL: Final = {
    "U6": (54.0, 20.0, 0), "U7": (54.0, 26.5, 0), "C1": (9.5, 45.6, 0), "C2": (14.5, 45.6, 0), "R27": (48.5, 44.0, 0),
    "C7": (52.5, 44.0, 0), "R12": (48.5, 40.8, 0), "D2": (30.0, 14.5, 0), "C6": (26.5, 20.6, 90),
    "R10": (44.0, 24.0, 0),
    "R11": (44.0, 20.8, 0), "Q1": (43.5, 16.0, 0), "R9": (9.5, 19.5, 0), "U5": (14.0, 28.5, 0), "R29": (20.6, 25.0, 90),
    "R30": (23.4, 25.0, 90), "R31": (20.6, 31.0, 90), "C9": (8.4, 33.6, 0), "TP1": (24.0, 31.0, 0),
}  # fmt: skip


def _hat_resistors() -> Iterator[tuple[str, Place]]:
    """Above the ribbon's strip: series resistors in its order, the rows' pull-ups over them."""
    for index in range(4):
        yield f"R{index + 5}", Place(33.2 - 4.0 * index, 46.2, 0)
        yield f"R{index + 23}", Place(36.0 + 0, 34.0 + 2.6 * index, 0)
        yield f"R{index + 1}", Place(42.0, 34.0 + 2.6 * index, 0)


def _hat_parts() -> dict[str, Place]:
    found = {name: Place(*where) for name, where in HAT_SMALL.items()} | dict(_hat_resistors())
    strips = {"DS1": Place(8.5, 53.2, 90), "KB1": Place(21.5, 53.2, 90), "SW1": Place(51.0, 53.2, 90)}
    strips |= {"J1": Place(62.5, 12.0), "J2": Place(62.5, 34.0)}
    return found | strips | {"A1": Place(*HAT_PIN_1, 270, back=True), "BZ1": Place(29.7, 26.5), "D1": Place(6.0, 14.0)}


HAT: Final = Layout(
    "sesame-hat",
    HAT_WIDTH,
    HAT_HEIGHT,
    _hat_parts(),
    tuple(Hole(x, y, of_pi=True) for y in (3.5, 52.5) for x in (3.5, HAT_WIDTH - 3.5)),
    (Words("Sésame HAT, revision 1", 51.0, 48.5, 0.8),),
)

LAYOUTS: Final = (FRONT, HAT)
