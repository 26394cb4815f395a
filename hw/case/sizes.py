"""Measures of the case and of what lies in it, millimetres. Places on the board are the board's own, none stands here.

Axes as on the board: x to the right, y downwards from its upper edge, z from its face towards who looks at it.
"""

from dataclasses import dataclass
from typing import Final

from hw.board.places import HEIGHT, WIDTH

Box = tuple[float, float, float, float, float, float]
"""Left, upper and lowest edge; right, lower and highest: x, y, z twice."""

BOARD: Final = 1.6
"""Thickness of the board."""


@dataclass(frozen=True, slots=True)
class Loose:
    """What no pad holds: width, height, depth as it lies in the case. `source`: whose measure, and how sure."""

    name: str
    size: tuple[float, float, float]
    source: str


LOOSE: Final = {
    "X1": Loose("card reader ACR39U-I1", (69.0, 72.2, 14.5), "the maker's leaflet, from memory"),
    "BT1": Loose("cell 2500 mAh", (51.0, 65.0, 8.0), "as the older case has it; sold from 50 x 60 x 7.3 up"),
    "U1": Loose("latch", (15.3, 22.9, 5.0), "the maker's page, from memory"),
    "U2": Loose("charger", (44.0, 34.0, 12.5), "guessed from pictures, with its round socket"),
    "U3": Loose("step-up converter", (36.2, 23.0, 8.0), "the maker's page, from memory; without its USB socket"),
    "U4": Loose("gauge", (17.8, 25.4, 5.0), "the maker's page, from memory"),
}  # fmt: skip
"""By the references of the drawing; X1 is on no board."""


@dataclass(frozen=True, slots=True)
class Glass:
    """The display's module, from the middle of its row of pins: outline, and what lights. On an 8.5 mm socket."""

    width: float = 27.3
    above_pins: float = 1.4
    height: float = 27.8
    underside: float = 11.0
    top: float = 13.7
    lit: tuple[float, float] = (21.74, 10.86)
    lit_below_pins: float = 10.4
    """Lit field: UG-2864 panel sheet, 21.744 x 10.864; how the panel sits on the module differs between makers."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """What may be turned at. The rest follows from these, the board and the parts."""

    wall: float = 2.0
    play: float = 0.4
    """Between wall and board all round."""
    corner: float = 3.0
    above: float = 14.0
    """From the board's face to the inside of the case's face: the display stands on its socket."""
    reader_top: float = -10.3
    """Behind the cell's plug and its base, which stand 8 mm from the board."""
    part_play: float = 0.6
    """A bay is so much wider than its part."""
    rib: float = 1.6
    split: float = -5.0
    """Height at which shell and back meet."""
    lip: float = 1.3
    lip_play: float = 0.15
    cap: float = 12.0
    cap_play: float = 0.4
    cap_top: float = 17.0
    window: tuple[float, float] = (25.0, 14.5)
    light: float = 3.4
    boss: float = 2.8
    pilot: float = 1.05
    """Radius into which M2.5 cuts its own thread."""
    mouth: tuple[float, float] = (56.0, 8.0)
    shift_boss: float = 0.0
    shift_mouth: float = 0.0
    shift_window: float = 0.0

    @property
    def left(self) -> float:
        """Inside of the left wall."""
        return -self.play

    @property
    def right(self) -> float:
        """Inside of the right wall."""
        return WIDTH + self.play

    @property
    def top(self) -> float:
        """Inside of the upper wall."""
        return -self.play

    @property
    def row_end(self) -> float:
        """Lower end of the modules' row behind the Pi."""
        return self.top + LOOSE["U2"].size[1] + self.part_play

    @property
    def bays(self) -> float:
        """Upper end of the bays of cell, gauge and latch, and of the reader."""
        return self.row_end + self.rib

    @property
    def reader(self) -> Box:
        """The reader as it lies: behind the keys, its slot downwards."""
        wide, high, deep = LOOSE["X1"].size
        middle, start = WIDTH / 2, self.bays + self.part_play / 2
        return (middle - wide / 2, start, self.reader_top - deep, middle + wide / 2, start + high, self.reader_top)

    @property
    def bottom(self) -> float:
        """Inside of the lower wall: the reader's face stands at it."""
        return max(self.reader[4], HEIGHT) + self.play

    @property
    def floor(self) -> float:
        """Inside of the back: the cell lies on it, the reader on the cell's ribs."""
        return self.reader[2] - LOOSE["BT1"].size[2] - self.part_play

    @property
    def rests(self) -> float:
        """Height of the ribs on which the reader lies."""
        return self.reader[2] - 0.2

    @property
    def outer(self) -> Box:
        """The closed case."""
        left, top, right, bottom = (self.left, self.top, self.right, self.bottom)
        wall = self.wall
        return (left - wall, top - wall, self.floor - wall, right + wall, bottom + wall, self.above + wall)

    @property
    def cell(self) -> Box:
        """The cell's bay, between its ribs; the right one carries the reader's edge."""
        wide, high, _ = LOOSE["BT1"].size
        end = self.reader[3] - self.rib - self.part_play / 2
        start = end - wide - self.part_play
        return (start, self.bays, self.floor, end, self.bays + high + self.part_play, self.rests)

    @property
    def fixings(self) -> tuple[tuple[float, float], ...]:
        """Where shell and back are screwed together: both sides of the reader, below the board."""
        return (2.4, 103.0), (WIDTH - 2.4, 103.0)
