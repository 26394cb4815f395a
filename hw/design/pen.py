"""What is drawn again and again: a part with its fields, a supply arrow, an entry with its wire."""

from dataclasses import dataclass
from itertools import count
from typing import TypeAlias

from hw.design import library
from hw.design.parts import Part
from hw.kicad.sheet import Component, Placed, Sheet
from hw.kicad.symbols import Point, Symbol

Fields: TypeAlias = tuple[Point, Point]
"""Where reference and value stand, from the part's centre."""

LYING: Fields = ((-3.4, -1.8), (0.4, -1.8))
UPSIDE_DOWN: Fields = ((2, -0.9), (2, 0.9))


def _shifted(fields: Fields | None, at: Point) -> tuple[Point | None, Point | None]:
    if fields is None:
        return None, None
    (rx, ry), (vx, vy) = fields
    return (at[0] + rx, at[1] + ry), (at[0] + vx, at[1] + vy)


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws on one sheet."""

    sheet: Sheet

    def part(  # noqa: PLR0913 - a part on paper has that many properties
        self,
        symbol: Symbol,
        reference: str,
        part: Part,
        at: Point,
        *,
        rotation: int = 0,
        fitted: bool = True,
        fields: Fields | None = None,
    ) -> Placed:
        """A part of the bill of materials. One that lies on its side has its fields above it."""
        usual = {0: None, 90: LYING, 180: UPSIDE_DOWN, 270: LYING}[rotation]
        places = _shifted(fields or usual, at)
        return self.sheet.place(Placed(symbol, reference, part.component(fitted=fitted), at, rotation, False, *places))

    def supply(self, symbol: Symbol, at: Point) -> None:
        """A supply symbol, numbered within its page."""
        taken = {placed.reference for placed in self.sheet.placed}
        numbers = (f"#PWR{self.sheet.page}{n:02d}" for n in count(1))
        reference = next(name for name in numbers if name not in taken)
        self.sheet.place(Placed(symbol, reference, Component(symbol.name), at))

    def ground(self, *points: Point) -> None:
        """A wire through the points, to a ground symbol at the last."""
        self.sheet.wire(*points)
        self.supply(library.GND, points[-1])

    def rail(self, net: str, *points: Point) -> None:
        """A wire through the points, from a supply arrow at the first."""
        self.sheet.wire(*points)
        self.supply(library.RAILS[net], points[0])

    def entry(self, name: str, at: Point, pin: Point, shape: str) -> None:
        """A hierarchical label at the left and the wire from it to a pin on the same height."""
        self.sheet.entry(name, at, shape)
        self.sheet.wire(at, pin)

    def leaving(self, name: str, pin: Point, at: Point, shape: str) -> None:
        """A hierarchical label at the right and the wire to it from a pin on the same height."""
        self.sheet.leaving(name, at, shape)
        self.sheet.wire(pin, at)
