"""How much room the parts' bodies take on the board: two that lie in each other, or a hole that a body covers.

Millimetres, seen from above; x along a row, y from row a towards the rails. A part's size is its footprint's.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import hypot
from types import MappingProxyType
from typing import Final

from hw.breadboard.model import LOWER, UPPER, Hole, bridges, legs, pi_wires
from hw.kicad.netlist import Netlist

PITCH: Final = 2.54
GAP: Final = 3 * PITCH
"""From row e to row f, and from row j to the nearer rail: three pitches on boards of this kind."""

Y: Final = MappingProxyType(
    {row: index * PITCH for index, row in enumerate(LOWER)}
    | {row: 4 * PITCH + GAP + index * PITCH for index, row in enumerate(UPPER)}
    | {"+": 8 * PITCH + 2 * GAP, "-": 9 * PITCH + 2 * GAP}
)

SLACK: Final = 0.05
"""What the largest of two bodies may lie in each other: legs give way."""


@dataclass(frozen=True, slots=True)
class Body:
    """A rectangle around (x, y), or with `round_` a disc of that width."""

    part: str
    x: float
    y: float
    width: float
    height: float
    round_: bool = False

    def covers(self, x: float, y: float) -> bool:
        """Whether a point lies under it."""
        across, down = abs(x - self.x), abs(y - self.y)
        if self.round_:
            return hypot(across, down) < self.width / 2
        return across < self.width / 2 and down < self.height / 2

    def meets(self, other: "Body") -> bool:
        """Whether both take the same room."""
        if self.round_ and other.round_:
            return hypot(self.x - other.x, self.y - other.y) < (self.width + other.width) / 2 - SLACK
        if self.round_:
            return other.meets(self)
        across = max(0.0, abs(other.x - self.x) - self.width / 2)
        down = max(0.0, abs(other.y - self.y) - self.height / 2)
        if other.round_:
            return hypot(across, down) < other.width / 2 - SLACK
        return across < other.width / 2 - SLACK and down < other.height / 2 - SLACK


ROUND: Final = MappingProxyType({"LED_D5.0mm": 5.8, "Buzzer_12x9.5RM7.6": 12.0, "CP_Radial_D5.0mm_P2.00mm": 5.0})
"""Footprint -> diameter; the light-emitting diode's with its rim."""

LONG: Final = MappingProxyType({"D_DO-35_SOD27_P7.62mm_Horizontal": (4.2, 2.0), "TO-92_Inline": (4.8, 3.7)})
"""Footprint -> length along the legs, and across, where its name does not say it."""

SAID: Final = re.compile(r"_[DL](\d+\.\d)mm_[DW](\d+\.\d)mm")
OFF_THE_BOARD: Final = ("PinHeader", "PinSocket")
"""Plugged in at the edge: what is behind the pins lies beside the board."""


def place(hole: Hole) -> tuple[float, float]:
    """A hole's centre."""
    return hole.column * PITCH, Y[hole.row]


def bodies(netlist: Netlist) -> Iterator[Body]:
    """Every part that lies on the board. Raises KeyError for a footprint whose size is not known."""
    ends: dict[str, list[tuple[float, float]]] = {}
    for leg in legs():
        ends.setdefault(leg.part, []).append(place(leg.at))
    for part, points in ends.items():
        shape = netlist.parts[part].footprint.partition(":")[2]
        if not shape.startswith(OFF_THE_BOARD):
            yield _body(part, shape, points)


def _body(part: str, shape: str, points: list[tuple[float, float]]) -> Body:
    x, y = (sum(values) / len(values) for values in zip(*points, strict=True))
    if shape in ROUND:
        return Body(part, x, y, ROUND[shape], ROUND[shape], round_=True)
    said = SAID.search(shape)
    along, across = (float(said[1]), float(said[2])) if said else LONG[shape]
    upright = len({each for each, _ in points}) == 1
    return Body(part, x, y, across, along) if upright else Body(part, x, y, along, across)


def _taken() -> Mapping[str, list[Hole]]:
    """Who has which holes: parts, and wires by their signal."""
    found: dict[str, list[Hole]] = {}
    for leg in legs():
        found.setdefault(leg.part, []).append(leg.at)
    for wire in (*pi_wires(), *bridges()):
        ends = [end for end in (wire.start, wire.end) if isinstance(end, Hole)]
        found.setdefault(f"the wire {wire.signal}", []).extend(ends)
    return found


def collisions(netlist: Netlist) -> list[str]:
    """Bodies that lie in each other, and holes in use that a body covers."""
    there = list(bodies(netlist))
    found = [f"{one.part} lies in {other.part}" for one, other in combinations(there, 2) if one.meets(other)]
    for name, holes in _taken().items():
        found += [
            f"{body.part} lies over {hole}, which {name} has"
            for body in there
            for hole in holes
            if body.part != name and body.covers(*place(hole))
        ]
    return found
